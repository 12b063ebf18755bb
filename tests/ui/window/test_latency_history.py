"""What the graph remembers: a minute, whose pictures, and what was skipped meanwhile."""

import pytest

from puppet.live.timings import Arrivals, Snapshot, Spread
from ui.window.latency_history import SPAN, LatencyHistory, milliseconds


def aged(p50: float, p95: float, *sinks: str) -> Snapshot:
    return Snapshot({}, {sink: Arrivals(Spread(p50, p95, 9), 30.0) for sink in sinks})


def test_a_minute_is_kept() -> None:
    history = LatencyHistory()
    for second in range(100):
        history.add(aged(0.04, 0.05, "screen"), {}, float(second))
    assert history.points[-1].time - history.points[0].time == SPAN
    assert len(history.points) == SPAN + 1


def test_skipped_pictures_are_counted_from_the_first_look_on() -> None:
    history = LatencyHistory()
    for second, (render, screen) in enumerate([(90, 0), (90, 0), (93, 1), (93, 1)]):
        history.add(aged(0.04, 0.05, "screen"), {"render": render, "screen": screen}, float(second))
    assert [point.skipped for point in history.points] == [0, 0, 4, 0]
    assert history.skipped == 4


def test_a_sink_that_comes_or_goes_counts_nothing_of_its_past() -> None:
    history = LatencyHistory()
    history.add(aged(0.04, 0.05, "screen"), {"render": 2, "recorder": 50}, 0.0)
    history.add(aged(0.04, 0.05, "screen"), {"render": 2}, 1.0)
    history.add(aged(0.04, 0.05, "screen"), {"render": 2, "recorder": 7}, 2.0)
    assert history.skipped == 0


def test_what_others_see_goes_before_what_is_seen_here() -> None:
    history = LatencyHistory()
    history.add(aged(0.04, 0.05, "screen"), {}, 0.0)
    assert history.sink == "screen"
    history.add(aged(0.06, 0.07, "screen", "virtual camera"), {}, 1.0)
    assert history.sink == "virtual camera"
    assert len(history.points) == 1, "ages of two sinks are not one line"


def test_without_a_picture_there_is_nothing() -> None:
    history = LatencyHistory()
    history.add(Snapshot({}, {}), {"render": 5}, 0.0)
    assert not history.points
    assert history.ceiling == 10


@pytest.mark.parametrize(("p95", "ceiling"), [(0.004, 10), (0.0099, 20), (0.047, 50), (0.049, 100), (0.3, 500), (99.0, 10000)])
def test_the_scale_ends_above_all_there_is(p95: float, ceiling: int) -> None:
    history = LatencyHistory()
    history.add(aged(0.001, p95, "screen"), {}, 0.0)
    assert history.ceiling == ceiling


@pytest.mark.parametrize(("seconds", "words"), [(0.00042, "0.42"), (0.0042, "4.2"), (0.042, "42.0"), (0.42, "420")])
def test_durations_read_short(seconds: float, words: str) -> None:
    assert milliseconds(seconds) == words
