"""How a command ends: with a sentence, with a status, and even when a thread does not."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["print('{}')", "screen.print('many words ' * 10_000)", "sys.exit(print('told'))"])
def test_a_full_disk_behind_standard_output_is_a_sentence(words: str, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"import sys\nfrom ui.console import run_command, screen\nrun_command(lambda: {words})"
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == EXIT_CODE
    assert ended.stderr.splitlines() == [
        "Error: The disk is full: standard output was not written.",
        "Free some space or write to another disk.",
    ]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_left_ends_it_without_a_word(unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    script = "import sys\nfrom ui.console import run_command\nrun_command(lambda: print('many words ' * 100_000))"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 1


def test_another_trouble_of_the_system_is_not_taken_for_that_of_standard_output() -> None:
    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        run_command(fill)
