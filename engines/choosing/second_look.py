"""A second look at engines whose first times lie near each other.

They draw in short turns, one after the other, so that what else the computer does meets all alike. The fastest turn of each counts:
other work only adds to it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from statistics import median_high
from time import perf_counter
from typing import NamedTuple

from engines.building.reference import Reference
from engines.choosing.remembered_choice import Trial
from engines.choosing.unforeseen import foreseen
from engines.model_animator import ModelAnimator
from puppet.errors import EngineError

NEAR = 2.5
"""How many times as long as the fastest an engine may have taken at first and still be looked at again: a busy computer errs by as much."""

ALIKE = 1.05
"""How many times as long as another's best turn the fastest engine may usually take: it hardly matters then which of them runs."""

LEAST_ROUNDS = 4
LENGTH = 0.02
"""Seconds of a turn, which has a frame at least."""

SECONDS = 1.5
"""When a look ends whose outcome is not clear, once the round is over."""


class Times(NamedTuple):
    """What a look found, by name: `milliseconds` of a frame, and whoever `failed` meanwhile. sure: whether it is clear who is fastest."""

    milliseconds: dict[str, float]
    failed: dict[str, EngineError]
    sure: bool


def near(trials: Iterable[Trial]) -> list[Trial]:
    """Those that passed and may be the fastest in truth, the fastest so far first."""
    passed = sorted((trial for trial in trials if trial.passed), key=lambda trial: trial.milliseconds)
    return [trial for trial in passed if trial.milliseconds <= NEAR * passed[0].milliseconds]


def in_doubt(trials: Iterable[Trial]) -> bool:
    """Whether another engine may be faster than the one that seems so, and not all was done yet to find out."""
    rivals = near(trials)
    return len(rivals) > 1 and any(rival.looks_again for rival in rivals)


def take_turns(animators: Mapping[str, ModelAnimator], reference: Reference, go_on: Callable[[], None]) -> Times:
    """Time opened animators, which wear a stored portrait afterwards. `go_on` is called before each round and may raise to stop."""
    turns: dict[str, list[float]] = {name: [] for name in animators}
    failed: dict[str, EngineError] = {}
    go_on()
    for name, animator in animators.items():
        _run(name, failed, partial(_warm, animator, reference))
    start = perf_counter()
    sure = False
    while not sure and perf_counter() - start < SECONDS and len(failed) < len(animators):
        go_on()
        for name, animator in animators.items():
            if name not in failed:
                _run(name, failed, partial(_turn, animator, reference, turns[name]))
        sure = _is_clear([turns[name] for name in animators if name not in failed])
    lowest = {name: min(seconds) * 1000 for name, seconds in turns.items() if seconds and name not in failed}
    return Times(lowest, failed, sure)


def _run(name: str, failed: dict[str, EngineError], work: Callable[[], None]) -> None:
    try:
        with foreseen(name):
            work()
    except EngineError as error:
        failed[name] = error


def _warm(animator: ModelAnimator, reference: Reference) -> None:
    animator.wear(reference.portraits[-1])
    animator.animate(animator.detect(reference.drivers[-1][-1]))


def _turn(animator: ModelAnimator, reference: Reference, turns: list[float]) -> None:
    """Take a turn and add to `turns` the seconds that its fastest frame took."""
    start, fastest = perf_counter(), float("inf")
    while (begun := perf_counter()) - start < LENGTH:
        animator.animate(animator.detect(reference.drivers[-1][-1]))
        fastest = min(fastest, perf_counter() - begun)
    turns.append(fastest)


def _is_clear(turns: list[list[float]]) -> bool:
    """Whether who has the fastest turn is no slower, as a rule, than each other at its best, or hardly."""
    if not turns or len(turns[0]) < LEAST_ROUNDS:
        return False
    leader, *others = sorted(turns, key=min)
    return all(median_high(leader) <= ALIKE * min(other) for other in others)
