"""Figures over a sliding window: quantiles per stage, age and rate per sink."""

import math
import threading
from time import perf_counter, sleep

import pytest

from puppet.live.timings import Timings


def test_the_quantiles_are_those_of_the_samples() -> None:
    timings = Timings()
    for value in range(1, 101):
        timings.sample("detect", value / 1000)
    spread = timings.snapshot().stages["detect"]
    assert spread.p50 == pytest.approx(0.0505)
    assert spread.p95 == pytest.approx(0.09505)
    assert spread.samples == 100


def test_a_stage_times_its_block_and_a_block_that_raises_leaves_no_sample() -> None:
    timings = Timings()
    with timings.stage("track"):
        sleep(0.02)
    with pytest.raises(ValueError, match="broken"), timings.stage("animate"):
        raise ValueError("broken")
    stages = timings.snapshot().stages
    assert 0.015 < stages["track"].p50 < 0.5
    assert "animate" not in stages


def test_samples_leave_with_the_window() -> None:
    timings = Timings(window=0.05)
    timings.sample("detect", 1.0)
    timings.arrive("screen", perf_counter())
    sleep(0.08)
    assert timings.snapshot() == ({}, {})


def test_a_sink_has_the_age_of_its_pictures_and_their_rate() -> None:
    timings = Timings()
    for _ in range(11):
        timings.arrive("screen", perf_counter() - 0.25)
        sleep(0.01)
    arrivals = timings.snapshot().sinks["screen"]
    assert arrivals.age.p50 == pytest.approx(0.25, abs=0.02)
    assert 40 < arrivals.rate <= 100


def test_the_rate_falls_while_nothing_arrives() -> None:
    timings = Timings()
    for _ in range(5):
        timings.arrive("screen", perf_counter())
        sleep(0.01)
    lively = timings.snapshot().sinks["screen"].rate
    sleep(0.2)
    assert timings.snapshot().sinks["screen"].rate < lively / 2


def test_a_snapshot_can_be_taken_while_others_write() -> None:
    timings = Timings()
    done = threading.Event()

    def write(name: str) -> None:
        while not done.is_set():
            timings.sample(name, 0.001)
            timings.arrive(name, 0.0)

    threads = [threading.Thread(target=write, args=(f"stage {index}",)) for index in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            for spread in timings.snapshot().stages.values():
                assert spread.p50 == pytest.approx(0.001)
    finally:
        done.set()
        for thread in threads:
            thread.join(1.0)


def test_the_newest_samples_are_kept_and_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.timings.MOST_SAMPLES", 10)
    timings = Timings(window=math.inf)
    for value in range(25):
        timings.sample("draw", float(value))
    spread = timings.snapshot().stages["draw"]
    assert spread.samples == 10
    assert spread.p50 == pytest.approx(19.5)
