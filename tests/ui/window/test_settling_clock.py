"""How far a wait for a steady face has come, by the pictures' own time."""

from puppet.live.shown import NOBODY, Shown, State
from tests.live_parts import COVERED
from ui.window.settling_clock import SettlingClock

SETTLING: tuple[State, ...] = ("settling",)


def seen(moment: float, state: State = "settling") -> Shown:
    return Shown(None, moment, NOBODY, COVERED, state)


def test_it_fills_with_time_and_stays_full() -> None:
    clock = SettlingClock(2.0, SETTLING)
    assert [clock.look(seen(moment)) for moment in (10.0, 10.5, 11.0, 12.0, 15.0)] == [0, 0.25, 0.5, 1, 1]


def test_another_state_sets_it_back() -> None:
    clock = SettlingClock(2.0, SETTLING)
    clock.look(seen(10))
    clock.look(seen(11))
    assert clock.look(seen(11.5, "no face")) == clock.share == 0
    assert clock.look(seen(12)) == 0
    assert clock.look(seen(13)) == 0.5
