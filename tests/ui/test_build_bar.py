"""The bar of a build: what is shown where, and Ctrl-C."""

import io
import signal

import pytest
from rich.console import Console

from puppet.errors import EngineError, PuppetError
from ui import build_bar
from ui.build_bar import BuildBar


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes to a terminal."""
    text = io.StringIO()
    monkeypatch.setattr(build_bar, "notices", Console(file=text, force_terminal=True, width=100))
    return text


def test_a_terminal_shows_what_is_being_done(shown: io.StringIO) -> None:
    with BuildBar() as bar:
        assert bar.follow("a card")(0.5, "trying kernels")
    assert "a card" in shown.getvalue() and "50%" in shown.getvalue() and "trying kernels" in shown.getvalue()


def test_nothing_comes_into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the line feed with which a bar ends."""
    text = io.StringIO()
    monkeypatch.setattr(build_bar, "notices", Console(file=text))
    with BuildBar() as bar:
        assert bar.follow("a card")(0.5, "trying kernels")
    assert text.getvalue() == ""


def test_ctrl_c_stops_what_reports_and_comes_in_place_of_the_error_of_it() -> None:
    with pytest.raises(KeyboardInterrupt), BuildBar() as bar:
        report = bar.follow("a card")
        assert report(0.1, "")
        signal.raise_signal(signal.SIGINT)
        assert not report(0.2, "")
        raise EngineError("The build was stopped.")


def test_other_errors_are_not_hidden() -> None:
    with pytest.raises(PuppetError, match="no disk"), BuildBar():
        raise PuppetError("There is no disk.")
