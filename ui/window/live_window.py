"""The window of a live run: what it is made of, and which order each of its controls gives."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from puppet.errors import PuppetError
from puppet.live.shown import Shown
from ui.session.live_session import LiveSession
from ui.session.orders import ORDERS
from ui.window.key_desk import KeyDesk
from ui.window.latency_graph import LatencyGraph
from ui.window.portrait_desk import PortraitDesk
from ui.window.portrait_strip import PortraitStrip
from ui.window.pulse import Pulse
from ui.window.remedy import remedy_for, show_steps
from ui.window.settings_desk import SettingsDesk
from ui.window.situation import situation_of
from ui.window.stage import Stage
from ui.window.stage_marks import marks_for
from ui.window.status_line import StatusLine
from ui.window.theme import UNIT, apply_theme
from ui.window.tool_row import ToolRow
from ui.window.welcome_desk import WelcomeDesk

PULL_MS = 10
"""How often the window looks for a new picture, ms."""

TELL_MS = 250
"""How often words and figures are written anew, ms: slower than pictures, so that they can be read."""

GRAPH_MS = 1000
"""How often the latency graph takes a look, ms."""


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
        self._theme = session.settings.view.theme
        self.setWindowTitle("Puppet")
        self.setAccessibleName("Puppet")
        apply_theme(_application(), self._theme)
        self.stage = Stage(self._painted)
        self.strip = PortraitStrip()
        self.tools = ToolRow()
        self.start, self.tasks = self.tools.start, self.tools.tasks
        self.status = StatusLine()
        self.graph = LatencyGraph()
        self.welcome: WelcomeDesk | None = None
        self._pages = QStackedWidget()
        self.keys = KeyDesk(session, self, self.fire)
        self.portraits = PortraitDesk(session, self.strip, self)
        self.settings = SettingsDesk(session, self)
        self.drawer = self.settings.drawer
        self._connect()
        self._lay_out()
        self.graph.setVisible(session.settings.view.timings)
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
            "show_settings": self.settings.turn,
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
        settings, recording = session.settings, session.recording.seconds is not None
        screen = session.timings.snapshot().sinks.get("screen")
        self._rate = f"{screen.rate:.0f} fps · {screen.age.p50 * 1000:.0f} ms" if screen is not None else ""
        self.stage.show_situation(situation_of(session, self.keys.map.key_of("arm_real_face"), self.failure))
        self.status.show_status(session.status, remedy_for(session).words)
        self.tasks.show_task(*session.work)
        self.start.show_state(session.output.state, session.output.words)
        self.tools.show_keys(self.keys.map)
        self.tools.show_recording(recording)
        self.tools.show_people(settings.camera.people)
        self.tools.show_on(
            {
                "auto_calibrate": session.calibrating,
                "mirror_driver": settings.camera.mirror,
                "toggle_enhance": settings.portraits.enhance,
                "toggle_timings": settings.view.timings,
                "show_settings": self.drawer.isVisible(),
            }
        )
        self.portraits.refresh()
        self.settings.refresh()
        if self.welcome is not None:
            self.welcome.refresh()
        self.graph.setVisible(settings.view.timings)
        if self._theme != settings.view.theme:
            self._theme = settings.view.theme
            apply_theme(_application(), self._theme)

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

    def _mend(self) -> None:
        """Lead to what can be done about the trouble that is told."""
        place = remedy_for(self._session).place
        if place == "steps":
            show_steps(self._session.output, self)
        elif place == "settings":
            self.settings.open()

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
        self.stage.added.connect(self._session.rack.add)
        self.stage.pasted.connect(self._session.rack.paste)
        self.tools.fired.connect(self.fire)
        self.status.remedy_wanted.connect(self._mend)
        self.tasks.cancelled.connect(self._session.tasks.cancel)

    def _every(self, pause_ms: int, action: Callable[[], None], kind: Qt.TimerType) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(kind)
        timer.timeout.connect(action)
        timer.start(pause_ms)
        return timer

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, UNIT)
        column.setSpacing(UNIT + UNIT // 2)
        column.addWidget(self.stage, 1)
        column.addWidget(self.graph)
        column.addWidget(self.strip)
        column.addWidget(self.tools)
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
