"""The real face is shown on two presses in a row, never on one."""

import pytest

from tests.fake_clock import FakeClock
from ui.session import real_face
from ui.session.real_face import ARMED, RealFaceSwitch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(real_face, "perf_counter", clock)
    return clock


def test_two_presses_show_it_a_third_hides_it(clock: FakeClock) -> None:
    switch = RealFaceSwitch()
    assert [switch.press() for _ in range(3)] == ["armed", "shown", "off"]
    assert switch.press() == "armed"


def test_a_second_press_too_late_only_arms_it_again(clock: FakeClock) -> None:
    switch = RealFaceSwitch()
    switch.press()
    assert switch.seconds_left == ARMED
    clock.now += ARMED + 0.1
    assert switch.state == "off"
    assert switch.press() == "armed"


def test_it_can_be_hidden_from_any_state(clock: FakeClock) -> None:
    switch = RealFaceSwitch()
    for presses in (0, 1, 2):
        for _ in range(presses):
            switch.press()
        switch.hide()
        assert switch.state == "off"
    assert switch.press() == "armed", "hiding also disarms"
