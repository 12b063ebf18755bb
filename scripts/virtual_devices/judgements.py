"""What pictures of the virtual camera tell: their order, their pace, whether the portrait follows. Each raises `Failed` or gives words."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from scripts.virtual_devices.camera_reader import Seen
from scripts.virtual_devices.findings import Failed
from scripts.virtual_devices.numbered_face import read_numbers

CONSECUTIVE = 25
"""Pictures, and numbers, in a row that must come without a loss."""

LIVELY, CALM = 1.0, 0.05
"""Change from picture to picture above which the portrait moves, and below which it rests, 0 to 255."""

RECENT = 0.5
"""How much of what was seen last tells what goes on now, s."""

HOLE = 0.5
"""A wait for a picture that a person on the other side would notice, s."""


def order(seen: Sequence[Seen]) -> tuple[bool, str]:
    """Whether a long enough row came without a loss, and what was seen. Raises `Failed` where a picture is older than the one before."""
    try:
        reading = read_numbers([picture.square for picture in seen])
    except ValueError as error:
        raise Failed(str(error)) from error
    run = reading.longest_run
    words = (
        f"{len(seen)} pictures show {reading.numbers} numbers, {reading.lost} passed over, {reading.backward} backward; "
        f"longest row without a loss: {run.numbers} numbers in {run.pictures} pictures; "
        f"places at most {reading.doubt:.2f} of a step from a whole number"
    )
    if reading.backward:
        raise Failed(words)
    return run.numbers >= CONSECUTIVE and run.pictures >= CONSECUTIVE, words


def pace(seen: Sequence[Seen], asked: float) -> str:
    """The rate that was asked for, and no hole."""
    words = f"{rate(seen):.1f} pictures a second of {asked:g} asked for, longest gap {longest_gap(seen) * 1000:.0f} ms"
    if abs(rate(seen) / asked - 1) > 0.1 or longest_gap(seen) > HOLE:
        raise Failed(words)
    return words


def bridged(seen: Sequence[Seen], asked: float) -> str:
    """What came while there was no webcam: pictures without a hole, at the end of a portrait that is held or idles."""
    words = f"without it {pace(seen, asked)}, at the end changing by {liveliness(_recent(seen)):.2f} from one to the next"
    if moves(seen):
        raise Failed(f"{words}: too much to tell a return to life from it")
    return words


def moves(seen: Sequence[Seen]) -> bool:
    """Whether the portrait has changed throughout the last moment, far more than when it idles."""
    recent = _recent(seen)
    return len(recent) > 1 and liveliness(recent) > LIVELY


def rests(seen: Sequence[Seen]) -> bool:
    """Whether all pictures of the last moment are as good as one."""
    recent = _recent(seen)
    return len(recent) > 1 and liveliness(recent) < CALM


def rate(seen: Sequence[Seen]) -> float:
    """Pictures a second, as they arrived."""
    return (len(seen) - 1) / (seen[-1].at - seen[0].at)


def longest_gap(seen: Sequence[Seen]) -> float:
    """The longest time between two pictures by the driver's clock, s."""
    return float(np.diff([picture.stamped for picture in seen]).max())


def liveliness(seen: Sequence[Seen]) -> float:
    """How much pictures change from one to the next, 0 to 255: the mean over all pixels and pictures."""
    return float(np.mean([cv2.absdiff(before.square, after.square).mean() for before, after in pairwise(seen)]))


def _recent(seen: Sequence[Seen]) -> list[Seen]:
    """What was seen in the last `RECENT` seconds; nothing where the whole is shorter."""
    if not seen or seen[-1].at - seen[0].at < RECENT:
        return []
    return [picture for picture in seen if picture.at > seen[-1].at - RECENT]
