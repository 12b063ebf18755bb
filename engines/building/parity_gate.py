"""The gate that an engine passes before anything is drawn with it: on stored pictures it must see and draw what float32 does.

Speed is measured on the way, so that choosing among engines costs no frames of its own.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engines.building.engine_store import Verdict
from engines.building.reference import Answers, Reference, answer, reference_of
from puppet.animator import Animator

__all__ = ["Examined", "Reference", "Verdict", "compare", "examine", "judge", "reference_of"]

MOST_SHIFT = 5e-3
"""How far a keypoint's coordinate may lie from the reference, in [-1, 1]."""

LEAST_PSNR = 35.0
"""How near a picture must come to the reference, dB."""

NO_NUMBER = 2.0
"""What stands for the distance of a keypoint that is no number."""

IDENTICAL = 100.0
"""What stands for the PSNR of pictures that don't differ, dB."""

FAULTY_SHIFT = 0.5
"""Pixels from which a picture counts as drawn in the wrong place, where moving it back mends it."""


class Examined(NamedTuple):
    """The gate's verdict, and how long a frame took, ms."""

    verdict: Verdict
    milliseconds: float


def judge(animator: Animator, reference: Reference) -> Verdict:
    """The gate's verdict on an animator, which wears another portrait afterwards. Raises `EngineError` when it fails while it runs."""
    return examine(animator, reference).verdict


def examine(animator: Animator, reference: Reference) -> Examined:
    """The same, and how fast it was. Raises `EngineError` when it fails while it runs."""
    answers = answer(animator, reference.portraits, reference.drivers)
    return Examined(compare(answers, reference.answers), answers.milliseconds)


def compare(answers: Answers, reference: Answers) -> Verdict:
    """The verdict on the answers to a reference's pictures."""
    shifts = np.abs(answers.points - reference.points)
    points = float(np.nan_to_num(shifts, nan=NO_NUMBER, posinf=NO_NUMBER).max().clip(max=NO_NUMBER))
    psnr = _psnr(answers.pictures, reference.pictures)
    reason = _fault_of_motion(answers, reference, points) or _fault_of_pictures(answers.pictures, reference.pictures, psnr)
    return Verdict(points=points, psnr=float(psnr.min()), passed=not reason, reason=reason)


def _fault_of_motion(answers: Answers, reference: Answers, points: float) -> str:
    """What is wrong with the keypoints, empty when nothing is."""
    count = answers.points.shape[0] * answers.points.shape[1]
    sound = np.isfinite(answers.points).all(axis=(2, 3)) & np.isfinite(answers.jacobians).all(axis=(2, 3, 4))
    if not sound.all():
        return f"its keypoints are no numbers (NaN) in {np.count_nonzero(~sound)} of {count} pictures"
    if points <= MOST_SHIFT:
        return ""
    distances = np.abs(answers.points[..., :, None, :] - reference.points[..., None, :, :]).max(axis=-1)  # P,D,K,K
    nearest = distances.argmin(axis=-1)
    if distances.min(axis=-1).max() <= MOST_SHIFT and (np.sort(nearest, axis=-1) == np.arange(nearest.shape[-1])).all():
        return "its keypoints come in another order"
    return f"its keypoints lie up to {points:.4f} from where they should, at most {MOST_SHIFT} is let through"


def _fault_of_pictures(pictures: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8], psnr: npt.NDArray[np.float64]) -> str:
    """What is wrong with pictures (P, D, side, side, 3), empty when nothing is. psnr: (P, D)."""
    if psnr.min() >= LEAST_PSNR:
        return ""
    drawn, should = (array.reshape(-1, *array.shape[2:]) for array in (pictures, wanted))
    whole = (1, 2, 3)
    black = (drawn.max(axis=whole) < 8) & (should.max(axis=whole) >= 8)
    if black.any():
        return f"it draws black in {np.count_nonzero(black)} of {len(drawn)} pictures"
    flat = (np.ptp(drawn, axis=(1, 2)).max(axis=-1) == 0) & (np.ptp(should, axis=(1, 2)).max(axis=-1) > 0)
    if flat.any():
        return f"it draws one colour all over in {np.count_nonzero(flat)} of {len(drawn)} pictures"
    worst = int(psnr.argmin())
    if _psnr(drawn[worst, ..., ::-1], should[worst]) >= LEAST_PSNR:
        return "it draws with red and blue exchanged"
    right, down = _shift(drawn[worst], should[worst])
    moved_back = np.roll(drawn[worst], (-round(down), -round(right)), axis=(0, 1))
    if max(abs(right), abs(down)) >= FAULTY_SHIFT and _middle_psnr(moved_back, should[worst]) > psnr.min() + 3:
        return f"it draws the picture {right} px too far right and {down} px too far down"
    return f"its pictures come within {psnr.min():.1f} dB of what they should be, at least {LEAST_PSNR:g} is needed"


def _shift(picture: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """How far right and down a picture lies from another, px, by their phase correlation."""
    should, drawn = (image.mean(axis=-1, dtype=np.float32) for image in (wanted, picture))
    window = cv2.createHanningWindow((should.shape[1], should.shape[0]), cv2.CV_32F)
    (right, down), _ = cv2.phaseCorrelate(should, drawn, window)
    return round(right, 1) + 0.0, round(down, 1) + 0.0  # no -0.0


def _middle_psnr(picture: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8]) -> float:
    """The PSNR of two pictures without an eighth at each border, which moving one brings round from the other side."""
    edge = len(picture) // 8
    inside = slice(edge, -edge)
    return float(_psnr(picture[inside, inside], wanted[inside, inside]))


def _psnr(pictures: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """The PSNR of pictures (..., height, width, 3), dB, at most `IDENTICAL`."""
    error = np.square(pictures.astype(np.float64) - wanted).mean(axis=(-3, -2, -1))
    return np.asarray(np.minimum(20 * np.log10(255) - 10 * np.log10(np.maximum(error, 1e-10)), IDENTICAL))
