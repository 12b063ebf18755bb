"""`puppet-engine bench`: the engines raced on one model."""

from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from engines.building.parity_gate import judge, reference_of
from engines.engine import Precision
from engines.faces.finder import open_face_finder
from engines.measuring.bench import bench, bench_faces
from engines.measuring.contenders import Absence, find_contenders
from engines.measuring.floor import Floors
from engines.measuring.lanes import Lane
from puppet.assets import EMBEDDED_MODEL, model_folder, portraits
from puppet.contract import read_card
from puppet.errors import EngineError
from puppet.portraits.portrait import load_portrait
from ui.build_bar import BuildBar
from ui.console import notices, screen
from ui.engine.bench_tables import bench_tables
from ui.engine.options import DeviceName, Engines, Json, Model, Threads


def bench_engines(
    *,
    model: Model = EMBEDDED_MODEL,
    engine: Engines = None,
    device: DeviceName = None,
    precision: Annotated[Precision, typer.Option(help="What to compute in; auto is each device's fastest, and f32 beside it.")] = "auto",
    threads: Threads = 0,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long to race, s.")] = 10,
    build: Annotated[bool, typer.Option(help="Build engines that are not built yet, or leave them out.")] = True,
    floor: Annotated[
        bool, typer.Option(help="Measure what this computer could do at best, and tell how far each engine is from it.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Race the engines on one model: times by stage, frames per second, memory, likeness, and the distance to the floor.

    Engines take turns in short blocks, so that a busy computer is as unkind to one as to the other; ratios are to the first.
    """
    folder = model_folder(model)
    card = read_card(folder)
    found, absent = find_contenders(engine or (), device, precision)
    with ExitStack() as opened:
        finder = open_face_finder()
        opened.callback(finder.close)
        portrait = load_portrait(portraits()[0], finder, card.side)
        lanes: list[Lane] = []
        remarks: list[str] = []
        with BuildBar() as bar:
            for contender in found:
                opener = partial(contender.open, folder, card, threads)
                try:
                    if build:
                        contender.prepare(folder, bar.follow(f"Building for {contender}"))
                    lane = opened.enter_context(Lane(opener, portrait.face, contender.gpu))
                except EngineError as error:
                    bar.check()
                    absent.append(Absence(str(contender), error))
                else:
                    lanes.append(lane)
                    if precision not in ("auto", lane.animator.device.precision):
                        remarks.append(f"{contender} computes in {lane.animator.device.precision} on this computer.")
        _tell_absent(absent, named=bool(engine), alone=not lanes, what=str(folder))
        with notices.status(f"Racing for {seconds:g} s ..."):
            reference = reference_of(folder)
            floors = Floors(folder, threads) if floor else None
            result = bench(lanes, portrait.face, seconds, floors=floors, gate=lambda animator: judge(animator, reference))
            result.remarks[:0] = remarks
            result.faces = bench_faces(finder, portrait.picture, runs=max(5, round(4 * seconds)))
    if as_json:
        screen.print_json(result.model_dump_json())
    else:
        screen.print(bench_tables(result), highlight=False)


def _tell_absent(absent: list[Absence], *, named: bool, alone: bool, what: str) -> None:
    """Say who is left out and why. Raises `EngineError` where an engine was named, or where nobody is left (`alone`)."""
    if absent and (named or (alone and len(absent) == 1)):
        raise absent[0].error
    if alone:
        raise EngineError(f"No engine can run {what}: {'; '.join(map(str, absent))}.", "See what there is: puppet-engine list")
    for each in absent:
        notices.print(f"Left out {escape(str(each))}.", highlight=False, soft_wrap=True)
