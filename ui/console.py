"""What every command shares: where words go, and how a command ends."""

import os
import sys
import threading
from collections.abc import Callable
from time import perf_counter
from typing import NoReturn

from rich.console import Console
from rich.markup import escape

from puppet.errors import EXIT_CODE, PuppetError

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
    """Run a Typer app and exit; an expected error becomes its sentence and a status other than zero, Ctrl-C a status of 130."""
    try:
        command()
        status = 0
    except SystemExit as ended:  # how Typer ends every command
        status = ended.code if isinstance(ended.code, int) else 0
    except PuppetError as error:
        say_error(error)
        status = EXIT_CODE
    except KeyboardInterrupt:
        notices.print("Interrupted.")
        status = 130
    _leave(status)


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
