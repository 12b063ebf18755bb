"""How fast each engine is on this computer, how far apart their pictures lie, and how far each is from what the machine could do.

Computers are noisy, so the engines take turns in short blocks of the same frames, and their ratio is taken turn by turn.
"""

import os
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np

from engines.building.engine_store import Verdict
from engines.building.reference import moved_picture
from engines.measuring.figures import Bench, Difference, EngineFigures, Figures, StageFigures, figures_of
from engines.measuring.floor import Floors, GraphFloor
from engines.measuring.lanes import ANIMATE, FRAME, GRAPH_OF, KEYPOINTS, STAGES, Drawn, Lane
from engines.model_animator import ModelAnimator
from puppet.animator import FaceFinder
from puppet.errors import FaceError
from puppet.picture import Picture

TURN = 0.4
"""Length of an engine's turn, s; shorter in a short race."""

DRIVERS = 8
"""Different pictures that drive the portrait."""

BUSY = 0.75
"""Share of the cores from which a load before the race is told."""

Gate = Callable[[ModelAnimator], Verdict]
"""Judges an animator beside the float32 reference; it may wear another portrait afterwards."""


def bench(lanes: Sequence[Lane], portrait: Picture, seconds: float, *, floors: Floors | None = None, gate: Gate | None = None) -> Bench:
    """Race engines that opened one model, for about `seconds` in all; the first is the one that ratios and differences refer to.

    `portrait` (side, side, 3) drives itself shifted, turned and scaled. The lanes stay the caller's. Gate and floors come
    after the race, so that they disturb nothing; without them those figures are None.
    """
    remarks = _remarks_on_load()
    drivers = moved_pictures(portrait, DRIVERS)
    drawn = [[lane.draw(driver) for driver in drivers] for lane in lanes]  # the warm-up, too
    for lane in lanes:
        lane.clear()
    turns = max(2, round(seconds / (TURN * len(lanes))))
    for turn in range(turns):
        for lane in lanes if turn % 2 else reversed(lanes):
            lane.take_turn(drivers, seconds / (turns * len(lanes)))
    engines = [
        _figures(lane, lanes[0], _difference(drawn[0], pictures, portrait.shape[0]), gate, floors)
        for lane, pictures in zip(lanes, drawn, strict=True)
    ]
    card = lanes[0].animator.card
    return Bench(
        model=card.name,
        side=card.side,
        engines=engines,
        peaks=floors.peaks if floors else [],
        remarks=[*remarks, *(floors.remarks if floors else ())],
    )


def moved_pictures(picture: Picture, count: int) -> list[Picture]:
    """The picture shifted, turned and scaled a little, `count` different ways; the first is the picture itself."""
    phases = 2 * np.pi * np.arange(count) / count
    return [
        moved_picture(picture, 8 * np.sin(phase), 1 + 0.06 * np.sin(2 * phase), 0.05 * np.sin(phase), 0.03 * np.sin(2 * phase))
        for phase in phases
    ]


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
    return [figures_of(name, times) for name, times in seconds.items()]


def _remarks_on_load() -> list[str]:
    """What is to be said where other programs keep the processor busy: ratios bear it, times and peaks do not."""
    if not hasattr(os, "getloadavg"):  # Windows
        return []
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < BUSY * cores:
        return []
    return [f"Other programs keep this computer busy (load {load:.1f} on {cores} cores): times and peaks are of what they leave."]


def _figures(lane: Lane, first: Lane, difference: Difference, gate: Gate | None, floors: Floors | None) -> EngineFigures:
    graphs = lane.animator.graphs
    found = {stage: floors.floor(graph, graphs[graph].device) for stage, graph in GRAPH_OF.items()} if floors else {}
    return EngineFigures(
        name=lane.name,
        engine=lane.animator.engine,
        device=lane.animator.device.description,
        precision={graph: engine.device.precision for graph, engine in graphs.items()},
        opening=lane.opening * 1000,
        memory=lane.memory,
        frames_per_second=float(1 / np.mean(lane.seconds[FRAME])),
        stages=[_stage(stage, lane, first, _least(stage, found)) for stage in STAGES],
        difference=difference,
        verdict=gate(lane.animator) if gate else None,
        floors=[floor for floor in found.values() if floor],
    )


def _stage(stage: str, lane: Lane, first: Lane, floor: float | None) -> StageFigures:
    figures = figures_of(stage, lane.seconds[stage])
    ratios = [turn[stage] / reference[stage] for turn, reference in zip(lane.turns, first.turns, strict=True)]
    above = figures.p50 / floor if floor else None
    return StageFigures(**figures.model_dump(), ratio=float(np.median(ratios)), floor=floor, above_floor=above)


def _least(stage: str, found: dict[str, GraphFloor | None]) -> float | None:
    """The floor of a stage, ms: of a frame, that of the two graphs it runs."""
    floors = [found.get(part) for part in ((KEYPOINTS, ANIMATE) if stage == FRAME else (stage,))]
    known = [floor.floor for floor in floors if floor]
    return sum(known) if known and len(known) == len(floors) else None


def _difference(first: Sequence[Drawn], other: Sequence[Drawn], side: int) -> Difference:
    apart = [np.abs(a.picture.astype(np.int16) - b.picture) for a, b in zip(first, other, strict=True)]
    shifts = [np.linalg.norm(a.points - b.points, axis=1) for a, b in zip(first, other, strict=True)]
    return Difference(mean=float(np.mean(apart)), largest=float(np.max(apart)), points=float(np.max(shifts)) * side / 2)
