"""`puppet-engine verify`: everything that can draw goes through the parity gate again."""

import json
from collections.abc import Sequence

import typer
from rich.markup import escape
from rich.table import Table

from ui.console import notices, screen
from ui.engine.known_graphs import known_folders
from ui.engine.options import DeviceName, Engines, Json, Models
from ui.engine.verification import Verification, Verified, untried

FAILURE = 1
"""Exit status where something failed."""

STYLES = {"passed": "green", "failed": "bold red", "not tried": "yellow"}


def verify_engines(*, model: Models = None, engine: Engines = None, device: DeviceName = None, as_json: Json = False) -> None:
    """Put every engine that was built and every runtime here to the parity gate again, on the embedded models.

    Stored pictures are drawn and held to float32 on the processor: keypoints within 5e-3, pictures at least 35 dB.

    An engine that was built and fails is removed, to be built again. Exits with 1 if something failed, with 0 if nothing did.
    """
    rows: list[Verified] = []
    folders = known_folders(model or ())
    with notices.status("Verifying ...") as status:
        for folder in folders:
            rows += Verification(folder, lambda words: status.update(f"Verifying {escape(words)} ...")).run(engine or (), device)
    rows += untried(folders, rows)
    if as_json:
        screen.print_json(json.dumps([row.model_dump() for row in rows]))
    else:
        screen.print(_table(rows), highlight=False)
    if any(row.state == "failed" for row in rows):
        raise typer.Exit(FAILURE)


def _table(rows: Sequence[Verified]) -> Table:
    table = Table("model", "engine", "precision", box=None, header_style="bold", pad_edge=False)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("PSNR dB", justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        figures = (f"{row.verdict.points:.1e}", f"{row.verdict.psnr:.1f}") if row.verdict else ("", "")
        words = f"[{STYLES[row.state]}]{row.state}[/]" + (f": {escape(row.reason)}" if row.reason else "")
        table.add_row(escape(row.model), escape(row.engine), row.precision, *figures, words)
    return table
