"""The race between runtimes, on a model whose answers are known."""

from pathlib import Path

import numpy as np
import pytest

from engines.animator import open_animator
from engines.measuring.bench import bench, bench_faces, moved_pictures
from puppet import contract
from puppet.animator import Face
from puppet.demo import LANDMARKS, MESH, DemoFaceFinder, demo_picture
from puppet.errors import FaceError
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze
from tests.toy_model import make_toy_model

SIDE = 32


def test_runtimes_are_measured_side_by_side(tmp_path: Path) -> None:
    make_toy_model(tmp_path / "toy", SIDE)
    animators = [open_animator(tmp_path / "toy", engine, threads=1) for engine in ("openvino", "onnxruntime")]
    portrait = demo_picture(0, SIDE, SIDE)
    result = bench([(animators[0], 0.5), (animators[1], 0.25)], portrait, seconds=0.1)
    for animator in animators:
        animator.close()
    assert [each.engine for each in result.engines] == ["openvino", "onnxruntime"]
    assert [each.opening for each in result.engines] == [500, 250]
    for each in result.engines:
        assert [figures.name for figures in each.graphs] == list(contract.GRAPHS)
        assert all(0 < figures.p50 <= figures.p95 for figures in each.graphs)
        keypoints, animate = each.graphs[1:]
        assert keypoints.runs == animate.runs >= 2
        assert each.frames_per_second > 0
    (pair,) = result.comparisons
    assert (pair.engine, pair.other) == ("openvino", "onnxruntime")
    assert pair.time_ratio > 0
    assert pair.mean_difference < 2
    assert pair.points_difference < 0.1


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
