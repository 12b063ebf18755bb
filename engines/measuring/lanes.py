"""The engines of a race, each in its own lane: what a turn does, and what it takes."""

from collections.abc import Callable, Sequence
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from engines.engine import Engine, Tensor
from engines.measuring.memory import Memory, MemoryWatch
from engines.model_animator import ModelAnimator
from puppet import contract
from puppet.motion import FloatArray, Motion, retarget
from puppet.picture import Picture

APPEARANCE, KEYPOINTS, RETARGET, ANIMATE, HOST, FRAME = STAGES = ("appearance", "keypoints", "retarget", "animate", "host", "frame")
"""What is timed. appearance: once a portrait. keypoints, retarget, animate: make up a frame, retarget being NumPy on the host.
host: the part of the frame that is not the runtime's, as far as it can be told apart from outside: retarget, and copying tensors
into buffers and out of them, which every engine does within keypoints and animate and which is timed here by itself. frame: all of it."""

GRAPH_OF = {APPEARANCE: contract.APPEARANCE, KEYPOINTS: contract.KEYPOINTS, ANIMATE: contract.ANIMATE}

COPYINGS = 20
"""How often the copying of tensors is repeated in a turn: it takes a few hundredths of a millisecond."""


class Drawn(NamedTuple):
    """The keypoints (K, 2) seen in a driver's picture, and the portrait in its pose."""

    points: FloatArray
    picture: Picture


class Lane:
    """One engine in the race, and what it has taken so far. A context manager; opened, used and closed on one thread."""

    def __init__(self, opener: Callable[[], ModelAnimator], portrait: Picture, gpu: int | None = None) -> None:
        """Open an animator, put on the portrait (side, side, 3) and draw once, for much is allocated or compiled only then.

        `gpu`: the number of the GPU whose memory is watched, None for an engine that uses none. Raises what `opener` raises.
        """
        with MemoryWatch(gpu) as watch:
            start = perf_counter()
            self.animator = opener()
            try:
                self._portrait = portrait
                self._source: Motion = self.animator.wear(portrait)
                self.animator.animate(self.animator.detect(portrait))
            except BaseException:
                self.animator.close()
                raise
            self.opening = perf_counter() - start
            self.memory: Memory = watch.growth()
        self.seconds: dict[str, list[float]] = {}
        self.turns: list[dict[str, float]] = []
        self.clear()

    @property
    def name(self) -> str:
        """The engine, the device and what it draws in: `openvino CPU bf16`."""
        device = self.animator.device
        return f"{self.animator.engine} {device.name} {device.precision}"

    def clear(self) -> None:
        """Forget what was measured."""
        self.seconds = {stage: [] for stage in STAGES}
        self.turns = []

    def draw(self, driver: Picture) -> Drawn:
        """Draw a frame, timed by stage but for `HOST`."""
        start = perf_counter()
        seen = self.animator.detect(driver)
        detected = perf_counter()
        card = self.animator.card
        posed = retarget(self._source, seen, self._source, lids=card.lids, lips=card.lips)
        posed_at = perf_counter()
        picture = self.animator.animate(posed)
        end = perf_counter()
        for stage, seconds in (
            (KEYPOINTS, detected - start),
            (RETARGET, posed_at - detected),
            (ANIMATE, end - posed_at),
            (FRAME, end - start),
        ):
            self.seconds[stage].append(seconds)
        return Drawn(seen.points, picture)

    def take_turn(self, drivers: Sequence[Picture], length: float) -> None:
        """Encode the portrait once, then draw frames for `length` seconds, two at least."""
        before = {stage: len(seconds) for stage, seconds in self.seconds.items()}
        start = perf_counter()
        self.animator.graphs[contract.APPEARANCE].run(**{contract.IMAGE: self._portrait})
        self.seconds[APPEARANCE].append(perf_counter() - start)
        start, frames = perf_counter(), 0
        while frames < 2 or perf_counter() - start < length:
            self.draw(drivers[frames % len(drivers)])
            frames += 1
        copying = self._copying()
        self.seconds[HOST] += [copying + seconds for seconds in self.seconds[RETARGET][before[RETARGET] :]]
        self.turns.append({stage: float(np.mean(seconds[before[stage] :])) for stage, seconds in self.seconds.items()})

    def close(self) -> None:
        """Close the animator; may be called twice."""
        self.animator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _copying(self) -> float:
        """Seconds that one frame's tensors take into buffers and out: as much as an engine must do on the host, whichever it is."""
        graphs = self.animator.graphs
        keypoints, animate = graphs[contract.KEYPOINTS], graphs[contract.ANIMATE]
        given = [*_blank(keypoints, (contract.IMAGE,)), *_blank(animate, (contract.DRIVING_POINTS, contract.DRIVING_JACOBIANS))]
        buffers = [np.empty_like(tensor) for tensor in given]
        results = [np.zeros(spec.shape, spec.dtype) for graph in (keypoints, animate) for spec in graph.outputs.values()]
        seconds = []
        for _ in range(COPYINGS):
            start = perf_counter()
            for buffer, tensor in zip(buffers, given, strict=True):
                buffer[...] = tensor
            for result in results:
                result.copy()
            seconds.append(perf_counter() - start)
        return float(np.median(seconds))


def _blank(engine: Engine, names: Sequence[str]) -> list[Tensor]:
    return [np.zeros(engine.inputs[name].shape, engine.inputs[name].dtype) for name in names]
