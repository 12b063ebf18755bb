"""How long it takes: the age of the pictures over the last minute, and what each stage takes of it."""

from collections.abc import Mapping
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.live.timings import Snapshot, Spread
from ui.live_report import STAGES
from ui.window.colours import Colours, colours_of, faint
from ui.window.latency_history import SPAN, LatencyHistory, milliseconds

HEIGHT = 184
"""px of the screen's own scale, as are all below."""

PAD = 16.0
GAP = 32.0
ROW = 19.0
LEAST_STAGES = 300.0
"""Room for the stages; in a narrower graph the line stands alone."""

RIGHT, LEFT, CENTRE = (
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
)


class LatencyGraph(QWidget):
    """Keeps what it was given for a minute. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self.history = LatencyHistory()
        self._stages: dict[str, Spread] = {}
        self._now = 0.0
        self.setAccessibleName("Latency")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(280)

    def add(self, snapshot: Snapshot, skipped: Mapping[str, int], now: float | None = None) -> None:
        """Take the figures of this moment. now: s (`perf_counter` when left out)."""
        self._now = perf_counter() if now is None else now
        self.history.add(snapshot, skipped, self._now)
        self._stages = {name: snapshot.stages[name] for name in STAGES if name in snapshot.stages}
        self.setAccessibleDescription(self.words)
        self.update()

    @property
    def words(self) -> str:
        """The figures in a sentence or two."""
        if not self.history.points:
            return "No picture has arrived yet."
        newest = self.history.points[-1]
        stages = ", ".join(f"{name} {milliseconds(spread.p50)}" for name, spread in self._stages.items())
        return (
            f"Age at the {self.history.sink}: median {milliseconds(newest.p50)} ms, 95 % within {milliseconds(newest.p95)} ms; "
            f"{self.history.skipped} skipped in the last minute. Stages in ms: {stages}."
        )

    def sizeHint(self) -> QSize:  # noqa: N802
        """A strip."""
        return QSize(720, HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still legible."""
        return QSize(280, HEIGHT)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the line at the left and the stages at the right."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(colours.card)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.setFont(_small(self.font()))
        room = QRectF(self.rect()).adjusted(PAD, 10, -PAD, -10)
        if room.width() >= 2 * LEAST_STAGES:
            right = max(LEAST_STAGES, min(0.46 * room.width(), 440.0))
            self._paint_stages(painter, colours, QRectF(room.right() - right, room.top(), right, room.height()))
            room.setRight(room.right() - right - GAP)
        self._paint_age(painter, colours, room)
        painter.end()

    def _paint_age(self, painter: QPainter, colours: Colours, room: QRectF) -> None:
        points = self.history.points
        self._paint_heading(painter, colours, QRectF(room.left(), room.top(), room.width(), ROW))
        metrics = QFontMetricsF(painter.font())
        gutter = metrics.horizontalAdvance("1000 ms") + 8
        plot = QRectF(room.left() + gutter, room.top() + ROW + 8, room.width() - gutter, room.height() - 2 * ROW - 12)
        ceiling = self.history.ceiling
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            painter.setPen(QPen(colours.line, 1))
            painter.drawLine(QPointF(plot.left(), round(y) + 0.5), QPointF(plot.right(), round(y) + 0.5))
            painter.setPen(colours.dim)
            painter.drawText(QRectF(room.left(), y - 10, gutter - 8, 20), RIGHT, f"{ceiling * share:g}{' ms' if share == 1 else ''}")
        painter.setPen(colours.dim)
        foot = QRectF(plot.left(), plot.bottom() + 4, plot.width(), ROW)
        painter.drawText(foot, LEFT, f"{SPAN:.0f} s ago")
        painter.drawText(foot, RIGHT, "now")
        self._paint_skipped(painter, colours, foot, plot)
        if not points:
            painter.drawText(plot, CENTRE, "No picture has arrived yet")
            return
        painter.setClipRect(plot.adjusted(-2, -2, 2, 2))
        xs = [plot.right() - (self._now - point.time) / SPAN * plot.width() for point in points]
        scale = 1000 * plot.height() / ceiling
        median = [QPointF(x, plot.bottom() - point.p50 * scale) for x, point in zip(xs, points, strict=True)]
        upper = [QPointF(x, plot.bottom() - point.p95 * scale) for x, point in zip(xs, points, strict=True)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faint(colours.link, 56))
        painter.drawPolygon(QPolygonF(upper + median[::-1]))
        painter.setPen(QPen(colours.link, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(median))
        painter.setClipping(False)

    def _paint_heading(self, painter: QPainter, colours: Colours, row: QRectF) -> None:
        plain, metrics = painter.font(), QFontMetricsF(painter.font())
        bold = QFont(plain)
        bold.setWeight(QFont.Weight.DemiBold)
        newest = self.history.points[-1] if self.history.points else None
        title = f"Age at the {self.history.sink}" if newest is not None else "Age of the pictures"
        figures = f"median {milliseconds(newest.p50)} ms   95 % {milliseconds(newest.p95)} ms" if newest is not None else ""
        width = metrics.horizontalAdvance(figures)
        painter.setPen(colours.text)
        painter.setFont(bold)
        room = row.width() - width - 12
        painter.drawText(row, LEFT, QFontMetricsF(bold).elidedText(title, Qt.TextElideMode.ElideRight, room))
        painter.setFont(plain)
        painter.drawText(row, RIGHT, figures)

    def _paint_skipped(self, painter: QPainter, colours: Colours, foot: QRectF, plot: QRectF) -> None:
        """A mark at each moment when pictures were skipped, and how many they were."""
        count = self.history.skipped
        painter.setPen(colours.warning if count else colours.dim)
        painter.drawText(foot, CENTRE, f"{count} skipped" if count else "none skipped")
        painter.setPen(QPen(colours.warning, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for point in self.history.points:
            if point.skipped:
                x = plot.right() - (self._now - point.time) / SPAN * plot.width()
                if x >= plot.left():
                    painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() - min(4 + 2 * point.skipped, 14)))
        painter.setPen(colours.dim)

    def _paint_stages(self, painter: QPainter, colours: Colours, room: QRectF) -> None:
        """A bar for each stage: solid to the median, faint to the 95th percentile."""
        metrics = QFontMetricsF(painter.font())
        figure = metrics.horizontalAdvance("000.0") + 14
        label = metrics.horizontalAdvance("virtual camera") + 12
        most = max((spread.p95 for spread in self._stages.values()), default=0.001)
        painter.setPen(colours.dim)
        head = QRectF(room.left(), room.top(), room.width(), ROW)
        painter.drawText(head, LEFT, "Stage, ms")
        painter.drawText(head.adjusted(0, 0, -figure, 0), RIGHT, "median")
        painter.drawText(head, RIGHT, "95 %")
        step = min(ROW, (room.height() - ROW - 4) / max(1, len(self._stages)))
        for index, (name, spread) in enumerate(self._stages.items()):
            row = QRectF(room.left(), room.top() + ROW + 4 + index * step, room.width(), step)
            bar = QRectF(row.left() + label, row.center().y() - 4, row.width() - label - 2 * figure - 4, 8)
            painter.setPen(colours.text)
            painter.drawText(row, LEFT, name)
            painter.drawText(row.adjusted(0, 0, -figure, 0), RIGHT, milliseconds(spread.p50))
            painter.setPen(colours.dim)
            painter.drawText(row, RIGHT, milliseconds(spread.p95))
            painter.setPen(Qt.PenStyle.NoPen)
            for value, colour in ((spread.p95, faint(colours.link, 70)), (spread.p50, colours.link)):
                painter.setBrush(colour)
                painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(3.0, bar.width() * value / most), bar.height()), 3, 3)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.88)
    return small
