"""The whole app without a model, a camera or a GPU: a drawn driver, a face finder and an animator that need nothing.

All three look for what stands out from the border of a picture and describe it by its moments (centre, size, tilt).
The animator moves the portrait it wears by the similarity that the keypoints imply: heads shift, grow and tilt, but no
mouth opens. Everything here is deterministic.
"""

from collections.abc import Iterator
from itertools import count, takewhile
from typing import NamedTuple

import cv2
import numpy as np

from puppet import contract
from puppet.animator import Encoded, Face
from puppet.contract import ModelCard
from puppet.errors import EngineError
from puppet.faces.similarity import plane, turn_between
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture, freeze
from puppet.still_border import still_share

SKIN = (226, 184, 154)
HAIR = (150, 84, 50)
GROUND = (38, 52, 70)
INK = (26, 18, 22)
THROAT = (112, 34, 44)
LIPS = (176, 74, 72)

STANDS_OUT = 24.0
"""Distance from the border's colour, 0 to 255, below which a pixel belongs to the ground."""

EYES = ((-0.3, -0.08), (0.3, -0.08))
MOUTH = (0.0, 0.55)


class Blob(NamedTuple):
    """What stands out in a picture: centre (x, y) and half height in pixels, clockwise tilt in radians."""

    x: float
    y: float
    half_height: float
    tilt: float

    def place(self, points: FloatArray) -> FloatArray:
        """Points (N, 2) of the drawn face's own frame (half height 1, y down) in pixels of the picture."""
        cosine, sine = np.cos(self.tilt), np.sin(self.tilt)
        turn = self.half_height * np.array([[cosine, sine], [-sine, cosine]])
        return (points @ turn + (self.x, self.y)).astype(np.float32)


def find_blob(picture: Picture) -> Blob | None:
    """What stands out from the border of a picture, or None when the picture is flat (a covered camera)."""
    height, width = picture.shape[:2]
    shrink = min(1.0, 128 / max(height, width))
    size = (max(2, round(width * shrink)), max(2, round(height * shrink)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    weight = np.clip(np.abs(small - np.median(border, axis=0)).max(axis=2) - STANDS_OUT, 0, 60)
    total = float(weight.sum())
    if total < 60 * 0.005 * weight.size:
        return None
    ys, xs = np.mgrid[: size[1], : size[0]].astype(np.float32)
    x, y = float((weight * xs).sum()) / total, float((weight * ys).sum()) / total
    xx = float((weight * (xs - x) ** 2).sum()) / total
    yy = float((weight * (ys - y) ** 2).sum()) / total
    xy = float((weight * (xs - x) * (ys - y)).sum()) / total
    half_height = np.sqrt(xx + yy) / 0.625 / shrink  # an ellipse 3 wide and 4 high has sqrt(xx + yy) = 0.625 of its half height
    scale_x, scale_y = width / size[0], height / size[1]
    return Blob((x + 0.5) * scale_x - 0.5, (y + 0.5) * scale_y - 0.5, float(half_height), 0.5 * float(np.arctan2(-2 * xy, yy - xx)))


def _arc(centre: tuple[float, float], radii: tuple[float, float], start: float, stop: float, points: int) -> FloatArray:
    """Points on an ellipse between two angles in degrees; 0 is right, 90 is down. (points, 2)."""
    angles = np.radians(np.linspace(start, stop, points))
    return np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], axis=1).astype(np.float32)


def _drawn_landmarks() -> FloatArray:
    """The 68 iBUG points of the drawn face in its own frame (half height 1, y down). (68, 2)."""
    line = np.stack([np.zeros(4), np.linspace(-0.1, 0.22, 4)], axis=1)
    return np.concatenate(
        [
            _arc((0, 0.05), (0.72, 0.9), 185, -5, 17),
            *(_arc((x, -0.2), (0.18, 0.12), 200, 340, 5) for x, _ in EYES),
            line.astype(np.float32),
            _arc((0, 0.26), (0.13, 0.06), 180, 0, 5),
            *(_arc(eye, (0.13, 0.07), 180, 480, 6) for eye in EYES),
            _arc(MOUTH, (0.24, 0.11), 180, 510, 12),
            _arc(MOUTH, (0.18, 0.04), 180, 495, 8),
        ]
    )


def _sunflower(points: int) -> FloatArray:
    """Points spread evenly over the unit disc. (points, 2)."""
    index = np.arange(points) + 0.5
    radius, angle = np.sqrt(index / points), index * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)


LANDMARKS = _drawn_landmarks()
MESH = _sunflower(468)


def demo_picture(time: float, width: int = 640, height: int = 480) -> Picture:
    """A drawn head at `time` seconds: it sways, leans in, tilts, blinks and talks. (height, width, 3) RGB."""
    unit = min(width, height)
    head = Blob(
        width / 2 + 0.06 * unit * np.sin(1.1 * time),
        height / 2 + 0.03 * unit * np.sin(1.7 * time),
        unit * (0.28 + 0.02 * np.sin(0.7 * time)),
        0.2 * np.sin(0.9 * time),
    )
    canvas = np.full((height, width, 3), GROUND, dtype=np.uint8)

    def ellipse(centre: tuple[float, float], radii: tuple[float, float], colour: tuple[int, int, int], start: float = 0) -> None:
        x, y = head.place(np.array([centre], dtype=np.float32))[0] * 16
        axes = (max(1, round(radii[0] * head.half_height * 16)), max(1, round(radii[1] * head.half_height * 16)))
        cv2.ellipse(canvas, (round(float(x)), round(float(y))), axes, np.degrees(head.tilt), start, 360, colour, -1, cv2.LINE_AA, 4)

    ellipse((0, 0), (0.75, 1), SKIN)
    ellipse((0, -0.55), (0.62, 0.45), HAIR, 180)
    lids = 0.08 if (time + 1) % 2.5 > 0.15 else 0.012
    for x, y in EYES:
        ellipse((x, y - 0.17), (0.17, 0.025), HAIR)
        ellipse((x, y), (0.13, lids), (250, 250, 250))
        ellipse((x, y), (0.055, min(0.055, lids)), INK)
    ellipse((0, 0.24), (0.09, 0.05), (204, 152, 124))
    opening = 0.02 + 0.05 * (1 - np.cos(5 * time))
    ellipse(MOUTH, (0.24, 0.04 + opening), LIPS)
    ellipse(MOUTH, (0.17, opening), THROAT)
    return freeze(canvas)


def demo_frames(seconds: float | None = None, rate: float = 25.0, width: int = 640, height: int = 480) -> Iterator[Picture]:
    """The drawn driver, frame by frame at `rate` a second; endless when `seconds` is None."""
    times = (index / rate for index in count())
    lasting = times if seconds is None else takewhile(lambda time: time < seconds - 1e-9, times)
    return (demo_picture(time, width, height) for time in lasting)


class DemoFaceFinder:
    """Takes what stands out in a picture for a face shaped like the drawn one; a flat picture has none."""

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:  # noqa: ARG002  the protocol's hint is of no use here
        """The drawn face's landmarks laid over what stands out, or None."""
        blob = find_blob(picture)
        if blob is None:
            return None
        flat = blob.place(MESH * np.array([0.75, 1], dtype=np.float32))
        depth = -0.6 * blob.half_height * np.sqrt(1 - (MESH**2).sum(axis=1, keepdims=True))
        return Face(blob.place(LANDMARKS), np.concatenate([flat, depth.astype(np.float32)], axis=1), 1.0)

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        """What stands out, if anything does: the drawn face is alone in its picture."""
        face = self.find(picture)
        return [face][:most] if face is not None else []

    def close(self) -> None:
        """Nothing is held."""


class DemoMatte:
    """Takes an ellipse around what stands out in a picture for the person; a flat picture has none."""

    def make(self, picture: Picture) -> FloatArray:
        """1 within the ellipse, 0 elsewhere: (height, width) float32."""
        matte = np.zeros(picture.shape[:2], np.float32)
        blob = find_blob(picture)
        if blob is not None:
            axes = (max(1, round(0.75 * blob.half_height)), max(1, round(blob.half_height)))
            cv2.ellipse(matte, (round(blob.x), round(blob.y)), axes, float(np.degrees(blob.tilt)), 0, 360, 1.0, -1)
        return matte

    def close(self) -> None:
        """Nothing is held."""


class DemoRestorer:
    """A restorer with no network: it enlarges the face twice and lifts its edges."""

    name = "demo, no network"
    side = 256
    result_side = 512

    def restore(self, aligned: Picture) -> Picture:
        """The face enlarged, its edges lifted by an unsharp mask."""
        size = (self.result_side, self.result_side)
        large = cv2.resize(aligned, size, interpolation=cv2.INTER_CUBIC)
        return freeze(np.asarray(cv2.addWeighted(large, 1.6, cv2.GaussianBlur(large, (0, 0), 2), -0.6, 0), np.uint8))

    def close(self) -> None:
        """Nothing is held."""


class DemoAnimator:
    """An animator with no network: it moves the worn portrait by the similarity that the keypoints imply."""

    def __init__(self, side: int = 256, keypoint_count: int = 10) -> None:
        self.card = ModelCard(
            name="demo",
            family="demo",
            side=side,
            keypoint_count=keypoint_count,
            align_corners=False,
            precision="fp32",
            licence="MIT",
            steps=0,
            samples=0,
            notes="No network: shifts, scales and tilts the portrait.",
        )
        self._template = _sunflower(keypoint_count)
        self._worn: Encoded | None = None

    @property
    def holds_border(self) -> bool:
        """Always: it moves each pixel as it likes."""
        return True

    def detect(self, picture: Picture) -> Motion:
        """Keypoints spread over what stands out in the picture, or over its middle when it is flat."""
        self._check(picture)
        half = self.card.side / 2
        blob = find_blob(picture) or Blob(half - 0.5, half - 0.5, half / 2, 0.0)
        points = (blob.place(self._template) + 0.5) / half - 1
        axes = Blob(0, 0, blob.half_height / half, blob.tilt).place(np.eye(2, dtype=np.float32))
        jacobians = np.repeat(axes.T[None], len(points), axis=0)
        return Motion(points.astype(np.float32), jacobians.astype(np.float32))

    def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
        """Find the portrait's keypoints."""
        return Encoded(self.detect(portrait), {contract.STILL_BORDER: np.array([still_border], np.float32)}, portrait)

    def wear(self, portrait: Picture | Encoded) -> Motion:
        """Keep the portrait and its keypoints."""
        self._worn = portrait if isinstance(portrait, Encoded) else self.encode(portrait)
        return self._worn.motion

    def animate(self, posed: Motion) -> Picture:
        """The worn portrait under the similarity that best takes its keypoints to the posed ones."""
        if self._worn is None:
            raise EngineError("The animator wears no portrait.", "Call wear first.")
        source, features, portrait = self._worn
        half = self.card.side / 2
        before, after = ((motion.points.astype(np.float64) + 1) * half - 0.5 for motion in (source, posed))
        origin, target = before.mean(axis=0), after.mean(axis=0)
        factor = turn_between(plane(before), plane(after))
        turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
        affine = np.concatenate([turn, (target - turn @ origin)[:, None]], axis=1)
        side = self.card.side
        if features[contract.STILL_BORDER].item():
            grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).astype(np.float32)
            back = cv2.invertAffineTransform(affine).astype(np.float32)
            places = grid + (1 - still_share(side))[:, :, None] * (grid @ back[:, :2].T + back[:, 2] - grid)
            moved = cv2.remap(portrait, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        else:
            moved = cv2.warpAffine(portrait, affine, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return freeze(np.asarray(moved, dtype=np.uint8))

    def close(self) -> None:
        """Take the portrait off."""
        self._worn = None

    def _check(self, picture: Picture) -> None:
        side = self.card.side
        if picture.shape != (side, side, 3) or picture.dtype != np.uint8:
            raise EngineError(f"The demo takes uint8 pictures of {(side, side, 3)}, not {picture.dtype} of {picture.shape}.")
