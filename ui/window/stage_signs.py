"""The signs that lie on the stage: badges, pills, the meter, the ring, the red frame, and large words."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTextOption

from ui.window.colours import AMBER, GREEN, LIVELY, ON_STAGE, ON_STAGE_DIM, RED, SHADE
from ui.window.icons import paint_icon
from ui.window.stage_words import Badge, Headline

HEIGHT = 28.0
"""Of badges and pills, px of the screen's own scale, as are all below."""

GAP = 8.0
PAD = 12.0
WELL = 0.8
"""From this match on the bar is green."""

FRAME = 6.0
"""Width of the red frame."""

COLOURS = {"live": GREEN, "starting": AMBER, "recording": QColor("#ff5a4f"), "card": AMBER, "take": LIVELY}

LEFT, CENTRE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignCenter


def bold(font: QFont, growth: float = 1.0) -> QFont:
    """The font, heavier and larger."""
    changed = QFont(font)
    changed.setPointSizeF(font.pointSizeF() * growth)
    changed.setWeight(QFont.Weight.DemiBold)
    return changed


def pill(painter: QPainter, words: str, room: QRectF, x: float, *, share: float = 0.0, lead: float = 0.0, ground: QColor = SHADE) -> QRectF:
    """Words on a dark ground, in a room of its height, as near as fits to having `share` of its width left of `x`.

    `lead`: room before the words.
    """
    metrics = QFontMetricsF(painter.font())
    words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width() - 2 * PAD - lead)
    width = math.ceil(metrics.horizontalAdvance(words)) + 2 * PAD + lead
    left = max(room.left(), min(x - share * width, room.right() - width))
    place = QRectF(left, room.top(), width, HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(place, HEIGHT / 2, HEIGHT / 2)
    painter.setPen(ON_STAGE)
    painter.drawText(place.adjusted(PAD + lead, 0, -PAD + 2, 0), LEFT, words)
    return place


def paint_badges(painter: QPainter, badges: Sequence[Badge], room: QRectF) -> None:
    """Side by side, from the left."""
    for badge in badges:
        if room.width() < 2 * PAD + 40:
            return
        place = pill(painter, badge.words, room, room.left(), lead=16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(COLOURS[badge.kind])
        middle = QPointF(place.left() + PAD + 4, place.center().y())
        if badge.kind in ("card", "take"):
            painter.drawRoundedRect(QRectF(middle.x() - 4, middle.y() - 4, 8, 8), 2, 2)
        else:
            painter.drawEllipse(middle, 4.5, 4.5)
        room = room.adjusted(place.width() + GAP, 0, 0, 0)


def paint_meter(painter: QPainter, match: float, place: QRectF) -> None:
    """How alike driver and portrait hold themselves, 0 to 1: a slim bar and per cent, and a word where there is room."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(place, HEIGHT / 2, HEIGHT / 2)
    metrics = QFontMetricsF(painter.font())
    words = metrics.horizontalAdvance("Match") + GAP
    figure = metrics.horizontalAdvance("100 %") + GAP
    if place.width() < words + figure + 2 * PAD + 32:
        words = 0.0
    painter.setPen(ON_STAGE_DIM)
    if words:
        painter.drawText(place.adjusted(PAD, 0, 0, 0), LEFT, "Match")
    painter.setPen(ON_STAGE)
    painter.drawText(place.adjusted(0, 0, -PAD, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{round(100 * match)} %")
    bar = QRectF(place.left() + PAD + words, place.center().y() - 2, place.width() - 2 * PAD - words - figure, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(255, 255, 255, 60))
    painter.drawRoundedRect(bar, 2, 2)
    painter.setBrush(GREEN if match >= WELL else LIVELY)
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(4.0, bar.width() * match), bar.height()), 2, 2)


def paint_ring(painter: QPainter, place: QRectF, share: float, colour: QColor = LIVELY, width: float = 3.0) -> None:
    """A ring that is filled to a share, 0 to 1, clockwise from the top."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(255, 255, 255, 60), width))
    inner = place.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.drawEllipse(inner)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(inner, 90 * 16, -round(min(max(share, 0.0), 1.0) * 360 * 16))


def paint_wheel(painter: QPainter, place: QRectF, time: float, colour: QColor, width: float = 3.0) -> None:
    """A part of a ring that goes round once a second, while something is awaited."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = place.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    faded = QColor(colour)
    faded.setAlpha(50)
    painter.setPen(QPen(faded, width))
    painter.drawEllipse(inner)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(inner, round(-(time % 1.0) * 360 * 16), 90 * 16)


def paint_headline(painter: QPainter, told: Headline, room: QRectF, time: float) -> None:
    """Large words in the middle, their icon above and what can be done below."""
    width = min(room.width() - 4 * PAD, 520.0)
    if width < 80:
        return
    plain = painter.font()
    large = bold(plain, 1.35)
    wrapped = QTextOption(Qt.AlignmentFlag.AlignHCenter)
    wrapped.setWrapMode(QTextOption.WrapMode.WordWrap)
    limits = QRectF(0, 0, width, 400)
    title = QFontMetricsF(large).boundingRect(limits, int(Qt.TextFlag.TextWordWrap), told.title).height()
    hint = QFontMetricsF(plain).boundingRect(limits, int(Qt.TextFlag.TextWordWrap), told.hint).height() if told.hint else 0.0
    icon = 48.0
    height = icon + 16 + title + (8 + hint if hint else 0)
    x, y = room.center().x(), room.center().y() - height / 2
    sign = QRectF(x - icon / 2, y, icon, icon)
    if told.waiting:
        paint_wheel(painter, sign.adjusted(6, 6, -6, -6), time, ON_STAGE_DIM)
    else:
        paint_icon(painter, told.icon, sign, AMBER)
    painter.setPen(ON_STAGE)
    painter.setFont(large)
    painter.drawText(QRectF(x - width / 2, sign.bottom() + 16, width, title + 4), told.title, wrapped)
    if hint:
        painter.setPen(ON_STAGE_DIM)
        painter.setFont(plain)
        painter.drawText(QRectF(x - width / 2, sign.bottom() + 24 + title, width, hint + 4), told.hint, wrapped)
    painter.setFont(plain)


def paint_real_face(painter: QPainter, room: QRectF, rounding: float, hide_key: str) -> None:
    """A red frame around everything, and a banner that can't be overlooked."""
    half = FRAME / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(RED, FRAME))
    painter.drawRoundedRect(room.adjusted(half, half, -half, -half), rounding - half, rounding - half)
    plain = painter.font()
    heavy = bold(plain, 1.15)
    metrics = QFontMetricsF(heavy)
    words, hint = "YOUR REAL FACE IS SHOWN", f"{hide_key} hides it" if hide_key else ""
    hint_width = QFontMetricsF(plain).horizontalAdvance(hint) + 12 if hint else 0.0
    if metrics.horizontalAdvance(words) + hint_width + 40 > room.width():
        hint, hint_width = "", 0.0
    width = min(metrics.horizontalAdvance(words) + hint_width + 40, room.width() - 2 * FRAME)
    banner = QRectF(room.center().x() - width / 2, room.top() + FRAME - 1, width, 36)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(RED)
    painter.drawRoundedRect(banner.adjusted(0, -12, 0, 0), 10, 10)
    painter.setPen(ON_STAGE)
    painter.setFont(heavy)
    painter.drawText(
        banner.adjusted(20, 0, -20 - hint_width, 0), CENTRE, metrics.elidedText(words, Qt.TextElideMode.ElideRight, width - 24)
    )
    painter.setFont(plain)
    if hint:
        painter.drawText(banner.adjusted(0, 0, -20, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, hint)


def paint_drop_hint(painter: QPainter, room: QRectF, rounding: float, words: str) -> None:
    """What a drop would do, over all of the stage."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 24, 56, 214))
    painter.drawRoundedRect(room, rounding, rounding)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(LIVELY, 2.5, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(room.adjusted(14, 14, -14, -14), rounding, rounding)
    sign = QRectF(room.center().x() - 24, room.center().y() - 48, 48, 48)
    paint_icon(painter, "plus", sign, ON_STAGE)
    plain = painter.font()
    painter.setFont(bold(plain, 1.35))
    painter.setPen(ON_STAGE)
    painter.drawText(QRectF(room.left(), sign.bottom() + 12, room.width(), 32), CENTRE, words)
    painter.setFont(plain)


def round_off(painter: QPainter, room: QRectF, rounding: float, ground: QColor) -> None:
    """Paint the ground over the four corners."""
    outside = QPainterPath()
    outside.addRect(room.adjusted(-1, -1, 1, 1))
    outside.addRoundedRect(room, rounding, rounding)
    painter.fillPath(outside, ground)
