"""An engine that must be built first is built while another serves, and takes over between two frames."""

import threading
from collections.abc import Callable

import pytest

from engines.building.build_progress import BuildStoppedError, Report
from puppet.demo import DemoAnimator, DemoFaceFinder
from puppet.errors import EngineError
from puppet.live.shown import Facts, Parts
from tests.session_parts import Watch, state
from ui.session import model_change
from ui.session import opening as opening_module
from ui.session.live_session import LiveSession

WORDS = "Building demo for a quick card"


class Workshop:
    """Opens the demo on what is ready, or builds for as long as `done` is not set."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.begun = threading.Event()
        self.stopped = False
        self.opened: list[str] = []
        self.failure: EngineError | None = None

    def open_parts(
        self, _model: str, _engine: str, *, tell: Callable[[str], None], report: Report | None = None, build: bool = True
    ) -> Parts:
        name = "built" if build else "ready"
        if build:
            assert report is not None
            self.begun.set()
            while not self.done.wait(0.005):
                if not report(0.25, "animate"):
                    self.stopped = True
                    raise BuildStoppedError("The build was stopped.")
            if self.failure is not None:
                raise self.failure
        else:
            tell("The quick card is passed over. Build its engines.")
        self.opened.append(name)
        return Parts(DemoAnimator(), DemoFaceFinder(), Facts("demo", name, "no device", "" if build else "The quick card is passed over."))


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Set up before the session is: it takes part in its opening."""
    workshop = Workshop()
    for module in (opening_module, model_change):
        monkeypatch.setattr(module, "open_parts", workshop.open_parts)
    monkeypatch.setattr(model_change, "engine_to_build", lambda *_: WORDS)
    return workshop


def test_the_better_engine_takes_over_when_it_is_built(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live" and session.status.engine == "ready")
    watch(lambda: session.work == (f"{WORDS} …", 0.25))
    assert session.status.passed_over == "The quick card is passed over."
    assert state(session) == "live", "the one that is ready serves meanwhile"
    workshop.done.set()
    watch(lambda: session.status.engine == "built")
    watch(lambda: not session.tasks.words)
    assert session.status.passed_over == ""
    assert workshop.opened == ["ready", "built"]


def test_what_was_passed_over_is_told_at_once(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    watch(lambda: "passed over" in session.notice)
    workshop.done.set()
    watch(lambda: session.status.engine == "built")


def test_a_build_that_is_cancelled_stops_and_the_ready_engine_stays(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    watch(workshop.begun.is_set)
    session.tasks.cancel()
    watch(lambda: not session.tasks.words)
    assert workshop.stopped
    assert session.status.engine == "ready"
    watch(lambda: state(session) == "live")


def test_a_build_that_fails_is_told_and_the_ready_engine_stays(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    workshop.failure = EngineError("The compiler ran out of memory.", "Close other programs.")
    workshop.done.set()
    watch(lambda: "ran out of memory" in session.notice)
    assert session.status.engine == "ready"
    assert (session.settings.model, session.settings.engine) == ("demo", "auto")
