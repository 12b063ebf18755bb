"""When an engine that failed is opened again."""

import pytest

from puppet.errors import EngineError
from puppet.live import recovery
from puppet.live.recovery import PAUSES, SOUND, Recovery
from tests.fake_clock import FakeClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(recovery, "perf_counter", clock)
    return clock


def test_nothing_is_due_while_all_is_well(clock: FakeClock) -> None:
    assert not Recovery().is_due
    assert Recovery().trouble == ""


def test_pauses_grow_while_it_goes_on_failing(clock: FakeClock) -> None:
    found = Recovery()
    for pause in (*PAUSES, PAUSES[-1]):
        found.fail(EngineError("The graph broke.", "Try another engine."))
        assert found.trouble == "The graph broke."
        clock.now += pause - 0.01
        assert not found.is_due
        clock.now += 0.02
        assert found.is_due


def test_one_that_fails_soon_after_it_was_mended_waits_longer_one_that_lasted_starts_over(clock: FakeClock) -> None:
    found = Recovery()

    def pause_after_failing() -> float:
        found.fail(EngineError("The graph broke."))
        begun = clock.now
        while not found.is_due:
            clock.now += 0.1
        return clock.now - begun

    assert pause_after_failing() == pytest.approx(PAUSES[0], abs=0.11)
    found.mend()
    assert found.trouble == "" and not found.is_due
    assert pause_after_failing() == pytest.approx(PAUSES[1], abs=0.11)
    found.mend()
    clock.now += SOUND + 1
    assert pause_after_failing() == pytest.approx(PAUSES[0], abs=0.11)
