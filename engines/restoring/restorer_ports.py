"""What a restorer's graph takes and gives, read from its ports, and why others are no restorers."""

from pathlib import Path
from typing import NamedTuple

from engines.engine import Port, Shapes
from puppet import contract
from puppet.errors import ModelError

DTYPES = ("float32", "float16", "uint8")
"""What pictures may be; fractions may have any of the ranges of `conventions.py`, uint8 is 0 to 255."""

FIDELITY = frozenset({"w", "weight", "fidelity", "fidelity_weight"})
"""What the one further input is called that is known: CodeFormer's, 0 to 1, how faithful the result is to what it is shown."""

SIDES = (64, 2048)
"""Sides of the smallest and the largest picture that is taken or given, px."""

WANTED = "Name an ONNX file of GFPGAN, CodeFormer, GPEN or RestoreFormer: it takes one square picture of a face and gives it back."


class PicturePort(NamedTuple):
    """A picture that goes in or out: `planes` (1, 3, side, side), else (1, side, side, 3), both without the 1 where not `batched`."""

    name: str
    dtype: str
    side: int
    planes: bool
    batched: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Its tensor's."""
        sizes = (3, self.side, self.side) if self.planes else (self.side, self.side, 3)
        return (1, *sizes) if self.batched else sizes


class FidelityPort(NamedTuple):
    """How faithful the result is to be, as CodeFormer takes it."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class RestorerPorts(NamedTuple):
    """What a restorer takes and gives."""

    image: PicturePort
    fidelity: FidelityPort | None
    result: PicturePort

    @property
    def shapes(self) -> Shapes:
        """Of all of them by name, for graphs that leave them open."""
        pictures = {port.name: port.shape for port in (self.image, self.result)}
        return pictures | ({self.fidelity.name: self.fidelity.shape} if self.fidelity else {})


def read_inputs(path: Path, inputs: tuple[Port, ...], outputs: tuple[Port, ...], side: int) -> tuple[PicturePort, FidelityPort | None]:
    """The picture that a graph takes, of `side` where that is open, and the fidelity where it takes one.

    Raises `ModelError` that says why it is no restorer.
    """
    _refuse_own(path, inputs, outputs)
    pictures = [port for port in inputs if port.shape is not None and len(port.shape) in (3, 4)]
    if len(pictures) != 1:
        what = "no picture" if not pictures else f"{len(pictures)} pictures"
        raise ModelError(f"{path} takes {what}, and a restorer takes one: it has {_listed(inputs)}.", WANTED)
    fidelity = None
    for port in inputs:
        if port is pictures[0]:
            continue
        single = port.shape is not None and all(size in (None, 1) for size in port.shape)
        if fidelity is not None or not single or port.name.lower() not in FIDELITY or not port.dtype.startswith("float"):
            raise ModelError(f"{path} wants more than a picture, and nobody knows what: {_listed([port])}.", WANTED)
        fidelity = FidelityPort(port.name, port.dtype, tuple(1 for _ in port.shape or ()))
    return _picture(path, pictures[0], "takes", side), fidelity


def read_result(path: Path, image: PicturePort, outputs: tuple[Port, ...]) -> PicturePort:
    """The restored picture among what a graph gives: the first that is as large as `image` or larger. Raises `ModelError`."""
    refused: ModelError | None = None
    for port in outputs:
        if port.shape is None or len(port.shape) not in (3, 4):
            continue
        try:
            result = _picture(path, port, "gives")
        except ModelError as error:
            refused = refused or error
            continue
        if result.side >= image.side:
            return result
        small = f"{path} gives pictures of {result.side} px for those of {image.side} that it takes: a restorer makes none smaller."
        refused = refused or ModelError(small, WANTED)
    raise refused or ModelError(f"{path} gives no picture: {_listed(outputs)}. It is another kind of network.", WANTED)


def _picture(path: Path, port: Port, verb: str, side: int | None = None) -> PicturePort:
    """A port as a picture, of `side` where that is open. Raises `ModelError`."""
    assert port.shape is not None
    if port.dtype not in DTYPES:
        raise ModelError(f"{path} {verb} {_listed([port])}: pictures are {', '.join(DTYPES[:-1])} or {DTYPES[-1]}.", WANTED)
    batched = len(port.shape) == 4
    if batched and port.shape[0] not in (None, 1):
        raise ModelError(f"{path} {verb} {port.shape[0]} pictures at once; it has to be one.", "Export it for a batch of one.")
    sizes = port.shape[1:] if batched else port.shape
    planes = sizes[0] == 3 or (sizes[0] is None and sizes[2] != 3)
    channels, height, width = sizes if planes else (sizes[2], sizes[0], sizes[1])
    if channels not in (None, 3):
        few = min((size for size in sizes if size is not None), default=0)
        raise ModelError(f"{path} {verb} pictures of {few} channel{'' if few == 1 else 's'} {port.shape}; a restorer's have 3.", WANTED)
    height, width = height or width or side, width or height or side
    if height is None or width is None:
        raise ModelError(f"{path} does not say how large a picture it {verb}: {_listed([port])}.", "Export it with fixed sizes.")
    if height != width:
        raise ModelError(f"{path} {verb} pictures of {width}x{height}; a face restorer's are square.", WANTED)
    if not SIDES[0] <= height <= SIDES[1]:
        raise ModelError(f"{path} {verb} pictures of {height} px; a face restorer's have {SIDES[0]} to {SIDES[1]}.", WANTED)
    return PicturePort(port.name, port.dtype, height, planes, batched)


def _refuse_own(path: Path, inputs: tuple[Port, ...], outputs: tuple[Port, ...]) -> None:
    """Raise `ModelError` for one of the graphs of a model folder."""
    takes, gives = {port.name for port in inputs}, {port.name for port in outputs}
    animates = contract.DRIVING_POINTS in takes
    sees = contract.IMAGE in takes and {contract.POINTS, contract.JACOBIANS} <= gives
    encodes = any(port.name == contract.IMAGE and port.dtype == "uint8" and len(port.shape or ()) == 3 for port in inputs)
    if animates or sees or encodes:
        graph = contract.ANIMATE if animates else contract.KEYPOINTS if sees else contract.APPEARANCE
        raise ModelError(f"{path} is the {graph} of a Puppet model, which draws faces.", f"For a model: --model. {WANTED}")


def _listed(ports: tuple[Port, ...] | list[Port]) -> str:
    """Ports for people: `input float32 (1, 3, 512, 512)`."""
    return ", ".join(f"{port.name} {port.dtype} {_sizes(port)}" for port in ports) or "nothing"


def _sizes(port: Port) -> str:
    return "of no fixed rank" if port.shape is None else f"({', '.join('any' if size is None else str(size) for size in port.shape)})"
