"""Sharpness of pictures that are blurred by known amounts."""

from typing import cast

import cv2
import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, demo_picture
from puppet.picture import Picture
from training.judging.sharpness import sharpness, sharpness_ratio

PICTURE = demo_picture(0.0, 256, 256)
FACE = cast(Face, DemoFaceFinder().find(PICTURE))


def blurred(width: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(PICTURE, (0, 0), width), np.uint8)


def test_blur_softens() -> None:
    ratios = [sharpness_ratio(blurred(width), FACE, PICTURE, FACE) for width in (0.5, 1, 2, 4)]
    assert ratios == sorted(ratios, reverse=True)
    assert 0.8 < ratios[0] < 1
    assert ratios[-1] < 0.2
    assert sharpness_ratio(PICTURE, FACE, PICTURE, FACE) == 1


def test_half_the_contrast_is_half_the_sharpness() -> None:
    pale = (PICTURE // 2 + 60).astype(np.uint8)
    assert sharpness_ratio(pale, FACE, PICTURE, FACE) == pytest.approx(0.5, abs=0.02)


def test_only_the_face_counts() -> None:
    noisy = PICTURE.copy()
    noisy[:30] = np.random.default_rng(0).integers(0, 255, (30, 256, 3))
    assert sharpness_ratio(noisy, FACE, PICTURE, FACE) == pytest.approx(1, abs=1e-3)


def test_pictures_of_any_side_compare() -> None:
    small = np.asarray(cv2.resize(blurred(2), (128, 128), interpolation=cv2.INTER_AREA), np.uint8)
    found = sharpness(small, FACE._replace(landmarks=(FACE.landmarks / 2).astype(np.float32)))
    assert found == pytest.approx(sharpness(blurred(2), FACE), rel=0.2)


def test_a_flat_source_gives_no_ratio() -> None:
    flat = np.full_like(PICTURE, 90)
    assert sharpness(flat, FACE) == 0
    assert np.isnan(sharpness_ratio(PICTURE, FACE, flat, FACE))
    gone = FACE._replace(landmarks=FACE.landmarks + 1000)
    assert sharpness(PICTURE, gone) == 0
