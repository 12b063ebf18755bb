"""How long each stage takes and how old a picture is when it arrives: figures over a sliding window."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

MOST_SAMPLES = 20_000
"""Samples kept per series at most, however long the window."""


class Spread(NamedTuple):
    """Median and 95th percentile of a series, s, and how many samples lie behind them."""

    p50: float
    p95: float
    samples: int


class Arrivals(NamedTuple):
    """What one sink saw: age of its pictures (from the capture of their frame to the end of the sink) and pictures per second."""

    age: Spread
    rate: float


class Snapshot(NamedTuple):
    """All figures at one moment; a series without a sample in the window is absent. Stages come in the order first met."""

    stages: Mapping[str, Spread]
    sinks: Mapping[str, Arrivals]


class _Series:
    """The newest samples with the time they were taken, oldest first, in memory that does not grow."""

    def __init__(self) -> None:
        self._samples = np.empty((MOST_SAMPLES, 2))
        self._count = 0

    def add(self, time: float, value: float) -> None:
        self._samples[self._count % MOST_SAMPLES] = time, value
        self._count += 1

    def since(self, moment: float) -> Samples:
        """Times and values (N, 2) of the samples taken from a moment on."""
        is_full = self._count > MOST_SAMPLES
        kept = np.roll(self._samples, -(self._count % MOST_SAMPLES), axis=0) if is_full else self._samples[: self._count]
        return kept[np.searchsorted(kept[:, 0], moment) :].copy()


def _spread(samples: Samples) -> Spread:
    p50, p95 = np.percentile(samples[:, 1], [50, 95])
    return Spread(float(p50), float(p95), len(samples))


class Timings:
    """A stopwatch for every stage. Every method may run on any thread; nothing is logged."""

    def __init__(self, window: float = 5.0) -> None:
        """`window`: how far back the figures look, s."""
        self.window = window
        self._lock = threading.Lock()
        self._stages: dict[str, _Series] = {}
        self._ages: dict[str, _Series] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as one sample of the stage; a block that raises leaves none."""
        start = perf_counter()
        yield
        self.sample(name, perf_counter() - start)

    def sample(self, stage: str, seconds: float) -> None:
        """Add one sample of a stage, s."""
        with self._lock:
            self._stages.setdefault(stage, _Series()).add(perf_counter(), seconds)

    def arrive(self, sink: str, captured: float) -> None:
        """A picture whose frame was captured at `captured` (`perf_counter`) has gone through the sink."""
        now = perf_counter()
        with self._lock:
            self._ages.setdefault(sink, _Series()).add(now, now - captured)

    def snapshot(self, window: float | None = None) -> Snapshot:
        """The figures of the last `window` seconds, those of the stopwatch where none are given; at most `MOST_SAMPLES` a series."""
        now = perf_counter()
        begun = now - (self.window if window is None else window)
        with self._lock:
            stages = {name: series.since(begun) for name, series in self._stages.items()}
            ages = {name: series.since(begun) for name, series in self._ages.items()}
        return Snapshot(
            {name: _spread(samples) for name, samples in stages.items() if len(samples)},
            {name: Arrivals(_spread(samples), _rate(samples, now)) for name, samples in ages.items() if len(samples)},
        )


def _rate(samples: Samples, now: float) -> float:
    """Events per second: the intervals between them, the wait since the last one counted once it exceeds the usual."""
    if len(samples) < 2:
        return 0.0
    first, last = float(samples[0, 0]), float(samples[-1, 0])
    mean = (last - first) / (len(samples) - 1)
    late = max(0.0, now - last - mean)
    span = last - first + late
    return (len(samples) - 1) / span if span > 0 else 0.0
