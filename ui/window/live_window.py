"""The window of a live run: what it is made of, and which order each of its controls gives."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from puppet.errors import PuppetError
from puppet.live.shown import Shown
from ui.session.devices import Devices
from ui.session.live_session import LiveSession
from ui.session.orders import ORDERS
from ui.window.icon_button import IconButton
from ui.window.key_desk import KeyDesk
from ui.window.latency_graph import LatencyGraph
from ui.window.portrait_desk import PortraitDesk
from ui.window.portrait_strip import PortraitStrip
from ui.window.pulse import Pulse
from ui.window.settings_drawer import SettingsDrawer
from ui.window.stage import Stage
from ui.window.stage_marks import marks_for
from ui.window.stage_words import Situation
from ui.window.start_button import StartButton
from ui.window.status_line import StatusLine
from ui.window.task_bar import TaskBar
from ui.window.theme import UNIT, apply_theme
from ui.window.welcome_desk import WelcomeDesk

PULL_MS = 10
"""How often the window looks for a new picture, ms."""

TELL_MS = 250
"""How often words and figures are written anew, ms: slower than pictures, so that they can be read."""

GRAPH_MS = 1000
"""How often the latency graph takes a look, ms."""

TOOLS = (
    ("recalibrate", "person", "Take this pose as neutral"),
    ("auto_calibrate", "search", "Find the neutral pose by itself"),
    ("mirror_driver", "swap", "Mirror your picture"),
    ("snapshot", "snapshot", "Save a picture"),
    ("record", "record", "Record"),
)
"""Actions that have a button at the left of the start button, with icon and words."""

PANELS = (
    ("toggle_timings", "graph", "Latency graph"),
    ("show_keys", "keys", "Keys"),
    ("show_settings", "settings", "Settings"),
)
"""Those at its right."""


class LiveWindow(QWidget):
    """Pulls pictures on a timer and gives orders to the session; it never waits. GUI thread.

    Shows a session that its owner enters and leaves. `failure` is what ended the run: an expected error stays to be read, any other
    closes the window.
    """

    def __init__(self, session: LiveSession, *, guided: bool = False) -> None:
        """`guided`: begin with the page of the first start."""
        super().__init__()
        self.failure: BaseException | None = None
        self.pulse = Pulse(PULL_MS / 1000)
        self._session = session
        self._reader = session.pipeline.shown.reader()
        self._unpainted: Shown | None = None
        self._rate = ""
        self._shown_settings: object = None
        self._keys_of: object = None
        self.setWindowTitle("Puppet")
        self.setAccessibleName("Puppet")
        apply_theme(_application(), session.settings.view.theme)
        self.stage = Stage(self._painted)
        self.strip = PortraitStrip()
        self.start = StartButton()
        self.status = StatusLine()
        self.tasks = TaskBar()
        self.graph = LatencyGraph()
        self.drawer = SettingsDrawer()
        self.welcome: WelcomeDesk | None = None
        self._pages = QStackedWidget()
        self.keys = KeyDesk(session, self, self.fire)
        self.portraits = PortraitDesk(session, self.strip, self)
        self.buttons = {name: self._button(name, icon, words) for name, icon, words in (*TOOLS, *PANELS)}
        self._connect()
        self._lay_out()
        self.drawer.hide()
        self.graph.setVisible(session.settings.view.timings)
        self.drawer.show_settings(session.settings)
        self.resize(1120, 800)
        if guided:
            self._show_welcome()
        self._tell()
        self._timers = [
            self._every(PULL_MS, self._pull, Qt.TimerType.PreciseTimer),
            self._every(TELL_MS, self._tell, Qt.TimerType.CoarseTimer),
            self._every(GRAPH_MS, self._draw_graph, Qt.TimerType.CoarseTimer),
        ]

    def fire(self, action: str) -> None:
        """Do what an action is for; what can't be done is told."""
        own: dict[str, Callable[[], object]] = {
            "import_portrait": self.strip.choose_files,
            "paste_portrait": self._paste,
            "full_screen": self._turn_full_screen,
            "show_settings": self._turn_drawer,
            "show_keys": self.keys.show_sheet,
            "quit": self.close,
        }
        try:
            own[action]() if action in own else ORDERS[action](self._session)
        except PuppetError as error:
            self._session.complain(error)
        self._tell()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Look no more."""
        for timer in self._timers:
            timer.stop()
        self.keys.close()
        super().closeEvent(event)

    # What is seen

    def _pull(self) -> None:
        """Show the newest picture if it is new; see whether the run has ended."""
        self.pulse.beat()
        try:
            ended = self._session.pipeline.wait(0)
        except PuppetError as error:
            self._end_with(error)
            return
        except BaseException as error:  # to be raised where the window was opened
            self.failure = error
            ended = True
        if ended:
            if not isinstance(self.failure, PuppetError):  # that one is being read
                self.close()
            return
        read = self._reader.take()
        if read is not None:
            self._unpainted = read.value
            face = self._session.rack.worn_face() if self._session.settings.portraits.overlay else None
            self.stage.show_shown(read.value, marks_for(self._session.settings, face, self._rate))
            if self.welcome is not None:
                self.welcome.show_shown(read.value)

    def _painted(self, seconds: float) -> None:
        """The stage was painted: once for each picture that counts as its arrival."""
        shown, self._unpainted = self._unpainted, None
        if shown is not None:
            self._session.timings.sample("screen", seconds)
            self._session.timings.arrive("screen", shown.moment)

    def _tell(self) -> None:
        """Write the words and figures anew, and show what has changed."""
        session = self._session
        session.look()
        settings, output = session.settings, session.output
        snapshot = session.timings.snapshot()
        screen = snapshot.sinks.get("screen")
        self._rate = f"{screen.rate:.0f} fps · {screen.age.p50 * 1000:.0f} ms" if screen is not None else ""
        self.stage.show_situation(
            Situation(
                camera=session.pipeline.camera,
                opening=self._awaited(),
                output=output.state,
                test_card=settings.output.test_card and output.wanted,
                recording=session.recording.seconds,
                taking=session.takes.is_recording,
                arming=session.real_face.seconds_left,
                hide_key=self.keys.map.key_of("arm_real_face"),
                message=session.notice,
                failure=(self.failure.sentence, self.failure.hint) if isinstance(self.failure, PuppetError) else ("", ""),
            )
        )
        self.status.show_status(session.status, self._remedy()[0])
        self.tasks.show_task(*session.work)
        self.start.show_state(output.state, output.words)
        self._show_keys()
        self.portraits.refresh()
        if self.welcome is not None:
            self.welcome.refresh()
        self.buttons["record"].show_icon(
            "stop" if session.recording.seconds is not None else "record", session.recording.seconds is not None
        )
        self.buttons["auto_calibrate"].setChecked(session.calibrating)
        self.buttons["mirror_driver"].setChecked(settings.camera.mirror)
        self.buttons["toggle_timings"].setChecked(settings.view.timings)
        self.buttons["show_settings"].setChecked(self.drawer.isVisible())
        self.graph.setVisible(settings.view.timings)
        if self._shown_settings is not settings:
            self._shown_settings = settings
            self.drawer.show_settings(settings)
            apply_theme(_application(), settings.view.theme)

    def _awaited(self) -> str:
        """What there is to wait for before the first picture."""
        done, total = self._session.rack.progress
        if not self._session.rack.is_ready and done == total:
            return "add a portrait to begin: drop a picture here, paste one, or press +"
        return "waiting for the first picture" if self._session.pipeline.facts is not None else f"opening {self._session.settings.model}"

    def _show_keys(self) -> None:
        """Say on each control which key does the same; a person may have changed it."""
        if self._keys_of is not self.keys.map:
            self._keys_of = self.keys.map
            self.start.show_key(self.keys.map.key_of("toggle_output"))
            for name, _, words in (*TOOLS, *PANELS):
                self.buttons[name].show_words(words, self.keys.map.key_of(name))

    def _draw_graph(self) -> None:
        if self.graph.isVisible():
            self.graph.add(self._session.timings.snapshot(), self._session.pipeline.skipped)

    def _end_with(self, error: PuppetError) -> None:
        """The run can't go on: say why for as long as the window is open."""
        self.failure = error
        if self.welcome is not None:
            self._leave_welcome()
        self._tell()

    # What a person does

    def _remedy(self) -> tuple[str, Callable[[], object]]:
        """What can be done about the trouble that is told: the words on its button, and what that does."""
        session = self._session
        if session.output.state == "failed" and session.status.trouble == session.output.words:
            return "What to do", self._show_steps
        if session.pipeline.camera.lost:
            return "Choose a camera", self._open_drawer
        return ("Choose an engine", self._open_drawer) if session.status.trouble else ("", lambda: None)

    def _mend(self) -> None:
        self._remedy()[1]()

    def _show_steps(self) -> None:
        """The steps to a virtual camera, to be read and copied beside the window."""
        output = self._session.output
        box = QMessageBox(QMessageBox.Icon.Information, "Virtual camera", output.words, QMessageBox.StandardButton.Close, self)
        box.setInformativeText(output.hint)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _change(self, setting: str, value: object) -> None:
        """A control of the drawer was moved."""
        try:
            self._session.adjust(**{setting: value})
        except PuppetError as error:
            self._session.complain(error)
        self._shown_settings = None

    def _turn_drawer(self) -> None:
        self.drawer.hide() if self.drawer.isVisible() else self._open_drawer()

    def _open_drawer(self) -> None:
        self.drawer.show()
        self.drawer.search.setFocus()
        self._session.find_devices(self._offer)

    def _offer(self, devices: Devices) -> None:
        """Let the drawer name what there is."""
        for setting, choices in (
            ("camera__source", devices.cameras),
            ("output__device", devices.outputs),
            ("recording__microphone", devices.microphones),
            ("model", devices.models),
            ("engine", devices.engines),
            ("safety__idle_take", devices.takes),
        ):
            self.drawer.choices(setting, choices)

    def _paste(self) -> None:
        if not self.strip.paste():
            self._session.say("There is no picture on the clipboard.")

    def _turn_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def _swap(self) -> None:
        self._session.adjust(view__swapped=not self._session.settings.view.swapped)

    # What it is made of

    def _show_welcome(self) -> None:
        self.welcome = WelcomeDesk(self._session, self, self._leave_welcome)
        self._pages.addWidget(self.welcome.page)
        self._pages.setCurrentWidget(self.welcome.page)

    def _leave_welcome(self) -> None:
        desk, self.welcome = self.welcome, None
        if desk is not None:
            self._pages.removeWidget(desk.page)
            desk.page.deleteLater()
            self.start.setFocus()

    def _connect(self) -> None:
        self.stage.swapped.connect(self._swap)
        self.stage.dropped.connect(self._session.rack.add)
        self.stage.pasted.connect(self._session.rack.paste)
        self.start.clicked.connect(lambda: self.fire("toggle_output"))
        self.status.remedy_wanted.connect(self._mend)
        self.tasks.cancelled.connect(self._session.tasks.cancel)
        self.drawer.changed.connect(self._change)
        self.drawer.closed.connect(self._turn_drawer)

    def _button(self, action: str, icon: str, words: str) -> IconButton:
        checkable = action in ("auto_calibrate", "mirror_driver", "toggle_timings", "show_settings")
        button = IconButton(icon, words, checkable=checkable, side=40)
        button.clicked.connect(lambda: self.fire(action))
        return button

    def _every(self, pause_ms: int, action: Callable[[], None], kind: Qt.TimerType) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(kind)
        timer.timeout.connect(action)
        timer.start(pause_ms)
        return timer

    def _lay_out(self) -> None:
        left, right = QHBoxLayout(), QHBoxLayout()
        for name, *_ in TOOLS:
            left.addWidget(self.buttons[name])
        left.addStretch()
        right.addWidget(self.tasks, 1)
        for name, *_ in PANELS:
            right.addWidget(self.buttons[name])
        tools = QHBoxLayout()
        for part, share in ((left, 1), (self.start, 0), (right, 1)):
            tools.addLayout(part, share) if isinstance(part, QHBoxLayout) else tools.addWidget(part, share)
        column = QVBoxLayout()
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, UNIT)
        column.setSpacing(UNIT + UNIT // 2)
        column.addWidget(self.stage, 1)
        column.addWidget(self.graph)
        column.addWidget(self.strip)
        column.addLayout(tools)
        column.addWidget(self.status)
        main = QWidget()
        beside = QHBoxLayout(main)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addLayout(column, 1)
        beside.addWidget(self.drawer)
        self._pages.addWidget(main)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)


def _application() -> QApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QApplication)
    return application
