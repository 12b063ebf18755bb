"""How fast training is, in samples a second, against the plainest way of doing the same: float32, nothing compiled, each sample decoded."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from training.fitting.feed import DiskFeed, Draws, MemoryFeed, Rows, Wanted, read_all
from training.fitting.fit import load_judges
from training.fitting.process_group import alone
from training.fitting.run_state import RunState
from training.fitting.speedups import PLAIN, Speedups
from training.fitting.update import Update
from training.recipes.recipe import Recipe

WARM_STEPS = 3
"""Steps before the clock starts: memory is taken, networks are compiled."""


class Throughput(NamedTuple):
    """Samples a second of a stage, trained as asked and in the plainest way; the median of turns."""

    stage: str
    fast: float
    plain: float

    @property
    def ratio(self) -> float:
        """How many times the plain way's samples."""
        return self.fast / self.plain


class _Runner:
    """One of the two ways, ready to run a few steps at a time."""

    def __init__(self, state: RunState, update: Update, feed: MemoryFeed | DiskFeed) -> None:
        self.state = state
        self.update = update
        self.feed = feed
        self.speeds: list[float] = []
        self.steps = 0

    def run(self, seconds: float) -> Iterator[None]:
        """Steps until so many seconds are over, at least one."""
        device = self.state.device
        began, done = time.perf_counter(), 0
        for batch in self.feed.batches(self.steps, self.steps + 10**6):
            self.update.apply(type(batch)(*(tensor.to(device, non_blocking=True) for tensor in batch)))
            self.steps, done = self.steps + 1, done + len(batch.source)
            yield
            if self.steps == WARM_STEPS:
                _wait(device)
                began, done = time.perf_counter(), 0
            elif self.steps > WARM_STEPS and time.perf_counter() - began > seconds:
                break
        _wait(device)
        self.speeds.append(done / (time.perf_counter() - began))


def measure_throughput(
    recipe: Recipe,
    data: Sequence[Path],
    speedups: Speedups,
    device: torch.device,
    *,
    limit_clips: int | None = None,
    turns: int = 3,
    seconds: float = 10.0,
    on_step: Callable[[], None] = lambda: None,
) -> list[Throughput]:
    """Of every stage of the recipe, both ways in turns of so many seconds; nothing is written. Raises `TrainingError`."""
    judges = load_judges(recipe, device)
    found = []
    for stage in recipe.training.stages:
        alone_plan = recipe.training.model_copy(
            update={"stages": (stage.model_copy(update={"samples": 10**9, "epochs": None, "repeats": 1}),)}
        )
        wanted = Wanted(stage, recipe.training, "train")
        faces, store = read_all(wanted, data, limit_clips, None), wanted.open(data, limit_clips)
        rows = Rows(stage.batch, 0, stage.batch)
        runners = []
        for way in (speedups, PLAIN):
            state = RunState(recipe.model_copy(update={"training": alone_plan}), device, speedups=way)
            state.prepare_stage()
            draws = Draws(wanted.sampler(faces if way is speedups else store, stage.real_share), (0, 0), rows)
            feed = MemoryFeed(faces, draws, device) if way is speedups else DiskFeed(store, draws, workers=0)
            runners.append(_Runner(state, Update(state, judges, alone(device)), feed))
        for _ in range(turns):
            for runner in runners:
                for _ in runner.run(seconds):
                    on_step()
        fast, plain = (float(torch.tensor(runner.speeds).median()) for runner in runners)
        found.append(Throughput(stage.name, fast, plain))
    return found


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
