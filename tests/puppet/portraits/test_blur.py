"""Blur is told whatever the contrast, and more of it as more."""

import cv2
import numpy as np

from puppet.assets import demo_portrait
from puppet.media.picture_file import read_picture
from puppet.portraits.blur import measure_blur


def test_more_blur_is_more_and_contrast_is_nothing() -> None:
    picture = read_picture(demo_portrait())
    values = [measure_blur(np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)) for sigma in (0.6, 1.5, 3, 6)]
    assert measure_blur(picture) < values[0]
    assert values == sorted(values)
    pale = (picture * 0.5 + 60).astype(np.uint8)
    assert abs(measure_blur(pale) - measure_blur(picture)) < 0.05


def test_blur_along_one_axis_counts_and_a_flat_picture_is_blurred() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (80, 90, 3), dtype=np.uint8)
    smeared = np.asarray(cv2.blur(noise, (1, 15)), np.uint8)
    assert measure_blur(smeared) > measure_blur(noise) + 0.15
    assert measure_blur(smeared) == measure_blur(np.ascontiguousarray(smeared.transpose(1, 0, 2)))
    assert measure_blur(np.full((40, 40, 3), 90, np.uint8)) == 1
