"""The face finder: a detector where no face is known yet, the mesh alone where one is."""

from collections.abc import Iterator
from itertools import islice
from math import ceil

import cv2
import numpy as np

from engines.engine import EngineOptions
from engines.faces.blazeface import BlazeFace, Detection
from engines.faces.face_mesh import FaceMesh, Region, region_of_detection, region_of_landmarks
from engines.openvino import OpenVinoRuntime
from engines.registry import RUNTIMES
from puppet.animator import Face
from puppet.assets import ASSETS
from puppet.errors import ModelError
from puppet.faces.ibug import landmarks_from_mesh
from puppet.motion import FloatArray
from puppet.picture import Picture, Square

DETECTOR = ASSETS / "models" / "face" / "face_detection_short_range.tflite"
MESH = ASSETS / "models" / "face" / "face_landmark.tflite"

LEAST_SCORE = 0.5
"""Mesh score below which a face that was tracked is gone."""

FAINT_SCORE = 0.3
"""Detector score worth asking the mesh about."""

SURE = 0.4
"""Product of the detector's and the mesh's score from which a face that was not known before is believed."""

SURE_BESIDE = 0.55
"""The same beside a face that is known: what the networks take for more faces, in cloth or hair, reaches .49, real ones begin at .67."""

SEARCHED_SIDE = 1024
"""Long side that a picture is shrunk to before it is searched, px."""

SMALLEST_WINDOW = 128
"""Side of the smallest window searched, in pixels of the shrunk picture: the network sees it as it is."""

CLEAR_SHARE = 0.25
"""Share of a window's side from which a detection is precise enough for the mesh."""

NEARER = 2.5
"""Side of the window for a second look, in sides of the face."""

MOST_OVERLAP = 0.2
"""Share of the smaller face's box that two faces, cheek to cheek, may have in common."""

BRIEF_LEVELS = 3
"""Levels searched while a face was tracked a moment ago."""


class MeshFaceFinder:
    """BlazeFace in ever smaller windows until a face is found, then the face mesh; used on one thread."""

    def __init__(self, detector: BlazeFace, mesh: FaceMesh) -> None:
        self._detector = detector
        self._mesh = mesh

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        """The most prominent face, or None.

        `near` (68, 2) is looked at first, which is cheap while the face is there. When it is gone the search is brief, for
        faces from about a twelfth of the picture's long side on; without `near` it is thorough, down to a fiftieth.
        """
        if near is not None:
            face = self._fit(picture, region_of_landmarks(near))
            if face is not None:
                return face
        return next(self._search(picture, [], BRIEF_LEVELS if near is not None else None), None)

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        """The faces, the largest first, at most `most`; each is found once, however many windows see it.

        Beside a large face those in the background, smaller than about a sixth of it, are not looked for.
        """
        found: list[Face] = []
        for face in self._search(picture, found):
            found.append(face)
        return sorted(found, key=lambda face: -_extent(face) * face.score)[:most]

    def close(self) -> None:
        """Free both networks; may be called twice."""
        self._detector.close()
        self._mesh.close()

    def _search(self, picture: Picture, known: list[Face], most_levels: int | None = None) -> Iterator[Face]:
        """The faces of a picture level by level, the likely ones first; without those that lie where one of `known` does.

        Whoever goes on after a face has put it into `known`; windows no larger than the largest of these are not searched.
        """
        scale = min(1.0, SEARCHED_SIDE / max(picture.shape[:2]))
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        shrunk = picture if scale == 1 else np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        for windows in islice(levels(*size), most_levels):
            if windows[0].side <= scale * max(map(_extent, known), default=0.0):
                return
            detections = [found for window in windows for found in self._detector.detect(shrunk, window, FAINT_SCORE)]
            for detection in sorted(detections, key=_likelihood, reverse=True):
                if any(_lies_on(face, detection.scaled(1 / scale)) for face in known):
                    continue
                closer = self._look_closer(shrunk, detection, windows[0].side)
                face = closer and self._confirm(picture, closer.scaled(1 / scale), SURE_BESIDE if known else SURE)
                if face and not any(_same(face, other) for other in known):
                    yield face

    def _fit(self, picture: Picture, region: Region) -> Face | None:
        mesh, score = self._mesh.fit(picture, region)
        return Face(landmarks_from_mesh(mesh), mesh, score) if score >= LEAST_SCORE else None

    def _look_closer(self, picture: Picture, detection: Detection, window_side: float) -> Detection | None:
        """The detection, or where it was small in its window (and so is vague) what the detector sees there from nearer."""
        if detection.side > CLEAR_SHARE * window_side:
            return detection
        found = self._detector.detect(picture, Square(detection.x, detection.y, NEARER * detection.side), FAINT_SCORE)
        return found[0] if found else None

    def _confirm(self, picture: Picture, detection: Detection, sure: float) -> Face | None:
        """The face of a detection, fitted once more from where the mesh says it is, if both networks together are `sure` of it."""
        face = self._fit(picture, region_of_detection(detection))
        face = face and self._fit(picture, region_of_landmarks(face.landmarks))
        return face if face and face.score * detection.score >= sure else None


def levels(width: int, height: int) -> Iterator[list[Square]]:
    """Windows to search in turn: the whole picture, the picture from twice as far (for faces that fill it), then tiles.

    Each level of tiles has half the side of the one before, down to `SMALLEST_WINDOW`.
    """
    long = max(width, height)
    middle = ((width - 1) / 2, (height - 1) / 2)
    yield [Square(*middle, long)]
    yield [Square(*middle, 2 * long)]
    side = long / 2
    while side >= SMALLEST_WINDOW:
        yield [Square(x, y, side) for y in _centres(height, side) for x in _centres(width, side)]
        side /= 2


def open_face_finder() -> MeshFaceFinder:
    """The face finder on OpenVINO's CPU, one thread. Raises `EngineError` without OpenVINO, `ModelError` without its files."""
    for path in (DETECTOR, MESH):
        if not path.is_file():
            raise ModelError(f"The face model {path} is missing.", "Install Puppet again.")
    runtime = RUNTIMES[OpenVinoRuntime.name]
    options = EngineOptions(device="CPU", precision="f32", threads=1)
    return MeshFaceFinder(BlazeFace(runtime.open(DETECTOR, options)), FaceMesh(runtime.open(MESH, options)))


def _centres(length: int, side: float) -> list[float]:
    """Centres of windows of `side` that cover `length`; one in the middle where it is shorter.

    They overlap by .4: a face larger than that was found on the level above.
    """
    steps = ceil(max(0.0, length - side) / (0.6 * side))
    if not steps:
        return [(length - 1) / 2]
    return [side / 2 - 0.5 + (length - side) * step / steps for step in range(steps + 1)]


def _extent(face: Face) -> float:
    """The longer side of the landmarks' box, px."""
    return float(np.ptp(face.landmarks, axis=0).max())


def _lies_on(face: Face, detection: Detection) -> bool:
    """Whether the middle of a detection lies on a face that is known, in pixels of one picture."""
    low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
    return bool(low[0] < detection.x < high[0] and low[1] < detection.y < high[1])


def _same(one: Face, other: Face) -> bool:
    """Whether two faces are one, or one and what the networks make of its forehead or throat: their landmarks' boxes overlap much."""
    lows, highs = zip(*((face.landmarks.min(axis=0), face.landmarks.max(axis=0)) for face in (one, other)), strict=True)
    shared = np.prod(np.clip(np.minimum(*highs) - np.maximum(*lows), 0, None))
    return bool(shared > MOST_OVERLAP * min(np.prod(high - low) for low, high in zip(lows, highs, strict=True)))


def _likelihood(detection: Detection) -> tuple[bool, float]:
    """Sure faces before faint ones, the prominent first."""
    return detection.score >= 0.5, detection.prominence
