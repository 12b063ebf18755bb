"""Zoom and offset of the driver's crop."""

import numpy as np

from puppet.demo import DemoAnimator, demo_picture
from puppet.live.reframing import WHOLE, driver_square, is_reframed, reframed
from puppet.picture import Square, cut
from puppet.settings import CameraSettings

BEFORE = CameraSettings(zoom=1.1, offset_x=0.05)
AFTER = CameraSettings(zoom=0.8, offset_x=-0.04, offset_y=0.06)


def test_a_crop_as_trained_is_left_alone() -> None:
    square = Square(10.0, 20.0, 30.0)
    assert driver_square(square, CameraSettings()) == square
    assert not is_reframed(CameraSettings(), CameraSettings(width=1280))
    assert is_reframed(BEFORE, AFTER)


def test_zoom_looks_closer_and_offsets_shift() -> None:
    assert driver_square(WHOLE, CameraSettings(zoom=2, offset_x=0.5, offset_y=-0.25)) == Square(0.5, -0.25, 1.0)


def test_a_motion_is_told_in_the_new_crop_as_the_model_would_see_it() -> None:
    picture, animator = demo_picture(0.7, 480, 480), DemoAnimator(256)
    square = Square(239.5, 239.5, 420.0)
    seen_before, seen_after = (animator.detect(cut(picture, driver_square(square, camera), 256)) for camera in (BEFORE, AFTER))
    told = reframed(seen_before, BEFORE, AFTER)
    assert np.abs(told.points - seen_after.points).max() < 0.02
    assert np.abs(told.jacobians - seen_after.jacobians).max() < 0.02
    back = reframed(told, AFTER, BEFORE)
    assert np.allclose(back.points, seen_before.points, atol=1e-6)
