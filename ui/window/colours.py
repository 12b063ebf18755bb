"""The colours that the window is painted in: one set for light, one for dark, and one for what lies on pictures."""

from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget


class Colours(NamedTuple):
    """Words have a contrast of at least 4.5 on `window`, `card` and `sunken`, edges of controls and focus rings of 3.

    window: the ground of everything. card: what lies on it, and fields. sunken: what lies below. line: between things. edge: around
    controls. text, dim: what tells and what explains. accent: filled, with `on_accent` on it. link: words and rings of the accent.
    warning, danger, good: words and signs. warning_ground: behind a warning. danger_fill: filled, with white on it.
    """

    window: QColor
    card: QColor
    sunken: QColor
    hover: QColor
    line: QColor
    edge: QColor
    text: QColor
    dim: QColor
    accent: QColor
    accent_hover: QColor
    on_accent: QColor
    link: QColor
    warning: QColor
    warning_ground: QColor
    danger: QColor
    danger_fill: QColor
    good: QColor


def _colours(*names: str) -> Colours:
    return Colours(*(QColor(name) for name in names))


LIGHT = _colours(
    *("#f6f6f8", "#ffffff", "#ededf1", "#e6e6ec", "#dcdce3", "#84848f", "#1b1b20", "#5b5b66"),
    *("#4156d8", "#3447bd", "#ffffff", "#3a4ecb", "#7d4600", "#fdf1d8", "#b3261e", "#c4281c", "#17692f"),
)

DARK = _colours(
    *("#1c1c20", "#27272c", "#151518", "#34343b", "#393941", "#7d7d89", "#eeeef2", "#a9a9b4"),
    *("#5067e6", "#465cdb", "#ffffff", "#a3b4ff", "#f5bd5c", "#3a2e17", "#ff8a7f", "#c4281c", "#62cf86"),
)

STAGE = QColor(20, 20, 23)
"""Around pictures, in light and dark windows alike: they are judged best on it."""

SHADE = QColor(12, 12, 15, 176)
"""Behind words that lie on a picture: white has a contrast of 4.5 on it even over white."""

ON_STAGE = QColor(255, 255, 255)
ON_STAGE_DIM = QColor(255, 255, 255, 190)
AMBER = QColor("#f5bd5c")
RED = QColor("#d32f2f")
GREEN = QColor("#4cd07d")
LIVELY = QColor("#8fa3ff")
"""The accent on a picture."""


def colours_of(widget: QWidget) -> Colours:
    """The set that goes with the widget's palette."""
    return DARK if is_dark(widget.palette()) else LIGHT


def is_dark(palette: QPalette) -> bool:
    """Whether it is light on dark."""
    return palette.color(QPalette.ColorRole.Window).lightness() < palette.color(QPalette.ColorRole.WindowText).lightness()


def contrast(one: QColor, other: QColor) -> float:
    """Of two opaque colours, 1 to 21, as the Web Content Accessibility Guidelines reckon it."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def faint(colour: QColor, alpha: int) -> QColor:
    """The colour, seen through; alpha 0 to 255."""
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)


def _luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
