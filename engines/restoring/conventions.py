"""Which range and order of colours a restorer wants, found by showing it a face: it must come back as the same face."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from engines.engine import Tensor
from puppet.motion import FloatArray
from puppet.picture import Picture

COARSE = 128
"""Side at which faces are compared, px: finer is the restorer's own."""

FINE, BROAD = 1.0, 8.0
"""Sigmas of the band in which a face is known by its features, px of the coarse picture."""

LEAST_LIKENESS = 0.82
"""Correlation in that band from which on two faces are one: a blurred one has .94, one half mixed with another .8, another .2."""

MOST_ERROR = 20.0
"""Mean difference of a restored face from what was shown, in levels of 255, up to which it is the same picture."""

CLEAR_ERROR = 10.0
"""The same, below which no other conventions are tried."""


class Range(NamedTuple):
    """How fractions stand for levels: black and white."""

    black: float
    white: float


SIGNED, UNIT, LEVELS = Range(-1, 1), Range(0, 1), Range(0, 255)
RANGES = (SIGNED, UNIT, LEVELS)
"""The usual first."""


class Conventions(NamedTuple):
    """How pictures cross: ranges of what is taken and given, and whether red or blue comes first in either."""

    taken: Range = SIGNED
    given: Range = SIGNED
    takes_rgb: bool = True
    gives_rgb: bool = True

    def encode(self, picture: Picture, dtype: str) -> Tensor:
        """An RGB picture (side, side, 3) as the restorer wants it, planes last, in its dtype."""
        ordered = picture if self.takes_rgb else picture[:, :, ::-1]
        if dtype == "uint8":
            return ordered
        scale = (self.taken.white - self.taken.black) / 255
        return (ordered.astype(np.float32) * np.float32(scale) + np.float32(self.taken.black)).astype(dtype, copy=False)

    def decode(self, result: Tensor) -> Picture:
        """What the restorer gave, planes last, as an RGB picture."""
        ordered = result if self.gives_rgb else result[:, :, ::-1]
        if result.dtype == np.uint8:
            return np.ascontiguousarray(ordered)
        scale = 255 / (self.given.white - self.given.black)
        planes = (np.ascontiguousarray(ordered[:, :, place], np.float32) for place in range(3))  # mostly they lie so already
        return np.asarray(cv2.merge([cv2.addWeighted(each, scale, each, 0, -self.given.black * scale, dtype=cv2.CV_8U) for each in planes]))


class Trial(NamedTuple):
    """What came of a face under some conventions: mean difference in levels, infinite for no numbers, and likeness, -1 to 1."""

    conventions: Conventions
    error: float
    likeness: float

    @property
    def is_same(self) -> bool:
        """Whether the face is the one that was shown."""
        return self.error <= MOST_ERROR and self.likeness >= LEAST_LIKENESS


def try_conventions(run: Callable[[Conventions], Tensor], shown: Picture, *, whole: bool) -> Trial:
    """The best of all conventions: the most usual among those about as good as the best.

    run: what the restorer makes of `shown` under given conventions, planes last. whole: pictures go in as uint8, which has one range.
    """
    trials: list[Trial] = []
    for taken in (LEVELS,) if whole else RANGES:
        for takes_rgb in (True, False):
            trials += _trials(run(Conventions(taken=taken, takes_rgb=takes_rgb)), shown, taken, takes_rgb)
            if takes_rgb and taken is not SIGNED and min(trial.error for trial in trials) < CLEAR_ERROR:
                return _choose(trials)
    return _choose(trials)


def _trials(given: Tensor, shown: Picture, taken: Range, takes_rgb: bool) -> Iterator[Trial]:
    for range_ in (taken, *(other for other in RANGES if other is not taken)):
        for gives_rgb in (takes_rgb, not takes_rgb):
            conventions = Conventions(taken, range_, takes_rgb, gives_rgb)
            is_finite = bool(np.isfinite(given).all())
            yield Trial(conventions, *(compare(shown, conventions.decode(given)) if is_finite else (np.inf, 0.0)))


def _choose(trials: list[Trial]) -> Trial:
    likely = [trial for trial in trials if trial.is_same] or trials
    best = min(trial.error for trial in likely)
    return next(trial for trial in likely if trial.error <= 2 * best + 0.5)


def compare(shown: Picture, given: Picture) -> tuple[float, float]:
    """Mean difference in levels, and correlation of the features, of two pictures of faces that may differ in side."""
    before, after = (cv2.resize(each, (COARSE, COARSE), interpolation=cv2.INTER_AREA).astype(np.float32) for each in (shown, given))
    inner = slice(COARSE // 6, -COARSE // 6)
    error = float(np.abs(before - after)[inner, inner].mean())
    features = [_features(each)[inner, inner].ravel() for each in (before, after)]
    spread = [float(np.linalg.norm(each)) for each in features]
    likeness = float(features[0] @ features[1]) / (spread[0] * spread[1]) if min(spread) > 1e-3 else 0.0
    return error, likeness


def _features(picture: FloatArray) -> FloatArray:
    grey = picture.mean(axis=2)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), FINE) - cv2.GaussianBlur(grey, (0, 0), BROAD), np.float32)
