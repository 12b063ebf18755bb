"""How much faster a model folder runs than the full First Order Motion Model run eagerly in torch, in one run."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from puppet.animator import Animator
from puppet.picture import Picture
from training.configuration import FommConfiguration
from training.judging.torch_animator import TorchAnimator
from training.model_card import card_of
from training.networks.pair import build_networks


class Race(NamedTuple):
    """Milliseconds a frame (detect and animate, the portrait encoded before) of each round's median: model and full model."""

    model: list[float]
    full: list[float]

    @property
    def ratio(self) -> float:
        """How many times faster the model is, by the medians over the rounds."""
        return float(np.median(self.full) / np.median(self.model))


def make_full_model() -> TorchAnimator:
    """The published vox networks with random weights (time does not depend on them), eager, float32, on the CPU."""
    configuration = FommConfiguration()
    return TorchAnimator(build_networks(configuration), card_of(configuration, "full FOMM, torch eager"), torch.device("cpu"))


def race(animator: Animator, full: Animator, *, rounds: int, on_round: Callable[[int, int], None] | None = None) -> Race:
    """Let both animate a random picture in turns: 3 frames of the full model, 30 of the other, a round.

    Machines are noisy: taking turns, neither has the quiet minutes for itself.
    """
    random = np.random.default_rng(0)
    runners = []
    for runner, frames in ((animator, 30), (full, 3)):
        picture = random.integers(0, 256, (runner.card.side, runner.card.side, 3), np.uint8)
        runner.wear(picture)
        _frame_ms(runner, picture)  # the first frame pays for what is set up once
        runners.append((runner, picture, frames))
    rows: tuple[list[float], list[float]] = ([], [])
    for done in range(rounds):
        for (runner, picture, frames), row in zip(runners, rows, strict=True):
            row.append(float(np.median([_frame_ms(runner, picture) for _ in range(frames)])))
        if on_round:
            on_round(done + 1, rounds)
    return Race(*rows)


def _frame_ms(animator: Animator, picture: Picture) -> float:
    began = time.perf_counter()
    animator.animate(animator.detect(picture))
    return (time.perf_counter() - began) * 1000
