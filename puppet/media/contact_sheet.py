"""A grid of small labelled pictures in one picture, for an eye to judge many results at once."""

import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np

from puppet.picture import Picture, freeze

GAP = 4
"""Pixels between cells and around the grid."""

LINE = 22
"""Height of a label's line, px."""

PAPER = (255, 255, 255)
INK = (40, 40, 40)
FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_SCALE = 0.45


def fit(picture: Picture, cell: int) -> Picture:
    """The whole picture, scaled to touch the borders of a (cell, cell, 3) square and centred on paper."""
    height, width = picture.shape[:2]
    scale = cell / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    square = np.full((cell, cell, 3), PAPER, dtype=np.uint8)
    top, left = (cell - size[1]) // 2, (cell - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = scaled
    return freeze(square)


def _text_width(text: str) -> int:
    return int(cv2.getTextSize(text, FONT, FONT_SCALE, 1)[0][0])


def _shorten(text: str, width: int) -> str:
    """The text, cut at its end to at most `width` pixels; the font knows ASCII alone: accents go, other letters become '?'."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    text = plain.encode("ascii", "replace").decode()
    if _text_width(text) <= width:
        return text
    while text and _text_width(text + "..") > width:
        text = text[:-1]
    return text.rstrip() + ".."


def _wrap(text: str, width: int) -> list[str]:
    """The label broken at spaces and underscores into lines of at most `width` pixels."""
    lines: list[str] = []
    for word in text.replace("_", " ").split():
        if lines and _text_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [_shorten(line, width) for line in lines]


def _write(sheet: Picture, lines: Sequence[str], left: int, middle: int, width: int) -> None:
    """Draw lines of text, centred in a column of `width` that begins at `left`, around the height `middle`."""
    for index, line in enumerate(lines):
        x = left + (width - _text_width(line)) // 2
        y = round(middle + (index - (len(lines) - 1) / 2) * (LINE - 4)) + 5
        cv2.putText(sheet, line, (x, y), FONT, FONT_SCALE, INK, 1, cv2.LINE_AA)


def contact_sheet(
    rows: Sequence[Sequence[Picture]], row_labels: Sequence[str] = (), column_labels: Sequence[str] = (), cell: int = 160
) -> Picture:
    """The pictures of each row side by side, each fitted whole into a (cell, cell) square.

    Rows may differ in length. Row labels stand to the left, column labels above; without labels no room is kept for them.
    """
    columns = max((len(row) for row in rows), default=0)
    widest = max((_text_width(word) for label in row_labels for word in label.replace("_", " ").split()), default=0)
    margin = min(widest, cell) + 2 * GAP if row_labels else 0
    headings = [_wrap(label, cell) for label in column_labels]
    header = max((len(heading) for heading in headings), default=0) * (LINE - 4) + (4 if headings else 0)
    height = header + GAP + len(rows) * (cell + GAP)
    width = margin + GAP + columns * (cell + GAP)
    sheet = np.full((height, width, 3), PAPER, dtype=np.uint8)
    for index, heading in enumerate(headings[:columns]):
        _write(sheet, heading, margin + GAP + index * (cell + GAP), header // 2, cell)
    for index, row in enumerate(rows):
        top = header + GAP + index * (cell + GAP)
        if index < len(row_labels):
            _write(sheet, _wrap(row_labels[index], margin - GAP), GAP, top + cell // 2, margin - GAP)
        for position, picture in enumerate(row):
            left = margin + GAP + position * (cell + GAP)
            sheet[top : top + cell, left : left + cell] = fit(picture, cell)
    return freeze(sheet)
