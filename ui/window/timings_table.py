"""The stages of a run side by side, with what each takes."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from puppet.live.timings import Snapshot, Spread
from ui.live_report import STAGES

HEADINGS = ("ms", "median", "95 %")


def milliseconds(seconds: float) -> str:
    """A duration as a person reads it: 0.42, 4.2, 42."""
    value = seconds * 1000
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


class TimingsTable(QWidget):
    """A column per stage that has figures and one for the age of the picture; rows for the median and the 95th percentile."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._columns: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        for row, heading in enumerate(HEADINGS):
            self._grid.addWidget(dim(QLabel(heading)), row, 0, Qt.AlignmentFlag.AlignLeft)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the latest figures."""
        spreads = {name: snapshot.stages[name] for name in STAGES if name in snapshot.stages}
        if "screen" in snapshot.sinks:
            spreads["age"] = snapshot.sinks["screen"].age
        for name, spread in spreads.items():
            self._write(name, spread)

    def _write(self, name: str, spread: Spread) -> None:
        if name not in self._columns:
            self._columns[name] = self._add_column(name)
        _, p50, p95 = self._columns[name]
        p50.setText(milliseconds(spread.p50))
        p95.setText(milliseconds(spread.p95))

    def _add_column(self, name: str) -> tuple[QLabel, QLabel, QLabel]:
        labels = (dim(QLabel(name)), _figure(), _figure())
        column = (*STAGES, "age").index(name) + 1
        for row, label in enumerate(labels):
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
        return labels


def dim(label: QLabel) -> QLabel:
    """A label that explains rather than tells."""
    label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
    return label


def _figure() -> QLabel:
    """A label whose digits keep their place as they change."""
    label = QLabel("–")
    label.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance("00.00"))
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    return label
