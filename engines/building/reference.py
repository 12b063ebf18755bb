"""What an engine is held to: stored pictures, and what the model makes of them in float32 on the CPU.

The pictures are faces of bundled portraits, each driven by moved copies of itself. They lie together with the answers in one file of the
cache, for each model once: decoders of JPEG differ a little from one machine to the next, and both sides of a comparison must see the same.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engines.building.engine_folder import write_engine_file
from engines.engine import Precision, ShortageError, Tensor
from engines.model_animator import ModelAnimator, open_graphs
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from puppet import contract
from puppet.animator import Animator
from puppet.assets import ASSETS
from puppet.contract import ModelCard, read_card
from puppet.folders import cache_folder
from puppet.media.picture_file import read_picture
from puppet.motion import FloatArray
from puppet.picture import Picture, Square, cut, freeze

FACES = (("mona_lisa.jpg", Square(328.5, 256.3, 377.7)), ("mendeleev.jpg", Square(357.9, 292.9, 452.3)))
"""Bundled portraits and where their faces lie, as the face finder sees them: a painting and a photograph."""

MOVES = ((0.0, 1.0, 0.0, 0.0), (7.0, 1.05, 0.04, -0.02), (-6.0, 0.95, -0.05, 0.03))
"""How a portrait is moved to drive itself: turned by degrees, scaled, shifted right and down by shares of its side."""

EXACT: Precision = "f32"

Samples = Callable[[], Sequence[Mapping[str, Tensor]]]
"""Gives inputs of a graph, by name, from which int8 learns the range of every value; called only where int8 is built."""

FORM = 1
"""Of the stored file; to be raised with the pictures or with what is made of them."""


class Answers(NamedTuple):
    """What a model makes of P portraits with D drivers each; `seconds` (P, D): how long each frame took.

    points (P, D, K, 2), jacobians (P, D, K, 2, 2): seen in the drivers. pictures (P, D, side, side, 3): the portraits in those poses.
    """

    points: FloatArray
    jacobians: FloatArray
    pictures: npt.NDArray[np.uint8]
    seconds: npt.NDArray[np.float64]

    @property
    def milliseconds(self) -> float:
        """The fastest frame but the first, which warms up: what else runs on the computer only adds to it."""
        return float(self.seconds.ravel()[1:].min() * 1000)


class Reference(NamedTuple):
    """Stored pictures (P, side, side, 3), what drives each (P, D, side, side, 3), and the answers in float32.

    runtime: what gave the answers just now; empty when they lay in the cache, so that their times are of another day.
    """

    portraits: npt.NDArray[np.uint8]
    drivers: npt.NDArray[np.uint8]
    answers: Answers
    runtime: str = ""


def reference_of(folder: Path) -> Reference:
    """The reference of a model folder, made at first and kept in the cache. Raises `ModelError`, `EngineError`, `MediaError`."""
    card = read_card(folder)
    return stored_reference(card) or make_reference(folder, card)


def stored_reference(card: ModelCard) -> Reference | None:
    """The reference in the cache; None when there is none, or when it is damaged."""
    try:
        with _path(card).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            answers = Answers(*(stored[name] for name in Answers._fields))
            return Reference(freeze(stored["portraits"]), freeze(stored["drivers"]), answers)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def make_reference(folder: Path, card: ModelCard) -> Reference:
    """Make the reference of a model folder and keep it in the cache, if the disk will have it."""
    portraits = np.stack([cut(read_picture(ASSETS / "portraits" / name), square, card.side) for name, square in FACES])
    drivers = np.stack([[moved_picture(portrait, *move) for move in MOVES] for portrait in portraits])
    animator = _open_exact(folder, card)
    try:
        reference = Reference(freeze(portraits), freeze(drivers), answer(animator, portraits, drivers), animator.engine)
    finally:
        animator.close()
    data = io.BytesIO()
    np.savez(data, portraits=portraits, drivers=drivers, **reference.answers._asdict())
    with suppress(ShortageError):  # it only saves making it again
        write_engine_file(_path(card), data.getvalue())
    return reference


def answer(animator: Animator, portraits: npt.NDArray[np.uint8], drivers: npt.NDArray[np.uint8]) -> Answers:
    """What an animator makes of stored pictures, each portrait drawn with the keypoints that the animator sees itself."""
    seen, drawn, seconds = [], [], []
    for portrait, own_drivers in zip(portraits, drivers, strict=True):
        animator.wear(portrait)
        for driver in own_drivers:
            start = perf_counter()
            motion = animator.detect(driver)
            drawn.append(animator.animate(motion))  # of its own face, so that no motion need be carried over
            seconds.append(perf_counter() - start)
            seen.append(motion)
    shape = drivers.shape[:2]
    points, jacobians = np.stack([motion.points for motion in seen]), np.stack([motion.jacobians for motion in seen])
    return Answers(
        points.reshape(*shape, *points.shape[1:]),
        jacobians.reshape(*shape, *jacobians.shape[1:]),
        np.stack(drawn).reshape(*shape, *drawn[0].shape),
        np.array(seconds).reshape(shape),
    )


def moved_picture(picture: Picture, angle: float, scale: float, right: float, down: float) -> Picture:
    """A square picture turned about its middle by degrees, scaled, and shifted by shares of its side; its border is drawn on."""
    side = len(picture)
    affine = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, scale)
    affine[:, 2] += np.array([right * side, down * side])
    return freeze(np.asarray(cv2.warpAffine(picture, affine, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8))


def stored_feeds(folder: Path) -> dict[str, list[Mapping[str, Tensor]]]:
    """What each graph is given while the stored pictures are animated in float32, by file name: to measure ranges for int8 with.

    Raises `ModelError`, `EngineError`, `MediaError`.
    """
    reference, card = reference_of(folder), read_card(folder)
    feeds: dict[str, list[Mapping[str, Tensor]]] = {name: [] for name in contract.GRAPHS}
    animator = _open_exact(folder, card)
    try:
        for portrait, drivers in zip(reference.portraits, reference.drivers, strict=True):
            source, features, _ = animator.encode(portrait)
            feeds[contract.APPEARANCE].append({contract.IMAGE: portrait})
            for driver in drivers:
                posed = animator.detect(driver)
                pose = (source.points, source.jacobians, posed.points, posed.jacobians)
                names = (contract.SOURCE_POINTS, contract.SOURCE_JACOBIANS, contract.DRIVING_POINTS, contract.DRIVING_JACOBIANS)
                feeds[contract.KEYPOINTS].append({contract.IMAGE: driver})
                feeds[contract.ANIMATE].append({**features, **dict(zip(names, pose, strict=True))})
    finally:
        animator.close()
    return feeds


def _open_exact(folder: Path, card: ModelCard) -> ModelAnimator:
    """The model in float32 on the CPU: by ONNX Runtime, or by OpenVINO where that can't be loaded."""
    exact = dict.fromkeys(contract.GRAPHS, EXACT)
    try:
        return open_graphs(folder, card, OnnxRuntime(), exact, device="CPU")
    except Exception:  # of whatever kind, where its package is half installed
        return open_graphs(folder, card, OpenVinoRuntime(), exact, device="CPU")


def _path(card: ModelCard) -> Path:
    graphs: Sequence[str] = [card.files[name] for name in contract.GRAPHS]
    name = hashlib.sha256(" ".join((str(FORM), *graphs)).encode()).hexdigest()[:32]
    return cache_folder() / "references" / f"{name}.npz"
