"""`puppet-engine prune`: engines removed that nothing can use any more."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from engines.building.engine_store import EngineStore
from engines.choosing.automatic import forget
from ui.console import screen
from ui.engine.known_graphs import known_folders, known_graphs
from ui.engine.options import Json, Models
from ui.engine.pruning import Pruning
from ui.engine.store_table import store_table

LITTLE = 50_000
"""Bytes that would be rounded to none."""


def prune_engines(
    *,
    model: Models = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Remove all engines, what builders and runtimes keep, and what auto remembers.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
    as_json: Json = False,
) -> None:
    """Remove engines that are stale: of another version, of another driver, or of a graph that no model here has any more.

    Models here are the embedded ones and those of --model; engines of others are built again when they are next used.
    """
    graphs = known_graphs(known_folders(model or ()))
    store = EngineStore()
    pruning = Pruning(store, set(graphs), everything=everything)
    doomed = pruning.doomed()
    size = pruning.size() if dry_run else pruning.run()
    if everything and not dry_run:
        forget()
    if as_json:
        rows = [{**stored.model_dump(mode="json"), "stale": why} for stored, why in doomed]
        screen.print_json(json.dumps({"engines": rows, "bytes": size, "removed": not dry_run}))
        return
    if doomed:
        why = {stored.key.digest: reason for stored, reason in doomed}
        screen.print(store_table([stored for stored, _ in doomed], graphs, why))
    screen.print(
        escape(_summary(store.folder.parent if everything else store.folder, size, dry_run=dry_run)), highlight=False, soft_wrap=True
    )
    if everything:
        screen.print(f"auto {'would compare' if dry_run else 'compares'} the engines anew at the next start.", highlight=False)


def _summary(folder: Path, size: int, *, dry_run: bool) -> str:
    if not size:
        return f"There is nothing to remove in {folder}."
    words = f"{size / 1e6:.1f} MB" if size >= LITTLE else "Less than 0.1 MB"
    return f"{words} {'would be removed' if dry_run else 'removed'} from {folder}."
