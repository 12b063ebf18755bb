"""Which pictures of a run are kept for the contact sheet."""

from typing import get_args

import numpy as np
import pytest

from puppet.animator import Face
from puppet.cameras.live_frame import LiveFrame
from puppet.faces.tracker import Tracked
from puppet.live.moments import Moments
from puppet.live.shown import Shown, State
from puppet.picture import Picture, Square

SIDE = 32
BEGUN = 100.0


def grey(value: int, width: int = SIDE, height: int = SIDE) -> Picture:
    return np.full((height, width, 3), value, dtype=np.uint8)


def shown(time: float, state: State = "live", value: int = 0) -> Shown:
    face = Face(np.zeros((68, 2), np.float32), np.zeros((468, 3), np.float32), 1.0)
    tracked = Tracked(Square(40, 30, 20), face)
    return Shown(LiveFrame(grey(value, 80, 60), BEGUN + time), BEGUN + time, tracked, grey(value), state)


def test_one_is_kept_from_the_middle_of_each_part() -> None:
    moments = Moments(seconds=4, count=4)
    for index in range(80):
        moments.show(shown(index / 10))
    assert [moment.time for moment in moments.kept] == pytest.approx([0.5, 1.5, 2.5, 3.5])


def test_driver_and_result_belong_to_the_same_frame() -> None:
    moments = Moments(seconds=2, count=2)
    for index in range(20):
        moments.show(shown(index / 10, value=index))
    assert [(int(moment.driver.max()), int(moment.image.max())) for moment in moments.kept] == [(5, 5), (15, 15)]
    assert all(moment.driver.shape == (SIDE, SIDE, 3) for moment in moments.kept)


@pytest.mark.parametrize("state", sorted(set(get_args(State)) - {"live"}))
def test_what_does_not_follow_is_passed_over(state: State) -> None:
    moments = Moments(seconds=4, count=4)
    for index in range(40):
        moments.show(shown(index / 10, state if index < 21 else "live"))
    assert [moment.time for moment in moments.kept] == pytest.approx([2.1, 2.5, 3.5])


def test_sheet_has_a_row_for_source_driver_and_result() -> None:
    moments = Moments(seconds=2, count=2)
    for index in range(20):
        moments.show(shown(index / 10, value=60))
    sheet = moments.sheet(grey(200))
    assert sheet.shape[0] > 3 * 160
    assert 200 in sheet[:170]
    assert 60 in sheet[-160:]
