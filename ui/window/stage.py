"""The stage: the result as large as fits, the driver small in a corner, and over them what goes on."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QHideEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.live.shown import Shown, State
from puppet.picture import Picture
from puppet.steering.settling import SETTLING
from ui.window.colours import STAGE
from ui.window.dropped import dropped, is_welcome
from ui.window.fitted_picture import FittedPicture, place_within
from ui.window.settling_clock import SettlingClock
from ui.window.stage_inset import ROUNDING as INSET_ROUNDING
from ui.window.stage_inset import StageInset
from ui.window.stage_marks import DriverMarks, Marks, paint_keypoints
from ui.window.stage_overlay import ROUNDING, Overlay
from ui.window.stage_signs import paint_drop_hint, round_off
from ui.window.stage_words import EASED, Situation, headline, spoken

SETTLING_STATES: tuple[State, ...] = ("settling",)

TURN_MS = 40
"""How often the wheel turns on while something is awaited, ms."""

EASED_FOR = 1.0
"""How long it is told that motion was held back, s, so that the words do not flicker."""


class Stage(QWidget):
    """Shows what it was last given: paints once for each picture, and copies none. GUI thread."""

    swapped = Signal()
    """The two pictures shall change places."""

    dropped = Signal(list)
    """These files (list of `Path`) were dropped on it."""

    pasted = Signal(object)
    """This `Picture`, which is no file, was dropped on it."""

    def __init__(self, on_painted: Callable[[float], None] | None = None) -> None:
        """`on_painted` hears how long each painting of a picture took, s."""
        super().__init__()
        self._on_painted = on_painted
        self._shown: Shown | None = None
        self._marks = Marks()
        self._situation = Situation()
        self._armed_until = 0.0
        self._settling = SettlingClock(SETTLING, SETTLING_STATES)
        self._eased_until = 0.0
        self._dropping = False
        self._large, self._small = FittedPicture(), FittedPicture()
        self._driver_marks = DriverMarks()
        self._turning = QTimer(self)
        self._turning.setInterval(TURN_MS)
        self._turning.timeout.connect(self.update)
        self.inset = StageInset(self)
        self.inset.clicked.connect(self.swapped)
        self.inset.placed.connect(self.update)
        self.setAcceptDrops(True)
        self.setAccessibleName("Stage")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 220)
        self._refresh()

    # What is shown

    def show_shown(self, shown: Shown, marks: Marks) -> None:
        """Show a picture of the run from the next painting on."""
        fresh = self._shown is None or (shown.state, shown.trouble) != (self._shown.state, self._shown.trouble)
        self._settling.look(shown)
        if shown.eased >= EASED and shown.state == "live":
            self._eased_until = perf_counter() + EASED_FOR
        self._shown, self._marks = shown, marks
        self._arrange()
        if fresh:
            self._refresh()
        self.update()

    def show_situation(self, situation: Situation) -> None:
        """Tell what goes on besides the pictures; costs nothing where it is the same as before."""
        self._armed_until = perf_counter() + situation.arming if situation.arming > 0 else 0.0
        if situation != self._situation:
            self._situation = situation
            self._arrange()
            self._refresh()
            self.update()

    @property
    def words(self) -> str:
        """All that it says, in sentences."""
        return self.accessibleDescription()

    @property
    def settled(self) -> float:
        """How much of the time for the neutral pose is over, 0 to 1; 0 where none is awaited."""
        return self._settling.share

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide, as calls are."""
        return QSize(896, 504)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the small picture in its corner."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Turn while something is awaited."""
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing turns where nobody looks."""
        self._turning.stop()
        super().hideEvent(event)

    def _refresh(self) -> None:
        """What follows from other words."""
        self.setAccessibleDescription(spoken(self._shown, self._situation, self._marks.when_lost))
        told = headline(self._shown, self._situation)
        self._turning.start() if told is not None and told.waiting and self.isVisible() else self._turning.stop()

    def _pictures(self) -> tuple[Picture | None, Picture | None]:
        """What is shown large and small."""
        shown, marks = self._shown, self._marks
        if shown is None:
            return None, None
        driver = shown.frame.picture if shown.frame is not None else None
        if driver is None or shown.state == "real face" or headline(shown, self._situation) is not None or self._dropping:
            return shown.image, None
        if marks.swapped:
            return driver, shown.image
        return shown.image, driver if marks.driver else None

    def _arrange(self) -> None:
        small = self._pictures()[1]
        self.inset.setVisible(small is not None)
        if small is not None:
            self.inset.fit(small.shape[1] / small.shape[0])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the pictures, then what lies on them."""
        start = perf_counter()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        painter.fillRect(room, STAGE)
        large, small = self._pictures()
        if large is not None:
            place = place_within(large, room)
            self._large.paint(painter, large, place, self.devicePixelRatioF())
            self._paint_marks(painter, place, driver=self._marks.swapped and small is not None)
        if small is not None:
            self._paint_small(painter, small)
        self._overlay(start, small is not None).paint(painter, room)
        if self._dropping:
            paint_drop_hint(painter, room, ROUNDING, "Drop a picture to wear it")
        round_off(painter, room, ROUNDING, self.palette().color(QPalette.ColorRole.Window))
        painter.end()
        if self._on_painted is not None and large is not None:
            self._on_painted(perf_counter() - start)

    def _paint_small(self, painter: QPainter, picture: Picture) -> None:
        place = QRectF(self.inset.geometry())
        corners = QPainterPath()
        corners.addRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), INSET_ROUNDING, INSET_ROUNDING)
        painter.save()
        painter.setClipPath(corners)
        self._small.paint(painter, picture, place, self.devicePixelRatioF())
        self._paint_marks(painter, place, driver=not self._marks.swapped)
        painter.restore()

    def _paint_marks(self, painter: QPainter, place: QRectF, driver: bool) -> None:
        shown, marks = self._shown, self._marks
        assert shown is not None
        if driver:
            self._driver_marks.paint(painter, shown, marks, place, self.devicePixelRatioF())
        elif marks.keypoints and shown.posed is not None and shown.state in ("live", "take"):
            paint_keypoints(painter, shown.posed.points, place)

    def _overlay(self, now: float, with_inset: bool) -> Overlay:
        return Overlay(
            self._shown,
            self._marks,
            self._situation,
            QRectF(self.inset.geometry()) if with_inset else None,
            self.inset.at_top,
            self.inset.at_left,
            self.settled,
            max(0.0, self._armed_until - now),
            now < self._eased_until,
            now,
        )

    # What is dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Welcome files and pictures."""
        if is_welcome(event.mimeData()):
            event.acceptProposedAction()
            self._show_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802
        """They went elsewhere."""
        self._show_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what was dropped."""
        self._show_dropping(False)
        files, picture = dropped(event.mimeData())
        if files:
            self.dropped.emit(files)
        elif picture is not None:
            self.pasted.emit(picture)
        else:
            return
        event.acceptProposedAction()

    def _show_dropping(self, dropping: bool) -> None:
        self._dropping = dropping
        self._arrange()
        self.update()
