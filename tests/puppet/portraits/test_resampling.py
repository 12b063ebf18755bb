"""Pictures under a similarity."""

import cv2
import numpy as np
import pytest

from puppet.demo import demo_picture
from puppet.picture import Picture
from puppet.portraits.resampling import enlarge, resample


def scaled(scale: float) -> np.ndarray:
    """The affine that fetches a picture `scale` times as large, pixel centres kept in place."""
    return np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5]])


def stripes(side: int = 256) -> Picture:
    """The finest there are: black and white columns in turn."""
    picture = np.zeros((side, side, 3), np.uint8)
    picture[:, ::2] = 255
    return picture


def test_as_it_is_where_nothing_changes() -> None:
    picture = demo_picture(0.3, 96, 96)
    assert np.array_equal(resample(picture, scaled(1), (96, 96)), picture)
    assert enlarge(picture, 96) is picture


@pytest.mark.parametrize("shrink", [1.4, 2.0, 2.7, 4.0, 5.3])
def test_what_shrinks_is_averaged_not_picked(shrink: float) -> None:
    side = round(256 / shrink)
    found = resample(stripes(), scaled(shrink), (side, side))[8:-8, 8:-8].astype(int)
    assert np.abs(found - 127.5).max() < (80 if shrink < 2 else 20)


@pytest.mark.parametrize("shrink", [1.3, 2.0, 3.0, 4.0])
def test_it_stays_in_its_place(shrink: float) -> None:
    picture, side = demo_picture(0.3, 240, 240), round(240 / shrink)
    expected = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    affine = scaled(240 / side)
    found = resample(picture, affine, (side, side))
    moved = resample(picture, affine + np.array([[0, 0, 2], [0, 0, 0]]), (side, side))
    error = np.abs(found.astype(int) - expected).mean()
    assert error < 1.5
    assert np.abs(moved.astype(int) - expected).mean() > 2 * error


def test_it_shrinks_without_a_step() -> None:
    """A face that comes nearer doesn't change its sharpness all at once."""
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    picture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1), np.uint8)
    fine = [float(resample(picture, scaled(scale), (120, 120)).std()) for scale in np.linspace(0.9, 4.2, 67)]
    assert np.abs(np.diff(fine)).max() < 0.15 * fine[0]


def test_enlarged_keeps_its_middle() -> None:
    picture = demo_picture(0.3, 64, 64)
    large = enlarge(picture, 128)
    assert large.shape == (128, 128, 3)
    assert np.abs(cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA).astype(int) - picture).mean() < 2
