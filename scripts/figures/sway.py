"""A number that changes smoothly with time: how every joint of a figure moves."""

import math
from typing import NamedTuple, Self

import numpy as np


class Sway(NamedTuple):
    """A rest value and waves around it: (amplitude, frequency in Hz, phase) each."""

    rest: float
    waves: tuple[tuple[float, float, float], ...] = ()

    @classmethod
    def draw(cls, random: np.random.Generator, rest: float, reach: float, slowest: float = 0.15, fastest: float = 0.55) -> Self:
        """Two waves at random that leave the rest value by `reach` at most."""
        share = random.uniform(0.55, 0.85)
        waves = tuple(
            (reach * part, float(random.uniform(slowest, fastest)), float(random.uniform(0, 2 * math.pi))) for part in (share, 1 - share)
        )
        return cls(rest, waves)

    def at(self, seconds: float) -> float:
        """The value at a time."""
        return self.rest + sum(reach * math.sin(2 * math.pi * speed * seconds + phase) for reach, speed, phase in self.waves)
