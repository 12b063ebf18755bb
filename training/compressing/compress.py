"""Compression: which networks the student is, and what it costs and draws beside its teacher."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from puppet.animator import FaceFinder
from puppet.errors import TrainingError
from puppet.picture import Picture
from training.checkpoint import load_networks
from training.compressing.distillation import DistillationStage, reconstruction_loss
from training.compressing.pruning import measure_importance, rank_channels, trace_channels
from training.compressing.pruning_target import Found, find_cut, frame_work, weight_work
from training.compressing.side_by_side import Side, measure_costs, measure_likeness, open_networks, time_in_turns
from training.configuration import CompactConfiguration, FommConfiguration
from training.cost import count_pair_cost, count_parameters
from training.fitting.batch import Batch
from training.fitting.feed import Feed
from training.networks.pair import NetworkPair, build_networks
from training.recipes.recipe_files import load_configuration

IMPORTANCE_BATCHES = 16
"""Batches by which the importance of channels is measured: more than one, for signs cancel within one."""

PARTS = {"keypoints": "detector.", "generator": "generator.", "both": ""}
"""Which layers may lose channels in each stage, by the beginning of their names."""


class Target(NamedTuple):
    """What pruning must get down to: so many parameters or milliseconds a frame, or a share of the work or of the time of a frame."""

    kind: Literal["parameters", "milliseconds", "share of the work", "share of the time"]
    value: float


def start_student(teacher: NetworkPair, recipe: str | None, checkpoint: Path | None) -> NetworkPair:
    """A recipe's fresh networks, those of an earlier stage's checkpoint, or else a copy of the teacher's.

    Raises `TrainingError` for pictures of another side than the teacher's, `ModelError` for what can't be read.
    """
    if recipe is not None:
        student = build_networks(load_configuration(recipe))
    elif checkpoint is not None:
        student, _ = load_networks(checkpoint)
    else:
        student = copy.deepcopy(teacher)
    ours, theirs = student.configuration.side, teacher.configuration.side
    if ours != theirs:
        raise TrainingError(f"The student draws pictures of {ours} px, its teacher of {theirs} px.", "They must be of one side.")
    return student


def refuse_side(networks: NetworkPair, side: int) -> None:
    """Raise `TrainingError` for pictures of a side that the networks can't work on."""
    kind: type[FommConfiguration | CompactConfiguration] = type(networks.configuration)
    try:
        kind.model_validate({**networks.configuration.model_dump(), "side": side})
    except ValueError as error:
        raise TrainingError(f"These networks can't learn from pictures of {side} px.", "Leave out --side: their own side fits.") from error


def prune_to(
    networks: NetworkPair,
    target: Target,
    stage: DistillationStage,
    feed: Feed,
    *,
    engine: str,
    report: Callable[[str], None],
) -> Found:
    """The networks without the channels that matter least, as few of them as the target asks for.

    Raises `TrainingError` where pruning alone can't reach it.
    """
    networks = copy.deepcopy(networks).eval()
    channels = trace_channels(networks)
    report(f"Measuring the importance of {sum(group.size for group in channels.groups.values())} channels.")
    device = next(networks.parameters()).device
    batches = (Batch(*(tensor.to(device) for tensor in batch)) for batch in feed.batches(0, IMPORTANCE_BATCHES))
    losses = (reconstruction_loss(networks, batch) for batch in batches)
    importance = measure_importance(networks, channels, losses)
    work = weight_work(networks) if target.kind == "parameters" else frame_work(networks)
    ranking = rank_channels(channels, importance, work, PARTS[stage])

    def say(cut: float, value: float) -> None:
        report(f"{cut:.1%} of the channels that may go: {value:,.4g} {target.kind}")

    measure, close = _measure(networks, target, engine)
    try:
        return find_cut(networks, channels, ranking, target.value, measure=measure, on_step=say)
    finally:
        close()


def _measure(networks: NetworkPair, target: Target, engine: str) -> tuple[Callable[[NetworkPair], float], Callable[[], None]]:
    """What a candidate is measured by, and what frees the tools of that."""
    if target.kind == "parameters":
        return count_parameters, lambda: None
    if target.kind == "share of the work":
        whole = count_pair_cost(networks.configuration).frame
        return lambda pair: count_pair_cost(pair.configuration).frame / whole, lambda: None
    full = open_networks(networks, "full", engine)
    unit = time_in_turns([full])[0] if target.kind == "milliseconds" else 1.0

    def measured_time(pair: NetworkPair) -> float:
        """By the ratio to the full networks, which take turns with the candidate: no machine is as fast at all times."""
        candidate = open_networks(pair, "candidate", engine)
        try:
            beside, own = time_in_turns([full, candidate])
        finally:
            candidate.close()
        return unit * own / beside

    return measured_time, full.close


def compare(
    teacher: tuple[str, NetworkPair],
    student: tuple[str, NetworkPair],
    stage: DistillationStage,
    *,
    clips: Sequence[Sequence[Picture]],
    finder: FaceFinder | None,
    engine: str,
    report: Callable[[str], None],
) -> tuple[list[Side], str]:
    """Both, by name, with what they cost and, where there are clips, how near they come to them; and the engine that was timed.

    After the stage of the keypoints the student's pictures are drawn by the teacher's generator, for its own has learned nothing yet.
    """
    pairs = (teacher[1], student[1])
    report("Timing both in turns.")
    costs, timed = measure_costs(pairs, engine)
    drawers = pairs
    if stage == "keypoints":
        drawers = (teacher[1], NetworkPair(teacher[1].configuration, student[1].detector, teacher[1].generator))
    sides = []
    for (name, _), cost, drawer in zip((teacher, student), costs, drawers, strict=True):
        if clips:
            report(f"Redrawing {len(clips)} clips of unseen people by {name}.")
        sides.append(Side(name, cost, measure_likeness(drawer, clips, finder) if clips else None))
    return sides, timed
