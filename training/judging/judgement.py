"""A whole evaluation: one model or several on the same subjects, the figures of each take, and their means."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from puppet.animator import Animator
from puppet.picture import Picture
from training.judging.evaluation import Drawn, Driver, Figures, Tools, carry_over, mean_of_finite, reconstruct
from training.judging.face_motion import STILL, FaceMotion
from training.judging.subjects import Portrait, Subjects, spread

MOMENTS = 8
"""Frames of a take that are kept to look at."""

SIGNALS = tuple(STILL)
TRANSFER_KEYS = (*SIGNALS, *(f"{signal}_gain" for signal in SIGNALS), "identity", "missing", "jitter", "jitter_ratio", "sharpness")


class Result(NamedTuple):
    """What one model made of a take: figures, some of its pictures, and the motion of the face in all."""

    figures: Figures
    moments: list[Picture]
    motion: FaceMotion


class Take(NamedTuple):
    """A clip redrawn (no portrait), or a portrait driven by it; with one result for each model."""

    driver: Driver
    portrait: Portrait | None
    moments: list[Picture]
    results: list[Result]

    @property
    def name(self) -> str:
        """What a person calls it."""
        clip = self.driver.clip.name
        return clip if self.portrait is None else f"{self.portrait.name} driven by {clip}"

    @property
    def badness(self) -> float:
        """What the worst are sorted by, in the first model: 10 times the share of lost faces, and what else went wrong, about 0 to 1.

        Of a clip redrawn that is L1 beside the still source's; of a portrait driven, how far the correlations are from 1 on average,
        or identity is where nothing moved. What could not be measured counts as 1.
        """
        figures = self.results[0].figures
        if self.portrait is None:
            wrong = figures["l1_ratio"]
        else:
            unlike = 1 - figures.get("identity", np.nan)
            wrong = mean_of_finite([1 - figures[signal] for signal in SIGNALS if signal in figures] or [unlike])
        lost = figures["missing"]
        return (10 * lost if np.isfinite(lost) else 0.0) + (wrong if np.isfinite(wrong) else 1.0)


class Judgement(NamedTuple):
    """Figures of every clip redrawn and of every pair of a portrait and a driver, and the means over them."""

    reconstruction: dict[str, Figures]
    transfer: dict[str, Figures]
    means: Figures


def judge(
    models: Sequence[Animator], tools: Tools, subjects: Subjects, on_take: Callable[[int, int], None] | None = None
) -> Iterator[Take]:
    """Take after take, each by every model; `on_take(done, all)` after each. Whoever stops early has whole takes so far.

    A person is not driven by a clip of their own.
    """
    pairs = [(portrait, driver) for portrait in subjects.portraits for driver in subjects.real if portrait.identity != driver.clip.identity]
    clips = [*subjects.real, *subjects.rendered]
    motions = {
        (index, driver.clip.name): [model.detect(frame) for frame in driver.clip.frames]
        for index, model in enumerate(models)
        for driver in ({driver.clip.name: driver for _, driver in pairs}).values()
    }
    for done, driver in enumerate(clips, start=1):
        drawn = [reconstruct(model, tools, driver) for model in models]
        yield Take(driver, None, spread(driver.clip.frames, MOMENTS), [_result(one) for one in drawn])
        if on_take:
            on_take(done, len(clips) + len(pairs))
    for done, (portrait, driver) in enumerate(pairs, start=len(clips) + 1):
        drawn = [carry_over(model, tools, portrait.picture, driver, motions[index, driver.clip.name]) for index, model in enumerate(models)]
        yield Take(driver, portrait, spread(driver.clip.frames, MOMENTS), [_result(one) for one in drawn])
        if on_take:
            on_take(done, len(clips) + len(pairs))


def sum_up(takes: Sequence[Take], model: int = 0) -> Judgement:
    """The figures of one model: means of real and of rendered clips apart, and over the pairs that have a figure.

    The mean `l1_ratio` is the ratio of the means: a clip that hardly moves has next to nothing to divide by.
    """
    redrawn = [take for take in takes if take.portrait is None]
    driven = [take for take in takes if take.portrait is not None]
    means: Figures = {}
    for prefix, wanted in (("real", True), ("rendered", False)):
        found = [take.results[model].figures for take in redrawn if take.driver.clip.real is wanted]
        for key in found[0] if found else ():
            means[f"{prefix}_{key}"] = mean_of_finite([figures[key] for figures in found])
        if found and means[f"{prefix}_l1_still"] > 0:
            means[f"{prefix}_l1_ratio"] = means[f"{prefix}_l1"] / means[f"{prefix}_l1_still"]
    for key in TRANSFER_KEYS:
        values = [take.results[model].figures[key] for take in driven if key in take.results[model].figures]
        if values:
            means[f"transfer_{key}"] = mean_of_finite(values)
    return Judgement(
        {take.name: take.results[model].figures for take in redrawn}, {take.name: take.results[model].figures for take in driven}, means
    )


def _result(drawn: Drawn) -> Result:
    return Result(drawn.figures, spread(drawn.frames, MOMENTS), drawn.motion)
