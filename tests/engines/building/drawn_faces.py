"""What a model's graphs make of real faces on the CPU, and how far two such makings lie apart."""

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engines.building.reference import FACES
from engines.engine import EngineOptions, Tensor
from engines.measuring.bench import moved_pictures
from engines.onnxruntime import OnnxRuntime
from puppet import contract
from puppet.assets import ASSETS
from puppet.media.picture_file import read_picture
from puppet.picture import Picture, cut

Feeds = dict[str, Tensor]


class Face(NamedTuple):
    """What was seen in a portrait and in its moved copy, both as they were given, and what drew the one in the other's pose."""

    fed: dict[str, Feeds]
    given: dict[str, Feeds]


@cache
def faces() -> tuple[tuple[Picture, Picture], ...]:
    """Bundled portraits of 256 px, a painting and a photograph, each with a moved copy of itself."""
    cuts = [cut(read_picture(ASSETS / "portraits" / name), square, 256) for name, square in FACES]
    return tuple((face, moved_pictures(face, 8)[1]) for face in cuts)


def run_graph(graph: bytes, *feeds: Mapping[str, Tensor]) -> list[Feeds]:
    """Run a graph with each of these feeds, by ONNX Runtime on the CPU."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        path.write_bytes(graph)
        engine = OnnxRuntime().open(path, EngineOptions("CPU", "f32", threads=1))
        try:
            return [engine.run(**feed) for feed in feeds]
        finally:
            engine.close()


def draw_face(folder: Path, face: tuple[Picture, Picture], still_border: bool = False) -> Face:
    """What the graphs of a folder take and give, from a portrait and its moved copy to the picture."""
    appearance, keypoints, animate = ((folder / name).read_bytes() for name in contract.GRAPHS)
    (features,) = run_graph(appearance, {contract.IMAGE: face[0]})
    still, moved = run_graph(keypoints, {contract.IMAGE: face[0]}, {contract.IMAGE: face[1]})
    motion = {
        contract.SOURCE_POINTS: still[contract.POINTS],
        contract.SOURCE_JACOBIANS: still[contract.JACOBIANS],
        contract.DRIVING_POINTS: moved[contract.POINTS],
        contract.DRIVING_JACOBIANS: moved[contract.JACOBIANS],
    }
    fed = {contract.APPEARANCE: {contract.IMAGE: face[0]}, contract.KEYPOINTS: {contract.IMAGE: face[1]}}
    fed[contract.ANIMATE] = {**features, **motion, contract.STILL_BORDER: np.array([still_border], np.float32)}
    (drawn,) = run_graph(animate, fed[contract.ANIMATE])
    return Face(fed, {contract.APPEARANCE: features, contract.KEYPOINTS: moved, contract.ANIMATE: drawn})


def remake(face: Face, graph: str, make: Callable[[], bytes]) -> Feeds:
    """What another make of one graph gives for the very same inputs."""
    return run_graph(make(), face.fed[graph])[0]


def largest(values: Feeds, others: Feeds) -> float:
    """The largest difference between tensors of the same names, relative where they are larger than 1."""
    assert set(values) == set(others)
    gaps = []
    for name, value in values.items():
        exact = value.astype(np.float64)
        gaps.append(np.abs(exact - others[name]).max() / max(1.0, np.abs(exact).max()))
    return float(np.max(gaps))


def decibels(picture: Tensor, other: Tensor) -> float:
    """Peak signal to noise between pictures; 100 for equal ones."""
    error = np.square(picture.astype(np.float64) - other).mean()
    return float(10 * np.log10(255**2 / error)) if error else 100.0
