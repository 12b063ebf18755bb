"""The window of a live run: the driver and the portrait side by side, what happens, and how long it takes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from puppet.errors import PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer, Shown
from puppet.portraits.portrait import Portrait
from puppet.portraits.wardrobe import Wardrobe
from ui.window.elided_label import ElidedLabel
from ui.window.picture_view import PictureView
from ui.window.portrait_strip import KEYS, PortraitStrip
from ui.window.timings_table import TimingsTable, dim, milliseconds

PULL_MS = 12
"""How often the window looks for a new picture, ms."""

TELL_MS = 400
"""How often words and figures are written anew, ms: slower than pictures, so that they can be read."""

LEAST_WORDS = 150
"""Room that the words on driver, model and pace have in the smallest window, px of the screen's own scale."""

MESSAGES = {"live": "", "settling": "Look straight ahead …", "no face": "No face in sight: the last picture is held"}

HINTS = (("1 – 9, 0", "portrait"), ("X", "neutral pose: now"), ("M", "mirror"), ("Esc", "quit"))


class LiveWindow(QWidget):
    """Pulls pictures on a timer and posts orders; it never waits for the run. GUI thread."""

    def __init__(self, pipeline: Pipeline, wardrobe: Wardrobe) -> None:
        """Shows a run that its owner starts and stops; `failure` is what ended it, once the window has closed by itself."""
        super().__init__()
        self.failure: BaseException | None = None
        self._pipeline = pipeline
        self._wardrobe = wardrobe
        self._reader = pipeline.shown.reader()
        self._unpainted: Shown | None = None
        self._worn = 0
        self._troubles: dict[int, str] = {}
        self._notice = ""
        self.setWindowTitle("Puppet")
        self._driver_view = PictureView("Driver")
        self._portrait_view = PictureView("Portrait", self._painted)
        self._portrait_view.show_message("Opening the model …")
        self._driver_view.show_message("Opening the camera …")
        self.strip = PortraitStrip(wardrobe.paths, self.wear)
        self.views = (self._driver_view, self._portrait_view)
        self._shares = QHBoxLayout()
        self._words = {name: ElidedLabel("…", LEAST_WORDS) for name in ("Driver", "Model", "Pace")}
        self._notice_label = ElidedLabel()
        self._table = TimingsTable()
        self._lay_out()
        self.resize(1040, 644)
        for index in range(len(wardrobe.paths)):
            self._fetch(index, lambda *_: None)
        self._pull_timer = self._every(PULL_MS, self._pull, Qt.TimerType.PreciseTimer)
        self._tell_timer = self._every(TELL_MS, self._tell, Qt.TimerType.CoarseTimer)

    def wear(self, index: int) -> None:
        """Put on the portrait of this number, from 0, as soon as it is ready; the present one serves until then."""
        if index < len(self._wardrobe.paths):
            self._notice = ""
            self._fetch(index, partial(self._put_on, index))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Obey the keys that the hints name."""
        key = event.key()
        if event.text() and event.text() in KEYS:
            self.wear(KEYS.index(event.text()))
        elif key == Qt.Key.Key_X:
            self._pipeline.post(Puppeteer.recalibrate)
        elif key in (Qt.Key.Key_M, Qt.Key.Key_Space):
            self._pipeline.post(Puppeteer.turn_mirror)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Q):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Look no more."""
        self._pull_timer.stop()
        self._tell_timer.stop()
        super().closeEvent(event)

    # What is seen

    def _pull(self) -> None:
        """Show the newest picture if it is new; close the window if the run has ended."""
        try:
            ended = self._pipeline.wait(0)
        except BaseException as error:  # to be raised where the window was opened
            self.failure = error
            ended = True
        if ended:
            self.close()
            return
        read = self._reader.take()
        if read is not None:
            shown = self._unpainted = read.value
            self._share_width(shown)
            self._driver_view.show_picture(shown.frame.picture, "", shown.tracked.square if shown.state != "no face" else None)
            self._portrait_view.show_picture(shown.image, MESSAGES[shown.state])
            self._portrait_view.caption = self.strip.show_worn(self._worn)

    def _share_width(self, shown: Shown) -> None:
        """Give driver and portrait widths under which both are equally high."""
        for index, picture in enumerate((shown.frame.picture, shown.image)):
            self._shares.setStretch(index, round(100 * picture.shape[1] / picture.shape[0]))

    def _painted(self, seconds: float) -> None:
        """The portrait was painted: once for each picture that counts as its arrival."""
        shown, self._unpainted = self._unpainted, None
        if shown is not None:
            self._pipeline.timings.sample("screen", seconds)
            self._pipeline.timings.arrive("screen", shown.frame.captured)

    def _tell(self) -> None:
        """Write the words and figures anew."""
        snapshot, facts, camera = self._pipeline.timings.snapshot(), self._pipeline.facts, self._pipeline.camera
        self._words["Driver"].setText(camera.words)
        if camera.lost:
            self._driver_view.show_message(camera.words)  # until the next picture
        if facts is not None:
            self._words["Model"].setText(f"{facts.model}, on {facts.engine}, {facts.device}")
        screen = snapshot.sinks.get("screen")
        if screen is not None:
            skipped = self._pipeline.skipped["render"]
            self._words["Pace"].setText(f"{screen.rate:.1f} frames per second, {milliseconds(screen.age.p50)} ms old, {skipped} skipped")
        self._table.show_snapshot(snapshot)
        self._show_wardrobe()

    def _show_wardrobe(self) -> None:
        for index, button in enumerate(self.strip.buttons):
            portrait = self._wardrobe.at_hand(index)
            if portrait is not None and not button.has_picture:
                button.show_picture(portrait.face)
            button.tell(self._troubles.get(index, ""))
        self._notice_label.setText(self._notice)

    # Portraits

    def _fetch(self, index: int, swap: Callable[[Puppeteer, Portrait], None]) -> None:
        self._pipeline.prepare(partial(self._wardrobe.read, index), swap, partial(self._refuse, index))

    def _put_on(self, index: int, puppeteer: Puppeteer, portrait: Portrait) -> None:
        """On the render thread: wear a portrait that is ready."""
        puppeteer.wear(portrait)
        self._worn = index

    def _refuse(self, index: int, error: PuppetError) -> None:
        """On the worker: remember why a portrait can't be worn, until the words are written anew."""
        self._troubles[index] = self._notice = str(error)

    # What it is made of

    def _every(self, pause_ms: int, action: Callable[[], None], kind: Qt.TimerType) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(kind)
        timer.timeout.connect(action)
        timer.start(pause_ms)
        return timer

    def _lay_out(self) -> None:
        self._shares.setSpacing(12)
        for view in self.views:
            self._shares.addWidget(view, 1)
        words = QFormLayout()
        words.setHorizontalSpacing(16)
        words.setVerticalSpacing(2)
        for name, label in self._words.items():
            words.addRow(dim(QLabel(name)), label)
        figures = QHBoxLayout()
        figures.setSpacing(32)
        figures.addLayout(words, 1)
        figures.addWidget(self._table, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addWidget(self._notice_label, 1)
        foot.addWidget(_hints())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(12)
        whole.addLayout(self._shares, 1)
        whole.addWidget(self.strip)
        whole.addLayout(figures)
        whole.addLayout(foot)


def _hints() -> QLabel:
    """The keys and what they do."""
    return dim(QLabel((4 * "&nbsp;").join(f"<b>{key}</b>&nbsp;{does}" for key, does in HINTS)))
