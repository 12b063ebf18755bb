"""A whole evaluation: which clips and people are judged, the figures of each, and the sheets to look at."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from puppet.animator import Animator, FaceFinder
from puppet.contact_sheet import contact_sheet
from puppet.errors import TrainingError
from puppet.picture import Picture
from puppet.picture_file import write_picture
from training.evaluation import ClipView, Figures, carry_over, centre_embedder, mean_of_finite, reconstruct
from training.face_motion import STILL
from training.identity import IdentityEmbedder
from training.packs import read_faces

SHEET_COLUMNS = 8
SHEET_CLIPS = 12


class Bench(NamedTuple):
    """The tools of the judge; whoever opened them closes them."""

    animator: Animator
    finder: FaceFinder
    embedder: IdentityEmbedder


class Subjects(NamedTuple):
    """The clips that are redrawn and drive, and the people who are driven (each with a still)."""

    real: list[ClipView]
    rendered: list[ClipView]
    wearers: list[ClipView]


class Judgement(NamedTuple):
    """Figures of every clip redrawn and of every pair of a driver and a portrait, and the means over them."""

    reconstruction: dict[str, Figures]
    transfer: dict[str, Figures]
    means: Figures


def choose_subjects(data: Sequence[Path], bench: Bench, *, portraits: int, rendered: int, stride: int) -> Subjects:
    """Validation clips at the model's side; the embedder is centred on all their people."""
    faces = read_faces(data, bench.animator.card.side, lambda entry: entry.split == "val")
    faces.frames.flags.writeable = False
    views = []
    for clip in faces.clips:
        frames = faces.frames[clip.start : clip.start + clip.length : stride if clip.real else 1]
        views.append(ClipView(clip.name, clip.identity, clip.real, list(frames), faces.frames[clip.still] if clip.still >= 0 else None))
    people = list({view.identity: view for view in views if view.still is not None}.values())
    centre_embedder(bench.embedder, bench.finder, [view.still for view in people if view.still is not None])
    spaced = [round(place) for place in np.linspace(0, len(people) - 1, min(portraits, len(people))).tolist()]
    return Subjects(
        [view for view in views if view.real],
        [view for view in views if not view.real][:rendered],
        [people[index] for index in spaced],
    )


def judge(bench: Bench, subjects: Subjects, output: Path, on_progress: Callable[[int, int], None] | None = None) -> Judgement:
    """Measure all subjects and write contact sheets into `output`; `on_progress(done, all)` after each clip or pair.

    Raises `TrainingError` where `output` can't be made.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"The folder {output} can't be made: {error.strerror}.", "Name another with -o.") from error
    clips = [*subjects.real, *subjects.rendered]
    everything = len(clips) + len(subjects.real) * len(subjects.wearers)
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, everything)

    reconstruction: dict[str, Figures] = {}
    rows: list[list[Picture]] = []
    labels: list[str] = []
    for clip in clips:
        reconstruction[clip.name], drawn = reconstruct(bench.animator, bench.finder, bench.embedder, clip)
        rows += [_moments(clip.frames), _moments(drawn)]
        labels += [clip.name, "redrawn"]
        advance()
    write_picture(output / "reconstruction.png", contact_sheet(rows[: 2 * SHEET_CLIPS], labels[: 2 * SHEET_CLIPS], cell=128))

    transfer: dict[str, Figures] = {}
    for driver in subjects.real:
        rows, labels = [_moments(driver.frames)], [driver.name]
        for wearer in subjects.wearers:
            assert wearer.still is not None
            figures, drawn = carry_over(bench.animator, bench.finder, bench.embedder, wearer.still, driver)
            transfer[f"{wearer.name} driven by {driver.name}"] = figures
            rows.append(_moments(drawn))
            labels.append(wearer.name)
            advance()
        write_picture(output / f"transfer_{driver.name}.png", contact_sheet(rows, labels, cell=128))
    return Judgement(reconstruction, transfer, _means(reconstruction, transfer, {clip.name: clip.real for clip in clips}))


def _moments(frames: Sequence[Picture]) -> list[Picture]:
    return [frames[round(place)] for place in np.linspace(0, len(frames) - 1, SHEET_COLUMNS).tolist()]


def _means(reconstruction: dict[str, Figures], transfer: dict[str, Figures], real: dict[str, bool]) -> Figures:
    """Reconstruction split into `real_` and `rendered_`; each figure of the transfer over the pairs that have it."""
    means: Figures = {}
    for prefix, wanted in (("real", True), ("rendered", False)):
        clips = [figures for name, figures in reconstruction.items() if real[name] is wanted]
        for key in clips[0] if clips else ():
            means[f"{prefix}_{key}"] = mean_of_finite([figures[key] for figures in clips])
    for key in (*(signal + part for part in ("", "_gain") for signal in STILL), "identity", "missing", "jitter"):
        values = [figures[key] for figures in transfer.values() if key in figures]
        if values:
            means[f"transfer_{key}"] = mean_of_finite(values)
    return means
