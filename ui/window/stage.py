"""The stage: the result as large as fits, the driver small in a corner, and over them what goes on."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from puppet.live.shown import Shown, State
from puppet.picture import Picture
from puppet.steering.settling import SETTLING
from ui.window.colours import STAGE
from ui.window.drop_zone import DropZone
from ui.window.fitted_picture import FittedPicture, place_within
from ui.window.settling_clock import SettlingClock
from ui.window.situation import Situation
from ui.window.stage_inset import ROUNDING as INSET_ROUNDING
from ui.window.stage_inset import StageInset
from ui.window.stage_marks import DriverMarks, Marks, face_place, paint_keypoints
from ui.window.stage_overlay import ROUNDING, Overlay
from ui.window.stage_signs import paint_drop_hint, round_off
from ui.window.stage_words import EASED, headline, spoken
from ui.window.turning import Turning

SETTLING_STATES: tuple[State, ...] = ("settling",)

EASED_FOR = 1.0
"""How long it is told that motion was held back, s, so that the words do not flicker."""


class Stage(DropZone):
    """Shows what it was last given: paints once for each picture, and copies none. GUI thread."""

    swapped = Signal()
    """The two pictures shall change places."""

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
        self._large, self._small = FittedPicture(), FittedPicture()
        self._driver_marks = DriverMarks()
        self._turning = Turning(self)
        self.inset = StageInset(self)
        self.inset.clicked.connect(self.swapped)
        self.inset.placed.connect(self.update)
        self.setAccessibleName("Stage")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 220)
        self._refresh()

    # What is shown

    def show_shown(self, shown: Shown, marks: Marks) -> None:
        """Show a picture of the run from the next painting on."""
        fresh = self._shown is None or _told_of(shown) != _told_of(self._shown)
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

    def _refresh(self) -> None:
        """Say it to those who hear the screen."""
        self.setAccessibleDescription(spoken(self._shown, self._situation, self._marks.when_lost))

    def _pictures(self) -> tuple[Picture | None, Picture | None]:
        """What is shown large and small."""
        shown, marks = self._shown, self._marks
        if shown is None:
            return None, None
        driver = shown.frame.picture if shown.frame is not None else None
        if driver is None or shown.state == "real face" or headline(shown, self._situation) is not None or self.dropping:
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
        told = headline(self._shown, self._situation)
        if told is not None and told.waiting:
            self._turning.start()
        if self.dropping:
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
            paint_keypoints(painter, shown.posed.points, face_place(shown, place))

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

    def show_dropping(self, dropping: bool) -> None:
        """The result alone is seen below what is held over it."""
        super().show_dropping(dropping)
        self._arrange()


def _told_of(shown: Shown) -> tuple[str, ...]:
    """What of a picture is said in words."""
    return shown.state, shown.trouble, shown.remark
