"""`puppet-engine list`: what there is, what `auto` would choose, and what was built."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from engines.building.engine_store import EngineStore
from engines.choosing.automatic import Choice, Trial, choose, remembered, situation_of
from engines.choosing.engine_search import is_here
from engines.registry import RUNTIMES, Availability, Candidate, survey
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.contract import read_card
from puppet.errors import EngineError
from ui.console import notices, screen
from ui.engine.bench_tables import milliseconds
from ui.engine.known_graphs import known_folders, known_graphs
from ui.engine.options import Json, Model
from ui.engine.store_table import store_table


def list_engines(
    *,
    model: Model = EMBEDDED_MODEL,
    auto: Annotated[bool, typer.Option(help="Tell what --engine auto takes; the first time it tries them, a second or two.")] = True,
    as_json: Json = False,
) -> None:
    """Show each engine with its devices, or why it can't be used; what auto chooses, and why; and the engines that were built.

    Nothing is built and nothing remembered by this.
    """
    found = survey()
    choice = _choice(model) if auto else None
    stored = EngineStore().entries()
    if as_json:
        rows = [{**each._asdict(), "devices": [device._asdict() for device in each.devices]} for each in found]
        told = choice.model_dump(mode="json") if isinstance(choice, Choice) else None
        built = [each.model_dump(mode="json") for each in stored]
        screen.print_json(json.dumps({"engines": rows, "auto": told, "trouble": choice if isinstance(choice, str) else "", "built": built}))
        return
    screen.print(_devices_table(found))
    if isinstance(choice, str):
        screen.print(f"\nauto: {escape(choice)}", highlight=False)
    elif choice:
        _show(choice, model)
    if stored:
        screen.print("\n[bold]Built engines[/]")
        screen.print(store_table(stored, known_graphs(known_folders([model]))))


def _choice(model: str) -> Choice | str:
    """What `auto` took and would take again, or would take, on this computer; in words why it can take nothing."""
    folder = model_folder(model)
    card = read_card(folder)
    situation = situation_of(card, None, "auto", 0)
    known = remembered(situation)
    if known and is_here(Candidate(RUNTIMES[known.chosen.runtime], known.chosen.device)):
        return known
    others = {trial.name: trial for trial in known.trials if trial.name != known.chosen.name} if known else {}
    try:
        with notices.status("Trying the engines ..."):
            choice, animator = choose(folder, card, situation, known=others, build=False)
    except EngineError as error:
        return str(error)
    animator.close()
    return choice


def _devices_table(found: Sequence[Availability]) -> Table:
    table = Table("engine", "version", "device", "what it is", "computes in", box=None, header_style="bold", pad_edge=False)
    for each in found:
        for device in each.devices:
            table.add_row(each.name, each.version, device.name, escape(device.description), device.precision)
        if each.reason:
            table.add_row(each.name, each.version or "-", "[red]none[/]", escape(each.reason), "")
    return table


def _show(choice: Choice, model: str) -> None:
    """Print what `auto` chooses: the fastest that passes the gate."""
    chosen = choice.chosen
    screen.print(
        f"\n[bold]auto[/] runs {escape(model)} on [bold]{escape(chosen.name)}[/] in {chosen.precision}: the fastest that passes the gate.",
        highlight=False,
    )
    table = Table("tried", "computes in", box=None, header_style="bold", pad_edge=False)
    for heading in ("frame ms", "points", "PSNR dB"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for trial in choice.trials:
        if trial.milliseconds or trial.verdict:
            table.add_row(trial.name, trial.precision, *_figures(trial), _standing(trial, chosen))
    screen.print(table)
    for words in choice.words():
        screen.print(escape(words), highlight=False)
    if remembered(choice.situation) == choice:
        screen.print("Remembered from an earlier start. To have the engines compared anew: puppet-engine prune --all", highlight=False)
    pending = [trial.name for trial in choice.trials if trial.pending]
    if pending:
        screen.print(f"To be built first: {', '.join(pending)}. puppet-engine build", highlight=False)
    absent = [trial.name for trial in choice.trials if not (trial.milliseconds or trial.verdict or trial.pending or trial.missed)]
    if absent:
        screen.print(f"Not here: {', '.join(absent)}.", style="dim", highlight=False)


def _figures(trial: Trial) -> tuple[str, str, str]:
    likeness = (f"{trial.verdict.points:.1e}", f"{trial.verdict.psnr:.1f}") if trial.verdict else ("", "")
    return milliseconds(trial.milliseconds) if trial.milliseconds else "", *likeness


def _standing(trial: Trial, chosen: Trial) -> str:
    if trial.name == chosen.name:
        return "[bold]chosen[/]"
    return "slower" if trial.passed else f"[red]refused:[/] {escape(trial.verdict.reason if trial.verdict else trial.reason)}"
