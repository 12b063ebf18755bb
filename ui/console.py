"""What every command shares: where words go, and how an expected error ends a command."""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from puppet.errors import EXIT_CODE, PuppetError

screen = Console()
"""Results for a person, on standard output."""

notices = Console(stderr=True)
"""Progress, warnings and errors, on standard error."""


def say_error(error: PuppetError) -> None:
    """Print the sentence and the hint of an error."""
    notices.print(f"[bold red]Error:[/] {escape(error.sentence)}", highlight=False)
    if error.hint:
        notices.print(escape(error.hint), highlight=False)


def run_command(command: Callable[[], object]) -> None:
    """Run a Typer app; an expected error becomes its sentence and a non-zero exit, Ctrl-C an exit with 130."""
    try:
        command()
    except PuppetError as error:
        say_error(error)
        sys.exit(EXIT_CODE)
    except KeyboardInterrupt:
        notices.print("Interrupted.")
        sys.exit(130)
