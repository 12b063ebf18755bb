"""Cuts, and what is none."""

import cv2
import numpy as np

from puppet.demo import demo_frames
from puppet.picture import Picture
from tests.training.small_raw import drawn, elsewhere
from training.preparing.shot_changes import ShotChanges


def cuts(frames: list[Picture]) -> list[int]:
    shots = ShotChanges()
    return [index for index, frame in enumerate(frames) if shots.is_cut(frame)]


def grey(picture: Picture) -> Picture:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)


def test_a_moving_head_is_no_cut() -> None:
    assert cuts(list(demo_frames(4, 25, 160, 120))) == []


def test_a_cut_is_found_where_it_is() -> None:
    frames = drawn(1.6)
    assert cuts([*frames[:7], *elsewhere(frames[7:])]) == [7]
    assert cuts([*frames[:3], *elsewhere(frames[3:5]), *frames[5:]]) == [3, 5]


def test_a_step_of_the_exposure_is_no_cut() -> None:
    frames = drawn(1.0)
    assert cuts([*frames[:5], *((frame * 0.75).astype(np.uint8) for frame in frames[5:])]) == []


def test_a_grey_video_has_cuts_too() -> None:
    rooms = [np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8) for seed in (1, 2)]
    first, second = (grey(np.asarray(cv2.resize(room, (160, 120), interpolation=cv2.INTER_CUBIC), np.uint8)) for room in rooms)
    assert cuts([first, first, second, second]) == [2]
    assert cuts([grey(frame) for frame in drawn(1.0)]) == []


def test_flat_frames_are_one_shot() -> None:
    assert cuts([np.full((8, 8, 3), 90, np.uint8)] * 3) == []


def test_a_pan_is_no_cut() -> None:
    scene = np.random.default_rng(3).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    wide = np.asarray(cv2.resize(scene, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert cuts([np.ascontiguousarray(wide[:, 3 * index : 3 * index + 480]) for index in range(40)]) == []
