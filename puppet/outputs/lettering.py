"""Words drawn on pictures with the typefaces that OpenCV carries, which know most of the world's letters.

A typeface is made anew for each thing drawn: it costs nothing, and none is shared between threads.
"""

from collections.abc import Sequence

import cv2

from puppet.picture import Picture

Colour = tuple[int, int, int]

REGULAR, MEDIUM, BOLD = 400, 500, 700
"""Weights."""

LINE_HEIGHT = 1.3
"""Distance of lines, in sizes."""


def text_width(text: str, size: int, weight: int = MEDIUM) -> int:
    """How far a line reaches, px."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size, weight)[2])


def broken(text: str, size: int, width: int, weight: int = MEDIUM) -> list[str]:
    """The text in lines of at most `width` pixels, broken at spaces, and within a word that is too long alone."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and text_width(lines[-1] + letter, size, weight) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def write_line(picture: Picture, text: str, middle: tuple[float, float], size: int, colour: Colour, *, weight: int = MEDIUM) -> None:
    """Draw one line, centred at (x, y) px; the middle of its capitals lies there. The picture must be writable."""
    left = round(middle[0] - text_width(text, size, weight) / 2)
    base = round(middle[1] + 0.35 * size)
    cv2.putText(picture, text, (left, base), colour, cv2.FontFace("sans"), size, weight)


def write_lines(
    picture: Picture, lines: Sequence[str], middle: tuple[float, float], size: int, colour: Colour, *, weight: int = MEDIUM
) -> None:
    """Draw lines under one another, centred as a whole at (x, y) px. The picture must be writable."""
    for index, line in enumerate(lines):
        y = middle[1] + (index - (len(lines) - 1) / 2) * LINE_HEIGHT * size
        write_line(picture, line, (middle[0], y), size, colour, weight=weight)
