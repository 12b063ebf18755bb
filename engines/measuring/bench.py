"""How fast each runtime is on this computer, and how far apart their pictures lie, measured side by side.

Computers are noisy, so the runtimes take turns in short blocks of the same frames, and their ratio is taken turn by turn.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from time import perf_counter
from typing import TypeVar

import cv2
import numpy as np
from pydantic import BaseModel

from engines.animator import ModelAnimator
from puppet import contract
from puppet.animator import FaceFinder
from puppet.errors import FaceError
from puppet.motion import FloatArray, Motion, retarget
from puppet.picture import Picture, freeze

TURN = 0.4
"""Length of a runtime's turn, s; shorter in a short race."""

DRIVERS = 8
"""Different pictures that drive the portrait."""

Result = TypeVar("Result")


class Figures(BaseModel):
    """Run times of one thing, ms."""

    name: str
    p50: float
    p95: float
    runs: int


class EngineFigures(BaseModel):
    """One runtime on one model; frames_per_second counts detecting and animating, opening is in ms."""

    engine: str
    device: str
    opening: float
    graphs: list[Figures]
    frames_per_second: float


class Comparison(BaseModel):
    """Two runtimes on the same frames, each with its own keypoints.

    time_ratio: how many times longer `other` takes for a frame, median over the turns; mean_difference and
    largest_difference: of the pictures, in levels of 255; points_difference: largest shift of a keypoint, px.
    """

    engine: str
    other: str
    time_ratio: float
    mean_difference: float
    largest_difference: float
    points_difference: float


class Bench(BaseModel):
    """All that was measured on one model."""

    model: str
    side: int
    engines: list[EngineFigures]
    comparisons: list[Comparison]
    faces: list[Figures] = []


class Lane:
    """One runtime's animator in the race, and what it has taken so far."""

    def __init__(self, animator: ModelAnimator, portrait: Picture) -> None:
        """Puts on the portrait; the animator stays the caller's."""
        self.animator = animator
        self.seconds: dict[str, list[float]] = {name: [] for name in contract.GRAPHS}
        self.turns: list[float] = []
        self._portrait = portrait
        self._source: Motion = animator.wear(portrait)

    def draw(self, driver: Picture) -> tuple[FloatArray, Picture]:
        """The keypoints (K, 2) seen in a driver's picture, and the portrait in its pose."""
        seen = self._timed(contract.KEYPOINTS, lambda: self.animator.detect(driver))
        posed = retarget(self._source, seen, self._source)
        return seen.points, self._timed(contract.ANIMATE, lambda: self.animator.animate(posed))

    def take_turn(self, drivers: Sequence[Picture], length: float) -> None:
        """Encode the portrait once, then draw frames for `length` seconds."""
        appearance = self.animator.graphs[contract.APPEARANCE]
        self._timed(contract.APPEARANCE, lambda: appearance.run(**{contract.IMAGE: self._portrait}))
        start, frames = perf_counter(), 0
        while frames < 2 or perf_counter() - start < length:
            self.draw(drivers[frames % len(drivers)])
            frames += 1
        self.turns.append((perf_counter() - start) / frames)

    def figures(self, opening: float) -> EngineFigures:
        """What was measured; `opening`: seconds it took to open the model."""
        per_frame = np.mean(self.seconds[contract.KEYPOINTS]) + np.mean(self.seconds[contract.ANIMATE])
        return EngineFigures(
            engine=self.animator.engine,
            device=self.animator.device.description,
            opening=opening * 1000,
            graphs=[_figures(name, seconds) for name, seconds in self.seconds.items()],
            frames_per_second=float(1 / per_frame),
        )

    def _timed(self, graph: str, act: Callable[[], Result]) -> Result:
        start = perf_counter()
        result = act()
        self.seconds[graph].append(perf_counter() - start)
        return result


def bench(animators: Sequence[tuple[ModelAnimator, float]], portrait: Picture, seconds: float) -> Bench:
    """Race animators of one model, each with the seconds it took to open, for about `seconds` in all.

    `portrait` (side, side, 3) is worn, and drives itself shifted, turned and scaled. The animators stay the caller's.
    """
    card = animators[0][0].card
    drivers = moved_pictures(portrait, DRIVERS)
    lanes = [Lane(animator, portrait) for animator, _ in animators]
    drawn = [[lane.draw(driver) for driver in drivers] for lane in lanes]  # the warm-up, too
    for lane in lanes:
        for times in lane.seconds.values():
            times.clear()
    turns = max(2, round(seconds / (TURN * len(lanes))))
    for turn in range(turns):
        for lane in lanes if turn % 2 else reversed(lanes):
            lane.take_turn(drivers, seconds / (turns * len(lanes)))
    return Bench(
        model=card.name,
        side=card.side,
        engines=[lane.figures(opening) for lane, (_, opening) in zip(lanes, animators, strict=True)],
        comparisons=[_compare(lanes[a], lanes[b], drawn[a], drawn[b]) for a, b in combinations(range(len(lanes)), 2)],
    )


def moved_pictures(picture: Picture, count: int) -> list[Picture]:
    """The picture shifted, turned and scaled a little, `count` different ways; the first is the picture itself."""
    side = picture.shape[0]
    moved = []
    for step in range(count):
        phase = 2 * np.pi * step / count
        affine = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), 8 * np.sin(phase), 1 + 0.06 * np.sin(2 * phase))
        affine[:, 2] += (0.05 * side * np.sin(phase), 0.03 * side * np.sin(2 * phase))
        warped = cv2.warpAffine(picture, affine, (side, side), borderMode=cv2.BORDER_REPLICATE)
        moved.append(freeze(np.asarray(warped, np.uint8)))
    return moved


def bench_faces(finder: FaceFinder, picture: Picture, runs: int) -> list[Figures]:
    """How long it takes to find a face in a picture, and to track it. Raises `FaceError` when there is none."""
    face = finder.find(picture)
    if face is None:
        raise FaceError("No face was found in the picture to measure the face finder with.", "Take a picture with a clear face.")
    near = face.landmarks
    acts: dict[str, Callable[[], object]] = {"find": lambda: finder.find(picture), "track": lambda: finder.find(picture, near)}
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(runs):
        for name, act in acts.items():
            start = perf_counter()
            act()
            seconds[name].append(perf_counter() - start)
    return [_figures(name, times) for name, times in seconds.items()]


def _figures(name: str, seconds: list[float]) -> Figures:
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return Figures(name=name, p50=float(p50), p95=float(p95), runs=len(seconds))


def _compare(lane: Lane, other: Lane, drawn: list[tuple[FloatArray, Picture]], others: list[tuple[FloatArray, Picture]]) -> Comparison:
    apart = [np.abs(a.astype(np.int16) - b) for (_, a), (_, b) in zip(drawn, others, strict=True)]
    shifts = [np.linalg.norm(a - b, axis=1) for (a, _), (b, _) in zip(drawn, others, strict=True)]
    return Comparison(
        engine=lane.animator.engine,
        other=other.animator.engine,
        time_ratio=float(np.median(np.array(other.turns) / np.array(lane.turns))),
        mean_difference=float(np.mean(apart)),
        largest_difference=float(np.max(apart)),
        points_difference=float(np.max(shifts)) * lane.animator.card.side / 2,
    )
