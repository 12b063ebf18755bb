"""Blur as a figure."""

import cv2
import numpy as np
import pytest

from puppet.demo import demo_picture
from training.preparing.blur import measure_blur


def blurred(sigma: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(demo_picture(0.4, 256, 256), (0, 0), sigma), np.uint8)


def test_what_is_more_blurred_has_a_higher_figure() -> None:
    figures = [measure_blur(demo_picture(0.4, 256, 256)), *(measure_blur(blurred(sigma)) for sigma in (1, 2, 4))]
    assert figures == sorted(figures)
    assert figures[0] < 0.45
    assert figures[-1] > 0.7


def test_contrast_and_brightness_do_not_matter() -> None:
    picture = blurred(1.5)
    paler = (picture.astype(np.float32) * 0.5 + 90).round().astype(np.uint8)
    assert measure_blur(paler) == pytest.approx(measure_blur(picture), abs=0.05)


def test_blur_along_one_axis_counts() -> None:
    picture = demo_picture(0.4, 256, 256)
    moved = np.asarray(cv2.blur(picture, (15, 1)), np.uint8)
    assert measure_blur(moved) > measure_blur(picture) + 0.15
    assert measure_blur(np.ascontiguousarray(moved.transpose(1, 0, 2))) == pytest.approx(measure_blur(moved), abs=1e-6)


def test_a_flat_picture_is_blurred() -> None:
    assert measure_blur(np.full((32, 32, 3), 90, np.uint8)) == 1.0
