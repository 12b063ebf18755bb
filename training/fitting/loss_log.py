"""What a training loop tells while it runs: the means of its losses since the last line, its pace and how long it has left."""

import time

from torch import Tensor

from training.fitting.session import Session

LOG_EVERY_S = 20.0


class LossLog:
    """Gathers the losses of every step, and now and then writes a line and scalars of them to the session; begins with `done` samples."""

    def __init__(self, session: Session, name: str, length: int, done: int) -> None:
        self._session = session
        self._name = name
        self._length = length
        self._first = done
        self._began = self._logged = time.monotonic()
        self._sums: dict[str, Tensor] = {}
        self._count = 0

    def add(self, losses: dict[str, Tensor]) -> None:
        """Note one step's losses; they stay on their device."""
        self._count += 1
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0) + value.detach()

    def is_due(self) -> bool:
        """Whether the last line was long enough ago."""
        return time.monotonic() - self._logged > LOG_EVERY_S

    def write(self, done: int, rate: float, at: int) -> None:
        """A line about the steps since the last one, `done` samples of the length being through; scalars stand `at` samples of the run."""
        now = time.monotonic()
        means = {name: float(value) / self._count for name, value in self._sums.items()}
        speed = (done - self._first) / (now - self._began)
        left = (self._length - done) / speed / 60
        self._session.log(
            f"{self._name} {done}/{self._length} {speed:.1f}/s, {left:.1f} min left, rate {rate:.1e} "
            + " ".join(f"{name} {value:.4f}" for name, value in means.items())
        )
        figures = {**means, "rate": rate, "samples_per_s": speed}
        self._session.scalars.add({f"{self._name}/{name}": value for name, value in figures.items()}, at)
        self._sums, self._count, self._logged = {}, 0, now
