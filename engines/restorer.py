"""Sharper faces: the embedded restorer, or a user's GFPGAN, CodeFormer, GPEN or RestoreFormer as an ONNX file."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from engines.building.engine_set import builds
from engines.engine import Device, Engine, EngineOptions, Port, Precision, Shapes, Tensor
from engines.faces.finder import open_face_finder
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from engines.registry import Candidate, candidates
from engines.restoring.conventions import Conventions, try_conventions
from engines.restoring.restorer_file import AGAIN, check_file
from engines.restoring.restorer_ports import WANTED, PicturePort, RestorerPorts, read_inputs, read_result
from puppet.assets import ASSETS
from puppet.errors import EngineError, ModelError
from puppet.faces.alignment import aligned_from_picture, five_points
from puppet.media.picture_file import read_picture
from puppet.picture import Picture, freeze
from puppet.portraits.enhancement import LARGEST
from puppet.portraits.resampling import resample

GRAPH = ASSETS / "models" / "enhance" / "enhance.onnx"
"""The embedded restorer."""

SHOWN = ASSETS / "portraits" / "astronaut.jpg"
"""The photograph that a restorer is tried with."""

FAITHFUL = 0.8
"""Fidelity asked of CodeFormer, 0 to 1: less invents more, and what is invented changes from frame to frame."""

SIDES_CHOSEN = (512, 256)
"""Sides for a graph that takes pictures of any side, px: what the networks known learned from, or half of it where the result is huge."""

QUICK_TO_OPEN = 64 * 2**20
"""Size of a file up to which it is opened in float32 as well, bytes, to see whether that is faster."""

TURNS = 6
"""How often each is timed then; the fastest turn counts."""

MOST_NOISE = 0.5
"""Mean difference between two results for one picture, in levels of 255, from which on a restorer draws noise of its own."""

Ports = tuple[tuple[Port, ...], tuple[Port, ...]]
Look = Callable[[Path, Shapes], Ports]
"""How a runtime tells inputs and outputs of a graph, given the shapes of inputs that it leaves open."""


class FaceRestorer:
    """One graph that makes aligned faces sharper, with the conventions that were found for it. Used on one thread."""

    def __init__(self, name: str, runtime: str, engine: Engine, ports: RestorerPorts) -> None:
        """Take over the engine, to be closed with it; `conventions` are the usual ones until others are set."""
        self._title, self._runtime, self._engine = name, runtime, engine
        self._ports, self.conventions = ports, Conventions()
        if ports.fidelity:
            engine.bind(**{ports.fidelity.name: np.full(ports.fidelity.shape, FAITHFUL, ports.fidelity.dtype)})

    @property
    def name(self) -> str:
        """What it is called and what it runs on, for people."""
        return f"{self._title} on {self._runtime} ({self.device.description})"

    @property
    def device(self) -> Device:
        """What it runs on, as the runtime reports it."""
        return self._engine.device

    @property
    def side(self) -> int:
        """Side of the picture that it takes, px."""
        return self._ports.image.side

    @property
    def result_side(self) -> int:
        """Side of the picture that it gives, px."""
        return self._ports.result.side

    def restore(self, aligned: Picture) -> Picture:
        """The same face, sharper: (side, side, 3) to (result_side, result_side, 3). Raises `EngineError` where it fails while it runs."""
        return freeze(self.conventions.decode(self.run(aligned, self.conventions)))

    def run(self, aligned: Picture, conventions: Conventions) -> Tensor:
        """What the graph gives under some conventions, planes last and not decoded. Raises `EngineError`."""
        image, result = self._ports.image, self._ports.result
        given = self._engine.run(**{image.name: _pack(conventions.encode(aligned, image.dtype), image)})[result.name]
        rows = given[0] if result.batched else given
        return rows.transpose(1, 2, 0) if result.planes else rows

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._engine.close()


class RefusedError(ModelError):
    """A graph that looks like a restorer's and restores no face."""


def open_restorer(path: Path | None = None) -> FaceRestorer:
    """A restorer, looked at and tried with a face before it is given out; the embedded one where no path is named.

    It runs on the first engine on which it passes, graphics cards before the processor, in what is fast there or else in float32. Raises
    `ModelError` that says what is wrong with a file, `MediaError` for one that can't be read, `EngineError` where nothing here runs it.
    """
    graph = path or GRAPH
    if path is None and not graph.is_file():
        raise ModelError(f"The network that makes faces sharper, {graph}, is missing.", "Install Puppet again, or name a file of your own.")
    check_file(graph)
    ports = read_ports(graph)
    shown = _shown_face(ports.image.side)
    failures: list[EngineError | ModelError] = []
    for candidate, precision in _ways():
        try:
            restorer = _open_on(candidate, precision, graph, ports, shown)
            return restorer if precision == "f32" else _faster(restorer, candidate, graph, ports, shown)
        except RefusedError as error:
            failures.append(error)
            if precision == "f32":
                raise
        except (EngineError, ModelError) as error:
            failures.append(error)
    raise failures[-1]


def read_ports(graph: Path) -> RestorerPorts:
    """What a restorer's graph takes and gives. Raises `ModelError` for one that is none, `EngineError` where nothing here reads it."""
    look: Look = OpenVinoRuntime().ports
    try:
        inputs, outputs = look(graph, {})
    except (ModelError, EngineError):
        inputs, outputs = found = OnnxRuntime().ports(graph)

        def look(_graph: Path, _shapes: Shapes) -> Ports:
            return found

    is_open = any(port.shape is None or None in port.shape for port in (*inputs, *outputs))
    for side in SIDES_CHOSEN:
        image, fidelity = read_inputs(graph, inputs, outputs, side)
        given = {port.name: port.shape for port in (image, fidelity) if port}
        result = read_result(graph, image, look(graph, given)[1] if is_open else outputs)
        if result.side <= LARGEST or image.side != side:
            break
    return RestorerPorts(image, fidelity, result)


def _ways() -> Iterator[tuple[Candidate, Precision]]:
    """Where and in what a restorer may run, best first; engines that would have to be built for it are left out."""
    for candidate in candidates():
        if not builds(candidate.runtime):
            yield candidate, "auto"
            yield candidate, "f32"


def _faster(restorer: FaceRestorer, candidate: Candidate, graph: Path, ports: RestorerPorts, shown: Picture) -> FaceRestorer:
    """The same restorer, or one in float32 where that is faster, as it can be on processors; the slower one is closed."""
    if restorer.device.precision == "f32" or graph.stat().st_size > QUICK_TO_OPEN:
        return restorer
    try:
        exact = _open_on(candidate, "f32", graph, ports, shown)
    except (EngineError, ModelError):
        return restorer
    pair, times = (restorer, exact), [math.inf, math.inf]
    for turn in range(2 * TURNS):
        begin = perf_counter()
        pair[turn % 2].restore(shown)
        times[turn % 2] = min(times[turn % 2], perf_counter() - begin)
    slower = pair[int(np.argmax(times))]
    slower.close()
    return exact if slower is restorer else restorer


def _open_on(candidate: Candidate, precision: Precision, graph: Path, ports: RestorerPorts, shown: Picture) -> FaceRestorer:
    """Open a restorer in one way and try it. Raises `RefusedError`, `EngineError`, `ModelError`."""
    engine = candidate.runtime.open(graph, EngineOptions(candidate.device, precision, shapes=ports.shapes))
    with ExitStack() as opened:
        opened.callback(engine.close)
        restorer = FaceRestorer(graph.stem, candidate.runtime.name, engine, ports)
        restorer.conventions = _find_conventions(graph, restorer, ports, shown)
        opened.pop_all()
        return restorer


def _find_conventions(graph: Path, restorer: FaceRestorer, ports: RestorerPorts, shown: Picture) -> Conventions:
    """The conventions under which a restorer gives the face that it is shown. Raises `RefusedError` where there are none, `EngineError`."""
    conventions, error, likeness = trial = try_conventions(
        lambda conventions: restorer.run(shown, conventions), shown, whole=ports.image.dtype == "uint8"
    )
    if not np.isfinite(error):
        raise RefusedError(f"{graph} gives no numbers for the face it was tried with (NaN).", AGAIN)
    if not trial.is_same:
        raise RefusedError(
            f"{graph} gives another picture than the face it is shown: {error:.0f} levels of 255 away, its features alike to"
            f" {max(0.0, likeness):.0%}. A restorer gives the same face, sharper.",
            WANTED,
        )
    first, second = (conventions.decode(restorer.run(shown, conventions)).astype(np.float32) for _ in range(2))
    noise = float(np.abs(first - second).mean())
    if noise > MOST_NOISE:
        raise RefusedError(
            f"{graph} gives another result each time, {noise:.1f} levels of 255 apart for one picture: a moving face would flicker.",
            "Export it without noise, or with a fixed one.",
        )
    return conventions


def _shown_face(side: int) -> Picture:
    """A photographed face, aligned, (side, side, 3). Raises `ModelError`, `EngineError` without the face finder."""
    picture = read_picture(SHOWN)
    with closing(open_face_finder()) as finder:
        face = finder.find(picture)
    assert face is not None, f"{SHOWN} shows a face"
    affine = aligned_from_picture(five_points(face.landmarks), side)
    picture_from_aligned = np.asarray(cv2.invertAffineTransform(affine), np.float32)
    return freeze(resample(picture, picture_from_aligned, (side, side)))


def _pack(picture: Tensor, port: PicturePort) -> Tensor:
    """A picture, planes last, as its port takes it."""
    laid = picture.transpose(2, 0, 1) if port.planes else picture
    return np.ascontiguousarray(laid[None] if port.batched else laid)
