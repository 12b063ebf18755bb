"""Three opened graphs of a model folder as the animator that the loop asks for."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from engines.engine import Device, Engine, EngineOptions, Precision, Runtime, TensorSpec
from puppet import contract
from puppet.animator import Encoded
from puppet.contract import ModelCard
from puppet.errors import EngineError, ModelError
from puppet.motion import Motion
from puppet.picture import Picture, freeze

MOTION = (contract.POINTS, contract.JACOBIANS)
POSE = (contract.SOURCE_POINTS, contract.SOURCE_JACOBIANS, contract.DRIVING_POINTS, contract.DRIVING_JACOBIANS)


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

    def encode(self, portrait: Picture) -> Encoded:
        """Encode a (side, side, 3) portrait ahead of time; what is worn stays."""
        return Encoded(self.detect(portrait), self._appearance.run(**{contract.IMAGE: portrait}), portrait)

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
    features = set(appearance.outputs)
    expected = (
        (contract.APPEARANCE, "takes", set(appearance.inputs), {contract.IMAGE}),
        (contract.KEYPOINTS, "takes", set(keypoints.inputs), {contract.IMAGE}),
        (contract.KEYPOINTS, "gives", set(keypoints.outputs), set(MOTION)),
        (contract.ANIMATE, "takes", set(animate.inputs), features | set(POSE)),
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
    for name, spec in appearance.outputs.items():
        if animate.inputs[name] != spec:
            raise ModelError(f"{card.name}: {name} leaves {contract.APPEARANCE} unlike it enters {contract.ANIMATE}.", hint)
