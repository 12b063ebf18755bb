"""A calm motion for a portrait that nobody moves: it breathes, sways, looks about a little and blinks."""

import math
from collections.abc import Sequence

import numpy as np

from puppet.motion import Floats, Motion
from puppet.steering.between import eased

WAKING = 2.0
"""Time in which the motion grows from rest, s."""

BREATH = 4.6
"""Time from breath to breath, s."""

BREATH_RISE = 0.012
BREATH_GROWTH = 0.004
"""What a breath lifts the head by, in radii of the face, and the share it grows by."""

SWAY = (0.08, 0.035)
"""How far the head sways across and down, in radii of the face."""

TILT = 0.03
"""How far it tilts, in radians."""

TURN = (0.12, 0.07)
"""How far it turns across and nods: what the middle of the face moves beyond its rim, in radii of the face."""

WAVES = ((13.7, 0.5), (7.9, 0.33), (4.3, 0.17))
"""Periods in s and weights of the waves that each of these is made of; together they don't come round again in a day."""

BLINK_SLOT = 3.7
"""One blink comes in each such span, s, somewhere in it."""

CLOSING, SHUT, OPENING = 0.09, 0.05, 0.19
"""How a blink goes, s."""

TWICE = 0.16
"""Share of blinks that come in pairs."""

UPPER = 0.65
"""Share of the way that the upper lid goes."""


class IdleMotion:
    """The motion of a portrait at rest, as a pure function of time: the same seed moves it in the same way."""

    def __init__(self, lids: Sequence[tuple[int, int]] = (), seed: int = 1) -> None:
        """`lids`: pairs of keypoints (upper, lower) that blink; without any, nothing does."""
        self._lids = lids
        self._seed = seed

    def at(self, source: Motion, time: float) -> Motion:
        """The motion to draw `time` seconds after it began; at 0 it is the source."""
        awake = eased(time / WAKING)
        if awake == 0:
            return source
        points = source.points.astype(np.float64)
        middle = points.mean(axis=0)
        radius = max(float(np.sqrt(((points - middle) ** 2).sum(axis=1).mean())), 1e-6)
        place = (points - middle) / radius
        breath = math.sin(2 * math.pi * time / BREATH)
        growth = 1 + awake * BREATH_GROWTH * breath
        tilt = awake * TILT * self._wave(time, 0)
        turn = growth * np.array([[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]])
        shift = awake * np.array([SWAY[0] * self._wave(time, 1), SWAY[1] * self._wave(time, 2) - BREATH_RISE * breath])
        depth = np.exp(-(place * place).sum(axis=1) / 2)[:, None]  # how much nearer to the viewer than the rim
        parallax = awake * depth * np.array([TURN[0] * self._wave(time, 3), TURN[1] * self._wave(time, 4)])
        moved = middle + radius * (place @ turn.T + shift + parallax)
        for upper, lower in self._lids:
            _close(moved, (upper, lower), self._shut(time))
        return Motion(moved.astype(np.float32), (turn @ source.jacobians).astype(np.float32))

    def _wave(self, time: float, channel: int) -> float:
        """A slow wave, -1 to 1, of its own for each channel."""
        return sum(
            weight * math.sin(2 * math.pi * (time / (period * (1 + 0.09 * channel)) + self._chance(channel, wave)))
            for wave, (period, weight) in enumerate(WAVES)
        )

    def _shut(self, time: float) -> float:
        """How far the eyes are shut, 0 to 1."""
        slot = math.floor(time / BLINK_SLOT)
        return max(_blink(time - begun) for index in (slot - 1, slot) for begun in self._blinks(index))

    def _blinks(self, slot: int) -> list[float]:
        """When the blinks of a span begin; the first span has none before the motion has grown."""
        if slot < 0:
            return [math.inf]
        begun = max(WAKING / 2, (slot + 0.15 + 0.75 * self._chance(slot, 101)) * BLINK_SLOT)
        again = begun + CLOSING + SHUT + OPENING + 0.06
        return [begun, again] if self._chance(slot, 102) < TWICE else [begun]

    def _chance(self, index: int, kind: int) -> float:
        """A number from 0 to 1 that looks like chance and is always the same."""
        return math.modf(abs(math.sin(index * 127.1 + kind * 311.7 + self._seed * 74.7)) * 43758.5453)[0]


def _blink(time: float) -> float:
    """How far an eye is shut `time` seconds after a blink began, 0 to 1."""
    if time < CLOSING:
        return eased(time / CLOSING)
    return 1 - eased((time - CLOSING - SHUT) / OPENING)


def _close(points: Floats, lids: tuple[int, int], shut: float) -> None:
    """Move two lids together by this share of their gap, the upper one farther."""
    upper, lower = lids
    gap = points[lower] - points[upper]
    points[upper] += UPPER * shut * gap
    points[lower] -= (1 - UPPER) * shut * gap
