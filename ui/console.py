"""What every command shares: where words go, and how a command ends."""

import errno
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import NoReturn

from rich.console import Console
from rich.markup import escape

from puppet.errors import EXIT_CODE, PuppetError
from puppet.media.whole_file import unwritable

screen = Console()
"""Results for a person, on standard output."""

notices = Console(stderr=True)
"""Progress, warnings and errors, on standard error."""

LAST_GRACE = 5.0
"""How long a command that has ended waits for threads of a live run that are still busy, s."""


def say_error(error: PuppetError) -> None:
    """Print the sentence and the hint of an error, a line each."""
    notices.print(f"[bold red]Error:[/] {escape(error.sentence)}", highlight=False, soft_wrap=True)
    if error.hint:
        notices.print(escape(error.hint), highlight=False, soft_wrap=True)


def run_command(command: Callable[[], object]) -> NoReturn:
    """Run a Typer app and exit; an expected error becomes its sentence and a status other than zero, Ctrl-C a status of 130.

    So does a full disk behind standard output. A reader who wants no more, as `head` does, is left without a word.
    """
    try:
        status = _status(command)
    except OSError:
        refusal = _refusal("\n")
        if refusal is None:  # it was not standard output
            raise
    else:
        refusal = _refusal()
    if refusal is not None:
        _write_no_more()
        status = 1
        if refusal.errno != errno.EPIPE:
            say_error(unwritable(Path("standard output"), refusal))
            status = EXIT_CODE
    _leave(status)


def _status(command: Callable[[], object]) -> int:
    """Run it; the status it ends with."""
    try:
        command()
    except SystemExit as ended:  # how Typer ends every command
        return ended.code if isinstance(ended.code, int) else 0
    except PuppetError as error:
        say_error(error)
        return EXIT_CODE
    except KeyboardInterrupt:
        notices.print("Interrupted.")
        return 130
    return 0


def _refusal(more: str = "") -> OSError | None:
    """Why standard output doesn't take what is still to be written and some more, None where it does or there is none."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(more)
            sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _write_no_more() -> None:
    """Let what standard output still holds go nowhere, so that Python doesn't try it again at the end."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _leave(status: int) -> NoReturn:
    """Exit, without Python's own cleaning up where a thread is stuck in a driver or compiler: it would abort in that thread."""
    deadline = perf_counter() + LAST_GRACE
    busy = [thread for thread in threading.enumerate() if thread.name.startswith("puppet-")]
    try:
        for thread in busy:
            thread.join(max(0.0, deadline - perf_counter()))
    except KeyboardInterrupt:
        status = 130
    if any(thread.is_alive() for thread in busy):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
