"""Sharper faces in a session: the network is opened beside the run, put in when it is ready, and let go of where it can't be had."""

import threading
from collections.abc import Iterator

import pytest

from puppet.demo import DemoRestorer
from puppet.errors import EngineError, ModelError
from puppet.live.puppeteer import Puppeteer
from tests.live_parts import live_settings
from tests.session_parts import Watch, make_session, state
from ui.session import enhance_control, model_change
from ui.session.enhance_control import Enhancing
from ui.session.live_session import LiveSession
from ui.session.opening import open_parts
from ui.session.orders import ORDERS


class Opened(DemoRestorer):
    """A restorer that tells which one it is, and whether it was closed."""

    def __init__(self, model: str, enhancer: str) -> None:
        super().__init__()
        self.model = model
        self.name = enhancer or "built in"
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Restorers:
    """Opens a restorer for each file but `bad.onnx`, once it may."""

    def __init__(self) -> None:
        self.opened: list[Opened] = []
        self.asked = 0
        self.may_open = threading.Event()
        self.may_open.set()

    def __call__(self, model: str, enhancer: str) -> Opened:
        self.asked += 1
        assert self.may_open.wait(10)
        if enhancer == "bad.onnx":
            raise ModelError("bad.onnx is no restorer.", "Name another file.")
        self.opened.append(Opened(model, enhancer))
        return self.opened[-1]

    @property
    def in_use(self) -> list[str]:
        """Those that are not closed."""
        return [restorer.name for restorer in self.opened if not restorer.closed]


@pytest.fixture
def restorers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Restorers]:
    restorers = Restorers()
    monkeypatch.setattr(enhance_control, "open_restorer", restorers)
    yield restorers
    restorers.may_open.set()
    assert restorers.in_use == [], "the session has ended"


@pytest.fixture
def session(restorers: Restorers, session: LiveSession) -> LiveSession:
    """One whose restorers are counted."""
    return session


def is_idle(session: LiveSession) -> bool:
    return not session.tasks.words


def enhancing(session: LiveSession) -> Enhancing:
    return Enhancing(session.settings.portraits.enhance, session.settings.portraits.enhancer)


def test_it_is_turned_on_and_off_by_its_order(session: LiveSession, watch: Watch, restorers: Restorers) -> None:
    watch(lambda: state(session) == "live")
    session.look()
    assert (session.status.enhancer, restorers.asked) == ("", 0)
    ORDERS["toggle_enhance"](session)
    assert session.notice == "Sharper face: on"
    assert session.tasks.words == ("Opening the enhancer",)
    watch(lambda: session.status.enhancer == "built in")
    ORDERS["toggle_enhance"](session)
    assert session.notice == "Sharper face: off"
    watch(lambda: session.status.enhancer == "" and restorers.in_use == [])
    assert restorers.asked == 1


def test_another_file_takes_over_and_the_old_one_is_closed(session: LiveSession, watch: Watch, restorers: Restorers) -> None:
    watch(lambda: state(session) == "live")
    session.adjust(portraits__enhancer="one.onnx")
    assert is_idle(session), "a file alone turns nothing on"
    session.adjust(portraits__enhance=True)
    assert session.tasks.words == ("Opening the enhancer one.onnx",)
    watch(lambda: session.status.enhancer == "one.onnx")
    session.adjust(portraits__enhancer="two.onnx")
    watch(lambda: session.status.enhancer == "two.onnx")
    assert restorers.in_use == ["two.onnx"]
    session.adjust(motion__strength=0.7)
    assert is_idle(session) and restorers.asked == 2, "other settings open nothing"


@pytest.mark.parametrize("before", [Enhancing(), Enhancing(True, "one.onnx")])
def test_a_wrong_file_is_refused_and_the_setting_taken_back(
    session: LiveSession, watch: Watch, restorers: Restorers, before: Enhancing
) -> None:
    watch(lambda: state(session) == "live")
    session.adjust(portraits__enhance=before.on, portraits__enhancer=before.enhancer)
    watch(lambda: session.status.enhancer == before.enhancer and is_idle(session))
    session.adjust(portraits__enhance=True, portraits__enhancer="bad.onnx")
    watch(lambda: "bad.onnx is no restorer" in session.notice)
    assert enhancing(session) == before
    assert session.status.enhancer == before.enhancer
    assert restorers.in_use == ([before.enhancer] if before.on else [])
    session.adjust(portraits__enhance=True, portraits__enhancer="two.onnx")
    watch(lambda: session.status.enhancer == "two.onnx")


def test_of_what_changes_while_it_is_opened_the_last_counts(session: LiveSession, watch: Watch, restorers: Restorers) -> None:
    watch(lambda: state(session) == "live")
    restorers.may_open.clear()
    session.adjust(portraits__enhance=True, portraits__enhancer="one.onnx")
    session.adjust(portraits__enhancer="two.onnx")
    restorers.may_open.set()
    watch(lambda: session.status.enhancer == "two.onnx" and is_idle(session))
    assert restorers.in_use == ["two.onnx"]
    restorers.may_open.clear()
    session.adjust(portraits__enhancer="three.onnx")
    session.adjust(portraits__enhance=False)
    restorers.may_open.set()
    watch(lambda: is_idle(session) and session.status.enhancer == "")
    assert enhancing(session) == Enhancing(False, "three.onnx")
    assert restorers.in_use == []


def test_a_wrong_file_asked_for_before_another_takes_nothing_back(session: LiveSession, watch: Watch, restorers: Restorers) -> None:
    watch(lambda: state(session) == "live")
    restorers.may_open.clear()
    session.adjust(portraits__enhance=True, portraits__enhancer="bad.onnx")
    session.adjust(portraits__enhancer="two.onnx")
    restorers.may_open.set()
    watch(lambda: session.status.enhancer == "two.onnx" and is_idle(session))
    assert enhancing(session) == Enhancing(True, "two.onnx")


def test_cancelled_it_goes_on_as_before(session: LiveSession, watch: Watch, restorers: Restorers) -> None:
    watch(lambda: state(session) == "live")
    restorers.may_open.clear()
    session.adjust(portraits__enhance=True)
    watch(lambda: restorers.asked == 1)
    session.tasks.cancel()
    restorers.may_open.set()
    watch(lambda: is_idle(session))
    assert enhancing(session) == Enhancing()
    assert (session.status.enhancer, restorers.in_use) == ("", [])


def test_another_model_goes_with_another_network(
    session: LiveSession, watch: Watch, restorers: Restorers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_change, "open_parts", lambda _, engine, **__: open_parts("demo", engine))
    watch(lambda: state(session) == "live")
    session.adjust(model="other")
    watch(lambda: is_idle(session) and session.model.running.model == "other")
    assert restorers.asked == 0, "nobody wants sharper faces"
    session.adjust(portraits__enhance=True)
    watch(lambda: session.status.enhancer)
    session.adjust(model="demo")
    watch(lambda: len(restorers.opened) == 2 and restorers.opened[0].closed and is_idle(session))
    assert [restorer.model for restorer in restorers.opened] == ["other", "demo"]
    assert session.status.enhancer == "built in"


def test_it_is_opened_after_the_first_picture_where_the_settings_ask_for_it(
    tmp_path_factory: pytest.TempPathFactory, restorers: Restorers, pictures: tuple[object, ...]
) -> None:
    settings = live_settings(model="demo", welcomed=True, portraits__enhance=True, portraits__enhancer="bad.onnx")
    with make_session(tmp_path_factory.mktemp("begun"), pictures, settings) as session:  # type: ignore[arg-type]
        waited = threading.Event()
        for _ in range(1600):
            session.look()
            if "bad.onnx is no restorer" in session.notice:
                break
            waited.wait(0.005)
        assert enhancing(session) == Enhancing()


def test_a_model_that_fails_as_it_is_put_in_is_opened_again_with_it(
    session: LiveSession, watch: Watch, restorers: Restorers, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(lambda: state(session) == "live")
    with monkeypatch.context() as patch:
        failures = [EngineError("The device was lost.", "It is opened again.")]
        really = Puppeteer._set_up

        def set_up(puppeteer: Puppeteer) -> None:
            if failures:
                raise failures.pop()
            really(puppeteer)

        patch.setattr(Puppeteer, "_set_up", set_up)
        session.adjust(portraits__enhance=True)
        watch(lambda: is_idle(session))
        watch(lambda: state(session) == "live" and session.status.enhancer == "built in")
    assert not failures
    assert enhancing(session) == Enhancing(True)
