"""An engine that must be built first is built while another serves, and takes over between two frames."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from engines.building.build_progress import BuildStoppedError, Report
from puppet.animator import Encoded
from puppet.demo import DemoAnimator, DemoFaceFinder
from puppet.errors import EngineError
from puppet.live.shown import Facts, Parts
from puppet.motion import Motion
from puppet.picture import Picture
from tests.session_parts import Watch, make_session, state
from ui.session import model_change
from ui.session import opening as opening_module
from ui.session.inbox import Inbox
from ui.session.live_session import LiveSession
from ui.session.model_change import ModelChange, Running
from ui.session.slow_tasks import SlowTask, SlowTasks

WORDS = "Building demo for a quick card"


class Queue:
    """Tasks that are taken and never done."""

    def __init__(self) -> None:
        self.run_words: list[str] = []
        self.heard: Callable[[str], None] = self.run_words.append

    def ask(self, _work: object, heard: Callable[[str], None], _failed: object) -> None:
        self.heard = heard

    def run(self, task: SlowTask, *_: object, **__: object) -> None:
        self.run_words.append(task.words)


class Unwearable(DemoAnimator):
    """Fails once it is used."""

    def wear(self, portrait: Picture | Encoded) -> Motion:
        raise EngineError("The GPU was lost.")


class Workshop:
    """Opens the demo on what is ready, or builds for as long as `done` is not set."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.begun = threading.Event()
        self.stopped = False
        self.opened: list[str] = []
        self.failure: EngineError | None = None
        self.unwearable = False

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
        animator = Unwearable() if build and self.unwearable else DemoAnimator()
        return Parts(animator, DemoFaceFinder(), Facts("demo", name, "no device", "" if build else "The quick card is passed over."))


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


def test_a_build_stops_with_the_session(workshop: Workshop, tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    with make_session(tmp_path, pictures) as session:
        deadline = time.perf_counter() + 8.0
        while not workshop.begun.wait(0.005) and time.perf_counter() < deadline:
            session.look()
    stopped = workshop.stopped
    workshop.done.set()
    assert stopped
    assert (session.settings.model, session.settings.engine) == ("demo", "auto")


def test_a_better_engine_that_fails_as_it_takes_over_is_opened_again(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    workshop.unwearable = True
    workshop.done.set()
    watch(lambda: state(session) == "engine trouble")
    watch(lambda: not session.tasks.words)
    watch(lambda: state(session) == "live")
    assert workshop.opened == ["ready", "built", "ready"]


def test_a_model_chosen_meanwhile_is_not_taken_back_for_a_better_engine() -> None:
    tasks = Queue()
    nothing: Any = lambda *_: None  # noqa: E731
    change = ModelChange(Running("demo", "auto"), cast("SlowTasks", tasks), Inbox(), nothing, changed=nothing, refused=nothing, say=nothing)
    change.prepare_better()
    change.change(Running("demo", "openvino"))
    tasks.heard(WORDS)
    assert tasks.run_words == ["Opening the model demo"]


def test_a_build_that_fails_is_told_and_the_ready_engine_stays(workshop: Workshop, session: LiveSession, watch: Watch) -> None:
    workshop.failure = EngineError("The compiler ran out of memory.", "Close other programs.")
    workshop.done.set()
    watch(lambda: "ran out of memory" in session.notice)
    assert session.status.engine == "ready"
    assert (session.settings.model, session.settings.engine) == ("demo", "auto")
