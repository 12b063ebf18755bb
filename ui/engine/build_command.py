"""`puppet-engine build`: engines built before they are needed, for the GPU here or for GPUs elsewhere."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from engines.building.chips import read_chips
from engines.building.engine_set import BuildingRuntime, builds
from engines.building.engine_store import EngineStore, StoredEngine
from engines.building.model_build import build_model, ladder
from engines.engine import EngineOptions, Precision
from engines.measuring.contenders import check_known
from engines.registry import RUNTIMES
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.contract import GRAPHS, read_card
from puppet.errors import EngineError
from ui.build_bar import BuildBar
from ui.console import notices, screen
from ui.engine.ahead_build import ahead_runtime, ahead_table, build_ahead
from ui.engine.known_graphs import known_graphs
from ui.engine.options import DeviceName, Engines, Json, Model
from ui.engine.store_table import store_table

REFUSED = 1
"""Exit status where the gate refused what was built."""

CHIPS = "Build for GPUs that need not be here, such as sm_86,sm_89,sm_120 (RTX 30, 40 and 50); only TensorRT-RTX can."


def build_engines(
    *,
    chips: Annotated[str | None, typer.Option("--for", metavar="CHIPS", help=CHIPS)] = None,
    model: Model = EMBEDDED_MODEL,
    precision: Annotated[Precision, typer.Option(help="f16, f32 or i8; auto is the fastest that passes the gate.")] = "auto",
    output: Annotated[Path | None, typer.Option(help="Folder for what --for builds; by default ./engines.")] = None,
    engine: Engines = None,
    device: DeviceName = None,
    as_json: Json = False,
) -> None:
    """Build a model's engines, those of TensorRT, before they are needed.

    For the GPU here they go into the cache, and are used once the parity gate lets them in.

    With --for they go into a folder to ship: called engines, inside the model folder, it saves building where it fits; the gate stays.

    Ctrl-C stops it. What was finished stays, and nothing is left half-written.
    """
    folder = model_folder(model)
    read_card(folder)  # told before anything is built
    check_known(engine or ())
    if chips is not None and device is not None:
        raise EngineError("--device names a GPU that is here; --for builds for GPUs elsewhere.", "Leave one of the two out.")
    if chips is None and output is not None:
        raise EngineError("--output is where the engines of --for go.", "Leave it out: engines for the GPU here go into the cache.")
    target = output or Path("engines")
    try:
        if chips is not None:
            _build_ahead(folder, chips, precision, target, engine, as_json=as_json)
        else:
            _build_here(folder, precision, engine, device, as_json=as_json)
    except KeyboardInterrupt:
        place = "the cache" if chips is None else target
        notices.print(f"Interrupted. What was finished stays in {place}.", highlight=False, markup=False, soft_wrap=True)
        raise


def _build_ahead(folder: Path, chips: str, precision: Precision, output: Path, engines: list[str] | None, *, as_json: bool) -> None:
    runtime = ahead_runtime(engines or ())
    wanted = read_chips(chips)
    with BuildBar() as bar:
        built = build_ahead(folder, runtime, wanted, precision, output=output, follow=bar.follow)
    if as_json:
        screen.print_json(json.dumps([each.model_dump(mode="json") for each in built]))
        return
    screen.print(ahead_table(built))
    total = sum(each.size for each in built) / 1e6
    screen.print(f"{total:.1f} MB in {escape(str(output))}, by {runtime.name} {runtime.version()}.", highlight=False, soft_wrap=True)


def _build_here(folder: Path, precision: Precision, engines: list[str] | None, device: str | None, *, as_json: bool) -> None:
    """Build for every GPU here by every builder that can, or by those named."""
    stored: list[StoredEngine] = []
    refusals: list[str] = []
    absent: list[EngineError] = []
    with BuildBar() as bar:
        for name in engines or RUNTIMES:
            runtime = RUNTIMES[name]
            if not builds(runtime):
                if engines:
                    raise EngineError(f"{name} runs graphs as they are: there is nothing to build.", "Run it: puppet-live --engine " + name)
                continue
            try:
                for where in [device] if device else [each.name for each in runtime.devices()]:
                    verdict = build_model(folder, runtime, where, precision, bar.follow(f"{name} {where}"))
                    stored += _stored(folder, runtime, where, precision)
                    if not verdict.passed:
                        refusals.append(f"{name} {where}: {verdict.reason}")
            except EngineError as error:
                bar.check()
                if engines:
                    raise
                absent.append(error)
    if not stored:
        reasons = list(dict.fromkeys(error.sentence for error in absent)) or ["No engine that builds is installed."]
        hint = absent[0].hint if absent else "Install one: pip install 'puppet[rtx]'"
        raise EngineError(
            f"Nothing can be built for a GPU here. {' '.join(reasons)}", f"{hint}\nFor GPUs elsewhere: puppet-engine build --for sm_86"
        )
    if as_json:
        screen.print_json(json.dumps([each.model_dump(mode="json") for each in stored]))
    else:
        screen.print(store_table(stored, known_graphs([folder])))
    for words in refusals:
        notices.print(f"[bold red]Refused:[/] {escape(words)}", highlight=False, soft_wrap=True)
    if refusals:
        raise typer.Exit(REFUSED)


def _stored(folder: Path, runtime: BuildingRuntime, device: str, precision: Precision) -> list[StoredEngine]:
    """What the store has of a model for one device, in the precisions that were tried."""
    wanted = {
        runtime.key(folder / graph, EngineOptions(device, rung[graph])).digest for rung in ladder(runtime, precision) for graph in GRAPHS
    }
    return [each for each in EngineStore().entries() if each.key.digest in wanted]
