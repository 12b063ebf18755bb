"""The enhancer's training: a bank of drawn faces, made once, then step after step until the plan or the time is through."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from puppet.plugins import open_face_finder
from training.cost import count_cost
from training.enhancing.enhancer_card import SOURCES, EnhancerCard, write_enhancer
from training.enhancing.enhancer_export import export_enhancer
from training.enhancing.enhancer_judgement import Tools, graph_restorer, judge_enhancer
from training.enhancing.enhancer_losses import enhancer_losses
from training.enhancing.enhancer_state import EnhancerState
from training.enhancing.face_bank import FaceBank
from training.enhancing.face_feed import FaceFeed
from training.enhancing.plan import RESULT_SIDE, SIDE, EnhancerPlan
from training.enhancing.unseen_faces import UnseenFaces
from training.exporting.graph_runs import GraphRun
from training.fitting.loss_log import LossLog
from training.fitting.session import InterruptedRunError, Session, refuse_used_folder
from training.judging.identity import IdentityEmbedder
from training.judging.perceived_distance import PerceivedDistance
from training.networks.pair import NetworkPair
from training.objectives.perceptual import load_lpips

SAVE_EVERY_S = 300.0


class Drawing(NamedTuple):
    """The model whose faces are made sharper."""

    name: str
    networks: NetworkPair


def train_enhancer(
    plan: EnhancerPlan,
    drawing: Drawing,
    data: Sequence[Path],
    folder: Path,
    *,
    time_limit_s: float | None = None,
    resume: bool = False,
) -> EnhancerCard | None:
    """Train an enhancer for what a model draws; bank, state, log and sheets go to `folder`, and at the end the graph with its card.

    Stops when the plan is through, at the time limit, or at Ctrl-C (then without a graph, which is None), always saved. Raises
    `TrainingError` for data or a folder that can't be used, or where LPIPS' weights or what the figures need is not installed, `ModelError`
    for a graph that is not what torch computes.
    """
    if not resume:
        refuse_used_folder(folder)
    with Session(folder, data, time_limit_s, SAVE_EVERY_S, None) as session:
        state = EnhancerState(plan)
        tools = Tools(PerceivedDistance(), open_face_finder(), IdentityEmbedder())
        if resume:
            state.load(folder)
        else:
            state.save(folder)
        try:
            train, unseen = open_banks(session, plan, drawing.networks)
            learn(session, state, FaceFeed(train, plan), UnseenFaces(unseen, load_lpips(torch.device("cpu"))))
            session.check()
            return _export(session, state, unseen, drawing, tools)
        except InterruptedRunError:
            session.log("# stopped; go on with --resume")
            return None


def open_banks(session: Session, plan: EnhancerPlan, drawing: NetworkPair) -> tuple[FaceBank, FaceBank]:
    """The faces to learn from and those of people who are never learnt from, drawn where they aren't yet. Raises `InterruptedRunError`."""
    train = FaceBank(session.folder / "bank_train", session.data, plan, "train")
    unseen = FaceBank(session.folder / "bank_val", session.data, plan.unseen(), "val")
    for name, bank, jittered in (("learn from", train, True), ("judge by", unseen, False)):
        with _showing(session, f"Drawing faces to {name}") as advance:
            bank.fill(drawing, advance, jittered)
        counts = ", ".join(f"{len(kept.full())} {kind}" for kind, kept in bank.kinds.items())
        session.log(f"# faces to {name}: {counts}")
    return train, unseen


def learn(session: Session, state: EnhancerState, feed: FaceFeed, unseen: UnseenFaces) -> None:
    """Steps until the plan is through or the session is over; saved and judged now and then, and at the end."""
    plan = state.plan
    session.log(f"# {state.samples} of {plan.samples} samples done, torch {torch.__version__}, {torch.get_num_threads()} threads")
    told = LossLog(session, "enhancer", plan.samples, state.samples)
    saved = time.monotonic()
    lpips = unseen.lpips
    while not state.is_done and not session.is_over:
        losses = enhancer_losses(state.network, feed.batch(state.steps), plan, lpips, state.steps)
        state.apply(losses["total"])
        told.add(losses)
        ends = state.is_done or session.is_over
        if told.is_due() or ends:
            told.write(state.samples, state.rate(), state.samples)
        if ends or time.monotonic() - saved > session.save_every_s:
            state.save(session.folder)
            _judge(session, state, unseen)
            saved = time.monotonic()


def _export(session: Session, state: EnhancerState, unseen: FaceBank, drawing: Drawing, tools: Tools) -> EnhancerCard:
    """Judge the graph and write it with its card. Raises `InterruptedRunError` at a signal."""
    network = state.average
    graph = export_enhancer(network)
    restore = graph_restorer(GraphRun(graph))
    with _showing(session, "Judging") as advance:
        metrics = judge_enhancer(restore, unseen, drawing.networks, tools, advance)
    image = torch.zeros(1, 3, SIDE, SIDE)
    cost = count_cost(network, lambda: network(image))
    card = EnhancerCard(
        side=SIDE,
        result_side=RESULT_SIDE,
        parameters=cost.parameters,
        multiply_accumulates=cost.multiply_accumulates,
        training_data=list(SOURCES),
        drawn_by=drawing.name,
        steps=state.steps,
        samples=state.samples,
        metrics=metrics,
    )
    session.log(f"= {card.name} " + " ".join(f"{name} {value:.4f}" for name, value in metrics.items()))
    return write_enhancer(session.folder, graph, card)


def _judge(session: Session, state: EnhancerState, unseen: UnseenFaces) -> None:
    """Judge the averaged network, unless a signal asks to leave."""
    try:
        figures = unseen.judge(state.average, session.check)
        sheet = unseen.sheet(state.average)
    except InterruptedRunError:
        return
    session.log(f"= enhancer {state.samples} " + " ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    session.scalars.add({f"validation/{name}": value for name, value in figures.items()}, state.samples)
    session.scalars.add_picture("sheets/enhancer", sheet, state.samples)
    unseen.write_sheet(sheet, session.folder / "sheets" / f"enhancer_{state.samples:07d}.png")


@contextmanager
def _showing(session: Session, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of what takes long; what it yields leaves at a signal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)
            session.check()

        yield advance
