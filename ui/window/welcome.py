"""The page of the first start: a camera, a portrait, a look straight ahead, and off one goes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from puppet.live.shown import Shown
from ui.window.portrait_tile import StripItem
from ui.window.settling_clock import SettlingClock
from ui.window.stage_signs import bold
from ui.window.step_line import StepLine
from ui.window.welcome_steps import CameraStep, PortraitStep, PoseStep, ReadyStep

HOLD = 1.5
"""How long a face is looked at until its pose is taken for neutral, s."""

WIDEST = 760
"""px of the screen's own scale, as are all below."""

MARGIN = 24

STEPS = ("Camera", "Portrait", "Pose", "Ready")

TITLES = (
    ("Choose your camera", "Puppet follows your face. Your picture stays on this computer."),
    ("Choose a face to wear", "Click a portrait, or add your own: drop a picture here or press +."),
    ("Look straight ahead", "Keep a relaxed face for a moment. Your movements are measured from this pose."),
    ("You are ready", "Start the virtual camera now, or whenever you like from the main window."),
)

NOBODY_SEEN, STEADY, TAKEN = "Nobody is in sight yet", "Keep still …", "That is your neutral pose."

CHOOSE = "In Zoom, Teams, Discord or your browser, choose the camera “{name}”."


class Welcome(QWidget):
    """Asks nothing that can't be left for later: every step can be passed, and all of it skipped. GUI thread.

    It shows what it is given and tells what is wanted; what was chosen holds at once.
    """

    camera_chosen = Signal(str)
    """The camera of this source shall drive."""

    portrait_chosen = Signal(int)
    portraits_added = Signal(list)
    portrait_pasted = Signal(object)
    """As the row of portraits tells them."""

    neutral_wanted = Signal()
    """The present pose shall be the neutral one."""

    output_wanted = Signal()
    """The virtual camera shall be started; `finished` follows."""

    finished = Signal()
    """It was gone through or skipped, and is not to be shown again."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Welcome to Puppet")
        self._clock = SettlingClock(HOLD, ("live", "settling"))
        self._taken = False
        self.camera, self.portrait, self.pose, self.ready = CameraStep(), PortraitStep(), PoseStep(), ReadyStep()
        self.pages = QStackedWidget()
        for page in (self.camera, self.portrait, self.pose, self.ready):
            self.pages.addWidget(page)
        self.line = StepLine(STEPS)
        self.title, self.subtitle = QLabel(), QLabel()
        self.skip, self.back, self.onward = QPushButton("Skip"), QPushButton("Back"), QPushButton("Next")
        self.camera.list.activated.connect(lambda index: self.camera_chosen.emit(str(self.camera.list.itemData(index))))
        strip = self.portrait.strip
        strip.chosen.connect(self.portrait_chosen)
        strip.added.connect(self.portraits_added)
        strip.pasted.connect(self.portrait_pasted)
        self.pose.again.clicked.connect(self._begin_pose)
        self.skip.clicked.connect(self._leave)
        self.back.clicked.connect(lambda: self.go_to(self.step - 1))
        self.onward.clicked.connect(self._go_on)
        self._lay_out()
        self.show_output("")
        self.go_to(0)

    @property
    def step(self) -> int:
        """Where one is, from 0."""
        return self.pages.currentIndex()

    def go_to(self, step: int) -> None:
        """Show a step."""
        self.pages.setCurrentIndex(step)
        self.line.show_step(step)
        title, subtitle = TITLES[step]
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        last = step == len(STEPS) - 1
        self.onward.setText("Start virtual camera" if last else "Next")
        self.skip.setText("Not now" if last else "Skip")
        self.back.setEnabled(step > 0)
        if self.pages.currentWidget() is self.pose and not self._taken:
            self._begin_pose()
        self.onward.setFocus()

    # What is shown

    def show_cameras(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """The cameras there are, source and words of each, and which one drives; costs nothing where they are the same as before."""
        cameras = self.camera.list
        if [(cameras.itemData(index), cameras.itemText(index)) for index in range(cameras.count())] != list(choices):
            cameras.clear()
            for source, words in choices:
                cameras.addItem(words, source)
        if chosen != cameras.currentData():
            cameras.setCurrentIndex(cameras.findData(chosen))

    def show_camera_words(self, words: str) -> None:
        """What is wrong with the camera, or that it is being opened; empty while its pictures come."""
        self.camera.view.show_message(words)

    def show_portraits(self, items: Sequence[StripItem], worn: int | None) -> None:
        """The portraits there are, and the number of the one that is worn."""
        self.portrait.strip.show_entries(items)
        self.portrait.strip.show_worn(worn)

    def show_output(self, name: str) -> None:
        """What other programs call the virtual camera; empty where that isn't known."""
        self.ready.words.setText(CHOOSE.format(name=name or "Puppet"))

    def show_shown(self, shown: Shown) -> None:
        """Show a new picture of the run where this step has a use for it."""
        driver = shown.frame.picture if shown.frame is not None else None
        page = self.pages.currentWidget()
        if page is self.camera and driver is not None:
            outline = shown.tracked.square if shown.tracked.face is not None else None
            self.camera.view.show_picture(driver, self.camera.view.message, outline)
        elif page is self.pose:
            self._watch_pose(shown)
            self.pose.view.show_picture(driver, 1.0 if self._taken else self._clock.share)
        elif page is self.portrait:
            self.portrait.view.show_picture(shown.image)
        elif page is self.ready:
            self.ready.view.show_picture(shown.image)

    def _watch_pose(self, shown: Shown) -> None:
        if self._taken:
            return
        share = self._clock.look(shown)
        if share >= 1:
            self._taken = True
            self.neutral_wanted.emit()
        self._say_pose(TAKEN if self._taken else STEADY if share > 0 else NOBODY_SEEN)

    def _begin_pose(self) -> None:
        self._taken = False
        self._clock.reset()
        self._say_pose(NOBODY_SEEN)

    def _say_pose(self, words: str) -> None:
        if words != self.pose.words.text():
            self.pose.words.setText(words)
            self.pose.again.setVisible(self._taken)

    # Where one goes

    def _go_on(self) -> None:
        if self.step < len(STEPS) - 1:
            self.go_to(self.step + 1)
        else:
            self.output_wanted.emit()
            self._leave()

    def _leave(self) -> None:
        self.finished.emit()

    def _lay_out(self) -> None:
        self.title.setFont(bold(self.title.font(), 1.7))
        for label in (self.title, self.subtitle):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.subtitle.setWordWrap(True)
        self.subtitle.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.skip.setFlat(True)
        self.onward.setProperty("primary", True)
        for button in (self.skip, self.back, self.onward):
            button.setMinimumHeight(36)
            button.setAutoDefault(True)
        self.onward.setMinimumWidth(176)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.skip)
        foot.addStretch()
        foot.addWidget(self.back)
        foot.addWidget(self.onward)
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addSpacing(24)
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addSpacing(16)
        column.addWidget(self.pages, 1)
        column.addSpacing(16)
        column.addLayout(foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addStretch(1)
        whole.addWidget(inside, 1000)
        whole.addStretch(1)
