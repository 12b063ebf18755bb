"""What lies on the stage's pictures and where: badges above, hints by the small picture, words at the foot."""

from typing import NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from puppet.live.shown import Shown
from ui.window.colours import AMBER, RED
from ui.window.icons import paint_icon
from ui.window.situation import Situation
from ui.window.stage_marks import Marks
from ui.window.stage_signs import (
    GAP,
    HEIGHT,
    PAD,
    bold,
    paint_badges,
    paint_headline,
    paint_meter,
    paint_real_face,
    paint_ring,
    pill,
)
from ui.window.stage_words import badges, headline, pill_words

ROUNDING = 12.0
"""Radius of the stage's corners, px of the screen's own scale, as are all below."""

MARGIN = 16.0

METER = 160.0
"""Width of the match meter where there is no small picture."""

BANNER = 40.0
"""What the banner over a real face takes of the upper edge."""

LEAD = 26.0
"""Room before words that a ring goes with."""

ARMED = 3.0
"""How long the switch to the real face stays armed, s: what a full ring means."""

DIMMED = QColor(10, 10, 12, 190)
"""Over a picture that words stand on."""

WHITE = QColor(255, 255, 255)


class Overlay(NamedTuple):
    """All that is told on the stage at one moment.

    inset: where the small picture lies, None without one; at_top, at_left: in which corner. settled: how much of the time for the neutral
    pose is over, 0 to 1. armed: how long a second press still shows the real face, s. eased: motion is held back. now: s, what turns the
    wheel.
    """

    shown: Shown | None
    marks: Marks
    situation: Situation
    inset: QRectF | None
    at_top: bool
    at_left: bool
    settled: float
    armed: float
    eased: bool
    now: float

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint it over the pictures, all over the room."""
        told = headline(self.shown, self.situation)
        if told is not None:
            if self.shown is not None:
                painter.fillRect(room, DIMMED)
            paint_headline(painter, told, room, self.now)
        self._paint_badges(painter, room, with_rate=told is None)
        if told is None:
            self._paint_hints(painter, room)
        self._paint_foot(painter, room)
        if self.shown is not None and self.shown.state == "real face":
            paint_real_face(painter, room, ROUNDING, self.situation.hide_key)

    def _paint_badges(self, painter: QPainter, room: QRectF, with_rate: bool) -> None:
        top = MARGIN + (BANNER if self.shown is not None and self.shown.state == "real face" else 0)
        row = QRectF(MARGIN, top, room.width() - 2 * MARGIN, HEIGHT)
        if self.marks.rate and self.shown is not None and with_rate:
            place = pill(painter, self.marks.rate, row, row.right(), share=1.0)
            row.setRight(place.left() - GAP)
        paint_badges(painter, badges(self.shown, self.situation), row)

    def _paint_hints(self, painter: QPainter, room: QRectF) -> None:
        """How well the poses match, and whether motion is held back: beside the small picture, or in the corner without it."""
        place, step = QRectF(MARGIN, room.bottom() - MARGIN - HEIGHT, METER, HEIGHT), -HEIGHT - GAP
        if self.inset is not None:
            y = self.inset.bottom() + GAP if self.at_top else self.inset.top() - GAP - HEIGHT
            place, step = QRectF(self.inset.left(), y, self.inset.width(), HEIGHT), -step if self.at_top else step
        match = self._match
        if match is not None:
            paint_meter(painter, match, place)
            place.translate(0, step)
        if self.eased:
            place = pill(painter, "Motion eased", place, place.left(), lead=22)
            paint_icon(painter, "ease", QRectF(place.left() + PAD - 2, place.center().y() - 8, 16, 16), AMBER)

    def _paint_foot(self, painter: QPainter, room: QRectF) -> None:
        """The words at the foot: what is armed goes before what is told, and that before what is seen."""
        row = QRectF(MARGIN, room.bottom() - MARGIN - HEIGHT, room.width() - 2 * MARGIN, HEIGHT)
        if self.inset is not None and not self.at_top:
            taken = self.inset.width() + GAP
            row.adjust(taken if self.at_left else 0, 0, 0 if self.at_left else -taken, 0)
        elif self.inset is None and self._match is not None:
            row.setLeft(row.left() + METER + GAP)
        plain, x = painter.font(), room.center().x()
        painter.setFont(bold(plain))
        words = pill_words(self.shown, self.situation, self.marks.when_lost)
        if self.armed > 0:
            words = f"Press again to show your real face ({max(1, round(self.armed))} s)"
            place = pill(painter, words, row, x, share=0.5, lead=LEAD, ground=RED)
            paint_ring(painter, _lead(place), self.armed / ARMED, WHITE, 2.5)
        elif words:
            settling = self.shown is not None and self.shown.state == "settling" and not self.situation.message
            place = pill(painter, words, row, x, share=0.5, lead=LEAD if settling else 0)
            if settling:
                paint_ring(painter, _lead(place), self.settled)
        painter.setFont(plain)

    @property
    def _match(self) -> float | None:
        return self.shown.match if self.shown is not None and self.shown.state in ("live", "settling") else None


def _lead(place: QRectF) -> QRectF:
    """The round place at the beginning of a pill."""
    return QRectF(place.left() + PAD - 4, place.center().y() - 9, 18, 18)
