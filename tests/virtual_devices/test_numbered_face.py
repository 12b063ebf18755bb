"""Numbers must survive the way through Puppet, and what befalls pictures on it must be seen in them."""

import itertools
from collections.abc import Iterable
from functools import cache

import cv2
import numpy as np
import pytest

from puppet.demo import DemoAnimator, DemoFaceFinder, demo_picture
from puppet.faces.people import People
from puppet.picture import Picture, cut
from scripts.virtual_devices.camera_reader import middle_square
from scripts.virtual_devices.numbered_face import STEPS, Run, numbered_faces, read_numbers


def _over_the_wire(picture: Picture) -> Picture:
    """What a driver that carries I420 makes of a picture."""
    wire = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
    return np.asarray(cv2.cvtColor(wire, cv2.COLOR_YUV2RGB_I420), np.uint8)


@cache
def _shown() -> tuple[Picture, ...]:
    """One round of numbers as a reader of the virtual camera gets them: through driver, tracker, animator, frame and driver."""
    animator, tracker = DemoAnimator(), People(DemoFaceFinder())
    animator.wear(demo_picture(0.0, 256, 256))
    shown = []
    for number, face in enumerate(numbered_faces(128, 96)):
        frame = _over_the_wire(face)
        square = tracker(frame, number / 10).tracked[0].square
        assert square is not None
        drawn = cv2.resize(animator.animate(animator.detect(cut(frame, square, 256))), (128, 128), interpolation=cv2.INTER_AREA)
        framed = _over_the_wire(np.asarray(cv2.copyMakeBorder(drawn, 0, 0, 32, 32, cv2.BORDER_CONSTANT), np.uint8))
        shown.append(middle_square(np.ascontiguousarray(framed[..., ::-1])))
    return tuple(shown)


def _pictures(numbers: Iterable[int]) -> list[Picture]:
    return [_shown()[number % STEPS] for number in numbers]


def test_numbers_survive() -> None:
    reading = read_numbers(_pictures(range(2 * STEPS)))
    assert set(reading.steps) == {1}
    assert reading.doubt < 0.2
    assert (reading.numbers, reading.lost, reading.backward) == (2 * STEPS, 0, 0)


def test_repeated_pictures_are_no_loss() -> None:
    reading = read_numbers(_pictures(itertools.chain.from_iterable((number, number) for number in range(30))))
    assert (reading.numbers, reading.lost, reading.backward) == (30, 0, 0)
    assert reading.longest_run == Run(pictures=60, numbers=30)


def test_lost_pictures_are_seen() -> None:
    reading = read_numbers(_pictures([*range(20), *range(23, 43)]))
    assert (reading.numbers, reading.lost, reading.backward) == (43, 3, 0)
    assert reading.longest_run == Run(pictures=20, numbers=20)


def test_order_is_seen() -> None:
    reading = read_numbers(_pictures([*range(20), 18, 19, *range(20, 40)]))
    assert reading.backward == 1
    assert read_numbers(_pictures(reversed(range(30)))).backward == 29, "a mirrored or reversed row is no order"


def test_pictures_that_tell_no_number_are_refused() -> None:
    flat = np.full((128, 128, 3), 90, np.uint8)
    with pytest.raises(ValueError, match="1 of 31 pictures show no face"):
        read_numbers([*_pictures(range(30)), flat])
    with pytest.raises(ValueError, match="too few"):
        read_numbers(_pictures(range(5)))
    astray = np.roll(_shown()[0], (4, 9), axis=(0, 1))
    with pytest.raises(ValueError, match="of a step away"):
        read_numbers([*_pictures(range(30)), astray])
