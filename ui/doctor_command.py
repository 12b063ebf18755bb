"""`puppet-doctor`: one page about this computer, to be pasted into a report."""

import json
import re
from typing import Annotated

import typer
from rich.text import Text

from ui.console import notices, run_command, screen

app = typer.Typer(add_completion=False)

TITLE = re.compile(r" {4}\S")
"""A line of the page that begins at its margin."""

IMPOSSIBLE = 1
"""Exit status where live use is not possible."""


@app.command()
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the page.")] = False,
    model: Annotated[list[str] | None, typer.Option(metavar="FOLDER", help="A model folder to check too; may be given again.")] = None,
    profile: Annotated[str, typer.Option(metavar="NAME", help="The settings of this profile.")] = "",
) -> None:
    """Look at everything that a live run needs and print a page for a report: what there is, what is wrong, and how to mend it.

    Nothing is changed, tried out or sent anywhere. Exits with 0 where live use is possible, with 1 where it is not.
    """
    from ui.doctor.examination import examine  # noqa: PLC0415  after --help, which needs none of it
    from ui.doctor.page import page  # noqa: PLC0415

    with notices.status("Looking around ..."):
        report = examine(profile, model or ())
    if as_json:
        screen.file.write(json.dumps(report.model_dump(mode="json"), indent=2) + "\n")
    else:
        for line in page(report).splitlines():
            screen.print(Text(_printable(line), "bold" if TITLE.match(line) else ""), soft_wrap=True)
    raise typer.Exit(0 if report.live else IMPOSSIBLE)


def _printable(line: str) -> str:
    """A line in what the output can show: a camera's name may be in letters that it has not."""
    encoding = screen.encoding
    return line.encode(encoding, "replace").decode(encoding)


def main() -> None:
    """Run the command."""
    run_command(app)
