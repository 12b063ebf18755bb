"""Who is judged: the clips of unseen people that are redrawn and drive, and the portraits that they drive."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import cv2
import numpy as np

from puppet.animator import FaceFinder
from puppet.errors import TrainingError
from puppet.media.picture_file import PICTURE_SUFFIXES
from puppet.picture import Picture, freeze
from puppet.portraits.portrait import load_portrait
from training.data.clip_entry import ClipEntry
from training.data.clip_source import ClipSource
from training.data.packs import choose_clips
from training.judging.evaluation import ClipView, Driver, Tools, centre_embedder, watch
from training.judging.face_motion import face_motion
from training.judging.sharpness import sharpness

LONGEST = 400
"""Frames of a clip that are looked at, at most."""

FRONTAL = 12.0
"""Degrees of yaw up to which a photograph looks at the viewer."""

GRAINY = 2.0
"""How many times as sharp as the middle of its kind a photograph is that shows grain or canvas more than a face."""

PARTED = 0.08
"""Mouth opening, in outer-eye distances, up to which a mouth counts as closed."""

MONOCHROME = 6.0
"""Deviation of hue below which a photograph is grey or tinted, in steps of CIELAB."""

Item = TypeVar("Item")


class Portrait(NamedTuple):
    """A face that is driven: its name, whose it is, and the crop (side, side, 3)."""

    name: str
    identity: str
    picture: Picture


class Subjects(NamedTuple):
    """Real and rendered clips, with their faces found, and portraits."""

    real: list[Driver]
    rendered: list[Driver]
    portraits: list[Portrait]


class Choice(NamedTuple):
    """The data to choose from, how many of each are judged at most, that every `stride`-th frame of recordings is, and folders of
    pictures that are driven as well."""

    data: Sequence[Path]
    real: int = 10
    rendered: int = 12
    portraits: int = 4
    stride: int = 3
    portraits_from: Sequence[Path] = ()


def choose_subjects(choice: Choice, tools: Tools, side: int, on_progress: Callable[[int, int], None] | None = None) -> Subjects:
    """Validation clips at `side`, evenly from all there are; the embedder is centred on all their people.

    Portraits are stills of validation people or, where a data set has none, the first frames of its clips, and the pictures in
    the folders named. `on_progress(done, all)` is called after each clip. Raises `TrainingError` for data without validation clips.
    """
    chosen = choose_clips(choice.data, lambda entry: entry.split == "val")
    real = spread([item for item in chosen if item[1].real], choice.real)
    rendered = spread([item for item in chosen if not item[1].real], choice.rendered)
    drivers = []
    for source, entry in [*real, *rendered]:
        drivers.append(watch(_view(source, entry, side, choice.stride if entry.real else 1), tools.finder))
        if on_progress:
            on_progress(len(drivers), len(real) + len(rendered))
    people = _people(chosen, side) or [Portrait(clip.name, clip.identity, clip.frames[0]) for clip, *_ in drivers]
    centre_embedder(tools.embedder, tools.finder, [person.picture for person in {one.identity: one for one in people}.values()])
    portraits = choose_portraits(people, tools.finder, choice.portraits) + read_portraits(choice.portraits_from, tools.finder, side)
    return Subjects(drivers[: len(real)], drivers[len(real) :], portraits)


def choose_portraits(people: Sequence[Portrait], finder: FaceFinder, count: int) -> list[Portrait]:
    """Good photographs, half of them in colour and half grey or tinted, evenly from all people.

    Good: a face that looks at the viewer, mouth closed, neither among the blurriest quarter of its kind nor grainy. Where too few
    are good, the most frontal of the rest follow.
    """
    kinds: dict[bool, list[tuple[float, Portrait]]] = {False: [], True: []}
    rest: list[tuple[float, Portrait]] = []
    for person in people:
        face = finder.find(person.picture)
        if face is None:
            continue
        motion = face_motion([face])
        yaw = abs(float(motion.yaw[0]))
        if yaw <= FRONTAL and motion.mouth[0] <= PARTED:
            kinds[is_monochrome(person.picture)].append((sharpness(person.picture, face), person))
        else:
            rest.append((yaw, person))
    good = []
    for found in kinds.values():
        least, middle = np.quantile([sharp for sharp, _ in found], (0.25, 0.5)) if found else (0.0, 0.0)
        good.append([person for sharp, person in found if least <= sharp <= GRAINY * middle])
    colour, grey = good
    greys = min(len(grey), max(count // 2, count - len(colour)))
    picked = spread(colour, count - greys) + spread(grey, greys)
    return picked + [person for _, person in sorted(rest, key=lambda item: item[0])][: count - len(picked)]


def read_portraits(folders: Sequence[Path], finder: FaceFinder, side: int) -> list[Portrait]:
    """The pictures in the folders as portraits. Raises `TrainingError` for a folder without any, `FaceError`, `MediaError`."""
    found = []
    for folder in folders:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES) if folder.is_dir() else []
        if not files:
            raise TrainingError(f"There are no pictures in {folder}.", "Name a folder of portraits: .jpg, .png, ...")
        found += [Portrait(path.stem, path.stem, load_portrait(path, finder, side).face) for path in files]
    return found


def is_monochrome(picture: Picture) -> bool:
    """Whether a picture is grey or of one tint, as old photographs are."""
    hues = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 1:].reshape(-1, 2).astype(np.float32)
    return float(np.sqrt(hues.var(axis=0).sum())) < MONOCHROME


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """At most `count` of the items, evenly from the first to the last."""
    if len(items) <= count:
        return list(items)
    return [items[round(place)] for place in np.linspace(0, len(items) - 1, count).tolist()]


def _view(source: ClipSource, entry: ClipEntry, side: int, stride: int) -> ClipView:
    wanted = range(0, source.count(entry), stride)[:LONGEST]
    frames = [freeze(frame) for frame in source.frames(entry, side, wanted)]
    return ClipView(Path(entry.clip).stem, entry.identity, entry.real, frames)


def _people(chosen: Sequence[tuple[ClipSource, ClipEntry]], side: int) -> list[Portrait]:
    """One still of each person who has one."""
    found: dict[str, Portrait] = {}
    for source, entry in chosen:
        if entry.still and entry.identity not in found:
            found[entry.identity] = Portrait(Path(entry.still).stem, entry.identity, freeze(source.still(entry, side)[0]))
    return list(found.values())
