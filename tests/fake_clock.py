"""A clock that a test sets."""


class FakeClock:
    """Called as `perf_counter` is."""

    now = 100.0

    def __call__(self) -> float:
        return self.now
