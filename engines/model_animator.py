"""Three opened graphs of a model folder as the animator that the loop asks for."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from engines.engine import Device, Engine, EngineOptions, Precision, Runtime, TensorSpec
from puppet import contract
from puppet.animator import Encoded
from puppet.contract import ModelCard
from puppet.errors import EngineError, ModelError
from puppet.motion import Motion
from puppet.picture import Picture, freeze

MOTION = (contract.POINTS, contract.JACOBIANS)
POSE = (contract.SOURCE_POINTS, contract.SOURCE_JACOBIANS, contract.DRIVING_POINTS, contract.DRIVING_JACOBIANS)

BORDER = TensorSpec(contract.STILL_BORDER, np.dtype(np.float32), (1,))
"""What `animate.onnx` takes besides, but for folders made before there was a border that stands still."""

Precisions = Mapping[str, Precision]
"""What each graph is to compute in, by its file name."""


class ModelAnimator:
    """Wears one portrait at a time: the portrait's features stay in the engine, only the driving motion goes in with a frame."""

    def __init__(self, card: ModelCard, engine: str, graphs: Mapping[str, Engine]) -> None:
        """Take over an engine for each of `contract.GRAPHS`, to be closed with it. Raises `ModelError` for a broken contract."""
        check_contract(card, graphs)
        self._card = card
        self._engine = engine
        self._appearance, self._keypoints, self._animate = (graphs[name] for name in contract.GRAPHS)
        self._worn = False

    @property
    def card(self) -> ModelCard:
        """What the model is; `card.side` is the side of every picture below, px."""
        return self._card

    @property
    def engine(self) -> str:
        """The name of the runtime, as `--engine` takes it."""
        return self._engine

    @property
    def graphs(self) -> Mapping[str, Engine]:
        """The engine of each graph by file name, to look at and to measure; they stay the animator's own."""
        return dict(zip(contract.GRAPHS, (self._appearance, self._keypoints, self._animate), strict=True))

    @property
    def device(self) -> Device:
        """What draws the frames, as the runtime reports it."""
        return self._animate.device

    def detect(self, picture: Picture) -> Motion:
        """The motion seen in a (side, side, 3) crop."""
        motion = self._keypoints.run(**{contract.IMAGE: picture})
        return Motion(motion[contract.POINTS], motion[contract.JACOBIANS])

    @property
    def holds_border(self) -> bool:
        """Whether the model was exported with a border that can stand still."""
        return contract.STILL_BORDER in self._animate.inputs

    def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
        """Encode a (side, side, 3) portrait ahead of time, its border standing still in every pose if it can; what is worn stays."""
        features = self._appearance.run(**{contract.IMAGE: portrait})
        if self.holds_border:
            features[contract.STILL_BORDER] = np.array([still_border], np.float32)
        return Encoded(self.detect(portrait), features, portrait)

    def wear(self, portrait: Picture | Encoded) -> Motion:
        """Bind a portrait's features, encoding a (side, side, 3) picture first; returns the portrait's own motion."""
        motion, features, _ = portrait if isinstance(portrait, Encoded) else self.encode(portrait)
        source = {contract.SOURCE_POINTS: motion.points, contract.SOURCE_JACOBIANS: motion.jacobians}
        self._animate.bind(**features, **source)
        self._worn = True
        return motion

    def animate(self, posed: Motion) -> Picture:
        """The worn portrait in the pose given, (side, side, 3). Raises `EngineError` before the first `wear`."""
        if not self._worn:
            raise EngineError("No portrait is worn yet.", "Choose a portrait first.")
        driving = {contract.DRIVING_POINTS: posed.points, contract.DRIVING_JACOBIANS: posed.jacobians}
        return freeze(self._animate.run(**driving)[contract.IMAGE])

    def close(self) -> None:
        """Free the three engines; may be called twice."""
        for engine in (self._appearance, self._keypoints, self._animate):
            engine.close()


def open_graphs(
    folder: Path, card: ModelCard, runtime: Runtime, precisions: Precisions, *, device: str | None = None, threads: int = 0
) -> ModelAnimator:
    """Open a model folder's graphs on one runtime, each in its precision. Raises `ModelError`, `EngineError`."""
    with ExitStack() as opened:
        graphs: dict[str, Engine] = {}
        for name in contract.GRAPHS:
            graphs[name] = runtime.open(folder / name, EngineOptions(device, precisions[name], threads))
            opened.callback(graphs[name].close)
        animator = ModelAnimator(card, runtime.name, graphs)
        opened.pop_all()
        return animator


def check_contract(card: ModelCard, graphs: Mapping[str, Engine]) -> None:
    """Raise `ModelError` that names the graph and the tensor where the folder breaks the contract."""
    appearance, keypoints, animate = (graphs[name] for name in contract.GRAPHS)
    taken = set(appearance.outputs) | set(POSE) | (set(animate.inputs) & {contract.STILL_BORDER})
    expected = (
        (contract.APPEARANCE, "takes", set(appearance.inputs), {contract.IMAGE}),
        (contract.KEYPOINTS, "takes", set(keypoints.inputs), {contract.IMAGE}),
        (contract.KEYPOINTS, "gives", set(keypoints.outputs), set(MOTION)),
        (contract.ANIMATE, "takes", set(animate.inputs), taken),
        (contract.ANIMATE, "gives", set(animate.outputs), {contract.IMAGE}),
    )
    hint = "Export the model again with this version of Puppet."
    for graph, verb, found, wanted in expected:
        if found != wanted:
            odd = ", ".join(sorted(found ^ wanted))
            raise ModelError(f"{card.name}: {graph} {verb} {', '.join(sorted(found))}; the contract differs in {odd}.", hint)
    side, count = (card.side, card.side, 3), card.keypoint_count
    pictures: tuple[tuple[str, TensorSpec], ...] = (
        (contract.APPEARANCE, appearance.inputs[contract.IMAGE]),
        (contract.KEYPOINTS, keypoints.inputs[contract.IMAGE]),
        (contract.ANIMATE, animate.outputs[contract.IMAGE]),
    )
    for graph, spec in pictures:
        if spec.dtype != "uint8" or spec.shape != side:
            raise ModelError(f"{card.name}: {graph} has {spec.name} as {spec.dtype} {spec.shape}, the card says uint8 {side}.", hint)
    for spec in (keypoints.outputs[contract.POINTS], animate.inputs[contract.DRIVING_POINTS]):
        if spec.shape != (count, 2):
            raise ModelError(f"{card.name}: {spec.name} is {spec.shape}, the card says {(count, 2)}.", hint)
    border = animate.inputs.get(contract.STILL_BORDER, BORDER)
    if border != BORDER:
        raise ModelError(f"{card.name}: {border.name} is {border.dtype} {border.shape}, which should be float32 (1,).", hint)
    for name, spec in appearance.outputs.items():
        if animate.inputs[name] != spec:
            raise ModelError(f"{card.name}: {name} leaves {contract.APPEARANCE} unlike it enters {contract.ANIMATE}.", hint)
