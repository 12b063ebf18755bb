"""What a figure is covered with: two colours and a pattern that lies on its skin and turns with it."""

from typing import Literal, NamedTuple, Self, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Colour = tuple[float, float, float]
Pattern = Literal["plain", "rings", "stripes", "checks", "dots", "diamonds", "blotches"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)

EDGE = 0.12
"""Width of the soft edge between two colours, in periods of the pattern."""


class Cloth(NamedTuple):
    """Colours are RGB, 0 to 255; period is the size of the pattern, px; at is where it begins."""

    colour: Colour
    second: Colour
    pattern: Pattern = "plain"
    period: float = 12.0
    at: float = 0.0

    def paint(self, around: Floats, along: Floats) -> Floats:
        """RGB (h, w, 3) at places on the skin, px: how far around, and how far along."""
        share = self._share(around / self.period + self.at, along / self.period + 0.6 * self.at)[..., None]
        return rgb(self.colour) * (1 - share) + rgb(self.second) * share

    def dimmed(self, share: float) -> Self:
        """The same cloth, less bright by a factor."""
        return self._replace(colour=dimmed(self.colour, share), second=dimmed(self.second, share))

    def _share(self, u: Floats, v: Floats) -> Floats:
        """Share of the second colour at places in periods."""
        match self.pattern:
            case "plain":
                return np.zeros_like(u)
            case "rings" | "stripes":
                return _band(v if self.pattern == "rings" else u)
            case "checks":
                return (_band(u) + _band(v)) / 2
            case "dots":
                return _soft(0.3 - np.hypot((u + 0.5 * (np.floor(v) % 2)) % 1 - 0.5, v % 1 - 0.5))
            case "diamonds":
                return _soft(0.5 - np.abs(u % 2 - 1) - np.abs(v % 2 - 1))
            case "blotches":
                waves = np.sin(5.1 * u + 2 * np.sin(1.9 * v)) + np.sin(4.3 * v + 2 * np.sin(2.3 * u + 1))
                return _soft(0.3 * waves - 0.15)


def plain(colour: Colour) -> Cloth:
    """Cloth of one colour."""
    return Cloth(colour, colour)


def rgb(colour: Colour) -> Floats:
    """A colour as an array."""
    return np.array(colour, np.float32)


def dimmed(colour: Colour, share: float) -> Colour:
    """A colour, less bright by a factor."""
    red, green, blue = colour
    return red * share, green * share, blue * share


def _soft(inside: Floats) -> Floats:
    """1 where the distance to an edge is positive, 0 where it is negative."""
    share: Floats = np.clip(inside / EDGE + 0.5, 0, 1)
    return share


def _band(place: Floats) -> Floats:
    """Half of each period."""
    return _soft(0.25 - np.abs(place % 1 - 0.5))
