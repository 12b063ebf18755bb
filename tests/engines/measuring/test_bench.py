"""The race between runtimes, on a model whose answers are known."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engines.animator import open_animator
from engines.building.engine_store import Verdict
from engines.engine import Device
from engines.measuring.bench import bench, bench_faces, moved_pictures
from engines.measuring.figures import Difference
from engines.measuring.floor import Floors, GraphFloor
from engines.measuring.lanes import ANIMATE, APPEARANCE, FRAME, KEYPOINTS, RETARGET, STAGES, Lane
from engines.model_animator import ModelAnimator
from puppet import contract
from puppet.animator import Face
from puppet.demo import LANDMARKS, MESH, DemoFaceFinder, demo_picture
from puppet.errors import FaceError
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze
from tests.toy_model import make_toy_model

SIDE = 32


class FakeFloors(Floors):
    """Knows a floor of 1 us for every graph but the portrait's."""

    def floor(self, graph: str, device: Device) -> GraphFloor | None:
        if graph == contract.APPEARANCE:
            return None
        return GraphFloor(graph=graph, precision="f32", multiply_adds=1, operations=2, bytes=3, computing=0.001, moving=0.0005, floor=0.001)


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[list[Lane]]:
    make_toy_model(tmp_path / "toy", SIDE)
    portrait = demo_picture(0, SIDE, SIDE)
    with ExitStack() as opened:
        yield [
            opened.enter_context(Lane(partial(open_animator, tmp_path / "toy", name, precision="f32", threads=1), portrait))
            for name in ("openvino", "onnxruntime")
        ]


def test_runtimes_are_measured_side_by_side(lanes: list[Lane]) -> None:
    found = bench(lanes, demo_picture(0, SIDE, SIDE), seconds=0.1)
    first, second = found.engines
    assert (first.name, second.name) == ("openvino CPU f32", "onnxruntime CPU f32")
    assert (found.model, found.side) == ("toy", SIDE)
    for each, lane in zip(found.engines, lanes, strict=True):
        assert [stage.name for stage in each.stages] == list(STAGES)
        assert all(0 < stage.p50 <= stage.p95 <= stage.p99 and stage.floor is None for stage in each.stages)
        assert each.stage(KEYPOINTS).runs == each.stage(ANIMATE).runs >= 2
        assert each.stage(FRAME).p50 >= each.stage(ANIMATE).p50
        assert each.frames_per_second == pytest.approx(1 / np.mean(lane.seconds[FRAME]))
        assert each.opening == lane.opening * 1000
        assert each.verdict is None
    assert [stage.ratio for stage in first.stages] == [1.0] * len(STAGES)
    assert first.difference == Difference(mean=0, largest=0, points=0)
    assert second.difference.mean < 2
    assert second.difference.points < 0.1


def test_ratio_is_taken_turn_by_turn(lanes: list[Lane], monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that slows down by and by is as unkind to one as to the other; the order within a turn changes."""
    order: list[Lane] = []

    def take_turn(lane: Lane, drivers: Sequence[Picture], length: float) -> None:
        order.append(lane)
        seconds = 10.0 ** len(lane.turns) * (3.0 if lane is lanes[1] else 1.0)
        lane.turns.append(dict.fromkeys(STAGES, seconds))
        for stage in STAGES:
            lane.seconds[stage].append(seconds)

    monkeypatch.setattr(Lane, "take_turn", take_turn)
    monkeypatch.setattr("engines.measuring.bench.TURN", 0.01)
    found = bench(lanes, demo_picture(0, SIDE, SIDE), seconds=0.08)
    assert len(lanes[0].turns) == len(lanes[1].turns) == 4
    assert order[:4] == [lanes[1], lanes[0], lanes[0], lanes[1]]
    assert found.engines[1].stage(FRAME).ratio == pytest.approx(3)


@pytest.mark.parametrize(("load", "told"), [(0.1, False), (9.0, True)])
def test_a_busy_computer_is_told(lanes: list[Lane], monkeypatch: pytest.MonkeyPatch, load: float, told: bool) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    found = bench(lanes[:1], demo_picture(0, SIDE, SIDE), seconds=0.01)
    assert [remark[:14] for remark in found.remarks] == ["Other programs"] * told


def test_floor_and_gate_are_asked_once_an_engine(lanes: list[Lane], tmp_path: Path) -> None:
    judged: list[str] = []

    def gate(animator: ModelAnimator) -> Verdict:
        judged.append(animator.engine)
        return Verdict(points=0.001, psnr=50, passed=True)

    found = bench(lanes, demo_picture(0, SIDE, SIDE), seconds=0.1, floors=FakeFloors(tmp_path), gate=gate)
    assert judged == ["openvino", "onnxruntime"]
    for each in found.engines:
        assert each.verdict is not None and each.verdict.psnr == 50
        assert each.stage(FRAME).floor == 0.002
        assert each.stage(FRAME).above_floor == pytest.approx(each.stage(FRAME).p50 / 0.002)
        assert each.stage(ANIMATE).floor == 0.001
        assert each.stage(APPEARANCE).floor is None and each.stage(RETARGET).floor is None
        assert [floor.graph for floor in each.floors] == [contract.KEYPOINTS, contract.ANIMATE]


def test_drivers_differ_and_begin_with_the_picture() -> None:
    picture = demo_picture(0, SIDE, SIDE)
    drivers = moved_pictures(picture, 4)
    assert np.array_equal(drivers[0], picture)
    assert len({driver.tobytes() for driver in drivers[:2]}) == 2
    assert all(driver.shape == picture.shape and not driver.flags.writeable for driver in drivers)


class CountingFinder(DemoFaceFinder):
    """Counts how often it searched and how often it tracked."""

    def __init__(self) -> None:
        self.asked = {"find": 0, "track": 0}

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        self.asked["find" if near is None else "track"] += 1
        return Face(LANDMARKS, MESH, 1.0) if picture.any() else None


def test_face_finder_is_timed_searching_and_tracking() -> None:
    finder = CountingFinder()
    figures = bench_faces(finder, demo_picture(0), runs=3)
    assert [(each.name, each.runs) for each in figures] == [("find", 3), ("track", 3)]
    assert finder.asked == {"find": 4, "track": 3}


def test_face_finder_needs_a_face() -> None:
    with pytest.raises(FaceError):
        bench_faces(CountingFinder(), freeze(np.zeros((8, 8, 3), np.uint8)), runs=3)
