"""A picture on which round things are drawn: tubes and balls with shaded, patterned skins and soft edges."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from puppet.picture import Picture, freeze
from scripts.figures.cloth import Cloth, Colour, Floats, rgb

LIGHT = np.array([-0.42, -0.5, 0.76], np.float32)
"""Where the light comes from: x right, y down, z towards the viewer."""

AMBIENT, BRIGHTEST = 0.5, 1.12
"""Brightness of what the light does not reach, and of what faces it."""


class Point(NamedTuple):
    """In px of the picture, x right, y down, z towards the viewer."""

    x: float
    y: float
    z: float = 0.0


Skin = Callable[[Floats, Floats, Floats], Floats]
"""The directions (x, y, z) in which pixels of a ball's skin face, to their RGB."""


class Tube(NamedTuple):
    """Radii, px, lie evenly from start to end; turned by `spin` about its axis; with round ends, or flat ones."""

    start: Point
    end: Point
    radii: tuple[float, ...]
    cloth: Cloth
    spin: float = 0.0
    flat: bool = False


class Ball(NamedTuple):
    """Half of its width and of its height, px."""

    centre: Point
    width: float
    height: float
    skin: Colour | Skin


class Canvas:
    """A picture being drawn, of float32 RGB."""

    def __init__(self, background: Picture) -> None:
        self.pixels: Floats = background.astype(np.float32)

    def picture(self) -> Picture:
        """What was drawn."""
        return freeze(np.asarray(np.clip(self.pixels + 0.5, 0, 255), np.uint8))

    def draw(self, shape: Tube | Ball) -> None:
        """Draw over what there is."""
        if isinstance(shape, Tube):
            self._draw_tube(shape)
        else:
            self._draw_ball(shape)

    def shadow(self, centre: Point, width: float, height: float, strength: float) -> None:
        """A soft ellipse of darkness."""
        found = self._window(centre.x - 2.5 * width, centre.y - 2.5 * height, centre.x + 2.5 * width, centre.y + 2.5 * height)
        if found is not None:
            window, x, y = found
            dark = strength * np.exp(-(((x - centre.x) / width) ** 2 + ((y - centre.y) / height) ** 2))
            self.pixels[window] *= (1 - dark)[..., None]

    def _draw_tube(self, tube: Tube) -> None:
        start, end, radii = tube.start, tube.end, tube.radii
        reach = max(radii) + 2
        (left, right), (top, bottom) = sorted((start.x, end.x)), sorted((start.y, end.y))
        found = self._window(left - reach, top - reach, right + reach, bottom + reach)
        if found is None:
            return
        window, x, y = found
        length = max(float(np.hypot(end.x - start.x, end.y - start.y)), 1e-3)
        right_way, down_way = (end.x - start.x) / length, (end.y - start.y) / length
        along = (x - start.x) * right_way + (y - start.y) * down_way
        across = (y - start.y) * right_way - (x - start.x) * down_way
        held = np.clip(along, 0, length)
        radius = np.interp(held / length, np.linspace(0, 1, len(radii)), radii)
        flat = np.minimum(radius - np.abs(across), np.minimum(along, length - along))
        inside = flat if tube.flat else radius - np.hypot(across, along - held)
        side = np.clip(across / radius, -0.999, 0.999)
        light = LIGHT[0] * side * -down_way + LIGHT[1] * side * right_way + LIGHT[2] * np.sqrt(1 - side * side)
        true = max(length, float(np.hypot(length, end.z - start.z)))  # a tube that points at the viewer is seen shortened
        self._blend(window, tube.cloth.paint((np.arcsin(side) + tube.spin) * max(radii), along * (true / length)), light, inside)

    def _draw_ball(self, ball: Ball) -> None:
        centre, width, height, skin = ball
        found = self._window(centre.x - width - 2, centre.y - height - 2, centre.x + width + 2, centre.y + height + 2)
        if found is None:
            return
        window, x, y = found
        x, y = (x - centre.x) / width, (y - centre.y) / height
        distance = np.hypot(x, y)
        outward = np.maximum(distance, 0.999) / 0.999
        x, y = x / outward, y / outward
        z = np.sqrt(np.maximum(1 - x * x - y * y, 0))
        light = LIGHT[0] * x + LIGHT[1] * y + LIGHT[2] * z
        self._blend(window, skin(x, y, z) if callable(skin) else rgb(skin), light, (1 - distance) * min(width, height))

    def _window(self, left: float, top: float, right: float, bottom: float) -> tuple[tuple[slice, slice], Floats, Floats] | None:
        """The part of the picture within bounds and the places of its pixels; None outside of it."""
        height, width = self.pixels.shape[:2]
        columns = slice(max(0, int(left)), min(width, int(right) + 2))
        rows = slice(max(0, int(top)), min(height, int(bottom) + 2))
        if columns.start >= columns.stop or rows.start >= rows.stop:
            return None
        x, y = np.meshgrid(np.arange(columns.start, columns.stop, dtype=np.float32), np.arange(rows.start, rows.stop, dtype=np.float32))
        return (rows, columns), x, y

    def _blend(self, window: tuple[slice, slice], colour: Floats, light: Floats, inside: Floats) -> None:
        """Lay a lit colour over the picture where the distance to the edge, px, is positive."""
        cover = np.clip(inside + 0.5, 0, 1)[..., None]
        lit = colour * (AMBIENT + (BRIGHTEST - AMBIENT) * np.maximum(light, 0))[..., None]
        self.pixels[window] += (np.minimum(lit, 255) - self.pixels[window]) * cover
