"""Teacher and student side by side: size, work, measured time, and how near their pictures come to the truth."""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from puppet import contract
from puppet.animator import Animator, FaceFinder
from puppet.contract import write_card
from puppet.picture import Picture
from puppet.plugins import open_animator
from training.cost import count_pair_cost, count_parameters
from training.data.clip_store import ClipStore
from training.exporting.export_graphs import PREDICTION, trace_pair
from training.exporting.onnx_edits import without_output
from training.judging.evaluation import find_faces, keypoint_distance, mean_of_finite
from training.judging.torch_animator import TorchAnimator
from training.model_card import card_of
from training.networks.pair import NetworkPair

JUDGED_CLIPS, JUDGED_FRAMES = 8, 24
"""How many clips of unseen people, and frames of each, are redrawn for the table."""

EAGER = "torch"
"""The engine that runs networks as they are."""


class Costs(NamedTuple):
    """megabytes: of all weights in float32; macs (multiply-accumulates) and milliseconds: of a frame, the portrait being encoded."""

    parameters: int
    megabytes: float
    macs: int
    milliseconds: float


class Likeness(NamedTuple):
    """l1: of 1, over frames redrawn from their clip's first; akd: distance of 68 landmarks, px at 256, None without a face finder."""

    l1: float
    akd: float | None


class Side(NamedTuple):
    """One of the two in the table; `likeness` is None where nothing was drawn."""

    name: str
    costs: Costs
    likeness: Likeness | None


def open_networks(networks: NetworkPair, name: str, engine: str) -> Animator:
    """The networks behind an animator: eagerly in torch on the CPU, or exported and run by the engine named."""
    card = card_of(networks.configuration, name)
    if engine == EAGER:
        return TorchAnimator(networks, card, torch.device("cpu"))
    graphs = trace_pair(networks)
    graphs[contract.ANIMATE] = without_output(graphs[contract.ANIMATE], PREDICTION)
    with tempfile.TemporaryDirectory() as folder:
        for file, graph in graphs.items():
            (Path(folder) / file).write_bytes(graph)
        write_card(Path(folder), card)
        return open_animator(Path(folder), engine)


def time_in_turns(animators: Sequence[Animator], *, rounds: int = 30) -> list[float]:
    """Median milliseconds of a frame (detect and animate) of each; they take turns at every frame, so that none has the quiet moments."""
    random = np.random.default_rng(0)
    pictures = []
    for animator in animators:
        picture = random.integers(0, 256, (animator.card.side, animator.card.side, 3), np.uint8)
        animator.wear(picture)
        animator.animate(animator.detect(picture))  # the first frame pays for what is set up once
        pictures.append(picture)
    rows: list[list[float]] = [[] for _ in animators]
    for _ in range(rounds):
        for animator, picture, row in zip(animators, pictures, rows, strict=True):
            began = time.perf_counter()
            animator.animate(animator.detect(picture))
            row.append((time.perf_counter() - began) * 1000)
    return [float(np.median(row)) for row in rows]


def measure_costs(pairs: Sequence[NetworkPair], engine: str) -> tuple[list[Costs], str]:
    """What each pair costs, their frames timed in turns, and the name of the engine that ran them."""
    with ExitStack() as stack:
        animators = [stack.enter_context(closing(open_networks(pair, "timed", engine))) for pair in pairs]
        times = time_in_turns(animators, rounds=100)
        name = str(getattr(animators[0], "engine", EAGER))
    costs = [
        Costs(
            parameters=count_parameters(pair),
            megabytes=sum(value.numel() for value in pair.state_dict().values()) * 4 / 1e6,
            macs=count_pair_cost(pair.configuration).frame,
            milliseconds=milliseconds,
        )
        for pair, milliseconds in zip(pairs, times, strict=True)
    ]
    return costs, name


def read_judged_clips(unseen: ClipStore) -> list[list[Picture]]:
    """The first frames, every second one, of clips spread over all. Raises `TrainingError` for one that can't be read."""
    count = len(unseen.clips)
    spread = [round(place) for place in np.linspace(0, count - 1, min(JUDGED_CLIPS, count)).tolist()]
    return [list(unseen.read(clip, range(0, unseen.clips[clip].length, 2)[:JUDGED_FRAMES])[0]) for clip in spread]


def measure_likeness(
    networks: NetworkPair, clips: Sequence[Sequence[Picture]], finder: FaceFinder | None, on_clip: Callable[[], None] | None = None
) -> Likeness:
    """Redraw every clip from its first frame with absolute keypoints, through torch; the networks are put into evaluation mode."""
    animator = TorchAnimator(networks, card_of(networks.configuration, "judged"), next(networks.parameters()).device)
    gaps: list[float] = []
    distances: list[float] = []
    for frames in clips:
        animator.wear(frames[0])
        drawn = [animator.animate(animator.detect(frame)) for frame in frames]
        gaps += [float(np.abs(one.astype(np.float32) - other).mean()) / 255 for one, other in zip(drawn, frames, strict=True)]
        if finder is not None:
            distances += keypoint_distance(find_faces(drawn, finder), find_faces(frames, finder), animator.card.side)
        if on_clip:
            on_clip()
    return Likeness(mean_of_finite(gaps), mean_of_finite(distances) if finder is not None else None)
