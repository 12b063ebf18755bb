"""How a square crop moves and grows within its picture; no Qt."""

from typing import NamedTuple

from puppet.picture import Square

LEAST = 24.0
"""Smallest side of a crop, px of the picture."""

MOST = 2.0
"""Largest side, in longer sides of the picture."""


class Grip(NamedTuple):
    """A part of a square's border that can be dragged: -1 left or top, 1 right or bottom, 0 neither."""

    x: int
    y: int


CORNERS = tuple(Grip(x, y) for y in (-1, 1) for x in (-1, 1))
EDGES = (Grip(0, -1), Grip(-1, 0), Grip(1, 0), Grip(0, 1))


class CropFrame(NamedTuple):
    """The picture that a crop may lie on: its middle stays in the picture, its border may lie beyond."""

    width: int
    height: int

    def held(self, square: Square) -> Square:
        """The nearest square that is allowed."""
        side = min(max(square.side, LEAST), MOST * max(self.width, self.height))
        return Square(min(max(square.x, 0.0), self.width - 1.0), min(max(square.y, 0.0), self.height - 1.0), side)

    def moved(self, square: Square, x: float, y: float) -> Square:
        """Shifted by so many px."""
        return self.held(Square(square.x + x, square.y + y, square.side))

    def resized(self, square: Square, factor: float) -> Square:
        """Larger or smaller about its middle."""
        return self.held(Square(square.x, square.y, square.side * factor))

    def pulled(self, square: Square, grip: Grip, x: float, y: float) -> Square:
        """Resized by a grip that was dragged by so many px; the opposite corner or edge stays where it is."""
        pulls = [way * by for way, by in ((grip.x, x), (grip.y, y)) if way]
        growth = max(pulls) if max(pulls) > 0 else min(pulls)
        growth = min(max(growth, LEAST - square.side), MOST * max(self.width, self.height) - square.side)
        return self.held(Square(square.x + grip.x * growth / 2, square.y + grip.y * growth / 2, square.side + growth))
