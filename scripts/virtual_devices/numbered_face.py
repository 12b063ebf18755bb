"""A drawn face that tells a picture's number by where it is, so that the number survives the whole way through Puppet.

The face goes round a small circle, one step for each picture. Puppet's demo animator moves its portrait as the face moves, so
the portrait in the virtual camera goes round a circle too, and each picture of it tells which picture of the webcam it was
drawn from: nothing is written into Puppet's output. The circle is so small that the tracker's crop stays where it is.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from puppet.demo import demo_picture, find_blob
from puppet.picture import Picture, freeze

STEPS = 40
"""Pictures in one round: a number is known modulo this."""

RADIUS = 0.035
"""Of the circle, in heights of the picture."""

UNSURE = 0.35
"""A place this far from a whole step, in steps, tells no number."""


FEWEST = 10
"""Pictures from which the circle can be told."""


class Run(NamedTuple):
    """Pictures in a row without a loss: how many, and how many numbers they show."""

    pictures: int
    numbers: int


class Reading(NamedTuple):
    """What a row of pictures tells.

    steps: how many numbers each picture is ahead of the one before. doubt: how far from a whole step a place was at most, in steps.
    """

    steps: tuple[int, ...]
    doubt: float

    @property
    def numbers(self) -> int:
        """How many numbers went by, the first included."""
        return 1 + sum(self.steps)

    @property
    def repeated(self) -> int:
        """Pictures that show the same number as the one before."""
        return self.steps.count(0)

    @property
    def lost(self) -> int:
        """Numbers that were passed over."""
        return sum(step - 1 for step in self.steps if step > 1)

    @property
    def backward(self) -> int:
        """Pictures older than the one before."""
        return sum(step < 0 for step in self.steps)

    @property
    def longest_run(self) -> Run:
        """The longest row in which each picture shows the number of the one before or the next."""
        longest = run = Run(1, 1)
        for step in self.steps:
            run = Run(run.pictures + 1, run.numbers + step) if step in (0, 1) else Run(1, 1)
            longest = max(longest, run)
        return longest


def numbered_faces(width: int, height: int) -> Iterator[Picture]:
    """The webcam's pictures of the numbers 0 to STEPS - 1. (height, width, 3) RGB."""
    face = demo_picture(0.0, width, height)
    for number in range(STEPS):
        angle = 2 * np.pi * number / STEPS
        shift = RADIUS * height * np.array([[np.cos(angle)], [np.sin(angle)]])
        moved = cv2.warpAffine(face, np.hstack([np.eye(2), shift]), (width, height), borderMode=cv2.BORDER_REPLICATE)
        yield freeze(np.asarray(moved, dtype=np.uint8))


def read_numbers(pictures: Sequence[Picture]) -> Reading:
    """The steps from picture to picture, each between -STEPS/2 and STEPS/2. Raises `ValueError` where a picture tells no number.

    `pictures`: the portrait in a square, with its ground to the border.
    """
    blobs = [find_blob(picture) for picture in pictures]
    places = np.array([(blob.x, blob.y) for blob in blobs if blob is not None])
    if len(blobs) < FEWEST:
        raise ValueError(f"{len(blobs)} pictures are too few to tell the circle they go round")
    if len(places) < len(blobs):
        raise ValueError(f"{len(blobs) - len(places)} of {len(blobs)} pictures show no face")
    x, y = (places - _middle(places)).T
    turns = np.diff(np.arctan2(y, x)) / (2 * np.pi) * STEPS
    turns = (turns + STEPS / 2) % STEPS - STEPS / 2
    steps = turns.round()
    doubt = float(np.abs(turns - steps).max())
    if doubt > UNSURE:
        raise ValueError(f"a face is {doubt:.2f} of a step away from where any number would have it")
    return Reading(tuple(int(step) for step in steps), doubt)


def _middle(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Centre of the circle that best fits places (N, 2), by least squares."""
    equations = np.hstack([2 * places, np.ones((len(places), 1))])
    solution = np.linalg.lstsq(equations, (places**2).sum(axis=1), rcond=None)[0]
    return np.asarray(solution[:2])
