"""How a command ends: with a sentence, with a status, and even when a thread does not."""

import os
import threading
from collections.abc import Callable

import pytest
import typer

from puppet.errors import EXIT_CODE, MediaError
from ui import console
from ui.console import run_command


def ended(command: Callable[[], object]) -> object:
    """The status that a command exits with."""
    with pytest.raises(SystemExit) as caught:
        run_command(command)
    return caught.value.code


def fail() -> None:
    raise MediaError(f"There is no file {'far/' * 60}a.mp4.", "Check the [name].")


def interrupt() -> None:
    raise KeyboardInterrupt


def leave_with_seven() -> None:
    raise typer.Exit(7)


def test_an_error_is_its_sentence_and_its_hint_a_line_each_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(fail) == EXIT_CODE
    assert capsys.readouterr().err.splitlines() == [f"Error: There is no file {'far/' * 60}a.mp4.", "Check the [name]."]


def test_a_status_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    app.command()(leave_with_seven)
    assert ended(lambda: app([])) == 7
    assert ended(lambda: None) == 0
    assert ended(interrupt) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_a_thread_that_is_about_to_end_is_waited_for() -> None:
    done = threading.Event()
    threading.Timer(0.05, done.set).start()
    thread = threading.Thread(target=done.wait, name="puppet-render", daemon=True)
    thread.start()
    assert ended(lambda: None) == 0
    assert not thread.is_alive()


def test_a_thread_that_is_stuck_does_not_change_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(BaseException):
        """The process would be no more."""

    def leave(status: int) -> None:
        raise Gone(status)

    monkeypatch.setattr(console, "LAST_GRACE", 0.02)
    monkeypatch.setattr(os, "_exit", leave)
    free = threading.Event()
    stuck = threading.Thread(target=free.wait, name="puppet-render", daemon=True)
    stuck.start()
    with pytest.raises(Gone) as caught:
        run_command(fail)
    free.set()
    stuck.join()
    assert caught.value.args == (EXIT_CODE,)
