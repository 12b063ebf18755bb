"""Which range and order of colours a restorer wants."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from engines.engine import Tensor
from engines.restoring.conventions import LEVELS, SIGNED, UNIT, Conventions, Range, compare, try_conventions
from puppet.demo import demo_picture
from puppet.picture import Picture

SHOWN = demo_picture(0.4, 128, 128)


def acting(change: Callable[[Tensor], Tensor]) -> Callable[[Conventions], Tensor]:
    """A restorer that makes `change` of the tensor it is given."""
    return lambda conventions: change(conventions.encode(SHOWN, "float32"))


def between(black: float, white: float) -> Callable[[Tensor], Tensor]:
    return lambda taken: np.clip(taken, black, white)


@pytest.mark.parametrize("range_", [SIGNED, UNIT])
def test_the_range_is_found(range_: Range) -> None:
    trial = try_conventions(acting(between(*range_)), SHOWN, whole=False)
    assert trial.conventions == Conventions(range_, range_)
    assert trial.is_same and trial.error < 1


def test_a_network_that_wants_levels_gets_them() -> None:
    """It takes what is below 2 for black."""
    trial = try_conventions(acting(lambda taken: np.where(taken < 2, 0, taken)), SHOWN, whole=False)
    assert trial.conventions == Conventions(LEVELS, LEVELS)
    assert trial.is_same


def test_what_is_taken_and_given_may_differ() -> None:
    trial = try_conventions(acting(lambda taken: (np.clip(taken, -1, 1) + 1) / 2), SHOWN, whole=False)
    assert trial.conventions == Conventions(SIGNED, UNIT)
    assert trial.is_same


def test_colours_that_come_back_swapped_are_set_right() -> None:
    def swap(taken: Tensor) -> Tensor:
        return np.ascontiguousarray(np.clip(taken, -1, 1)[:, :, ::-1])

    trial = try_conventions(acting(swap), SHOWN, whole=False)
    assert trial.conventions == Conventions(gives_rgb=False)
    assert trial.is_same


def test_a_network_that_knows_faces_in_blue_first_alone_gets_them_so() -> None:
    def blue_first(taken: Tensor) -> Tensor:
        skin = taken[30:100, 40:90].mean(axis=(0, 1))
        return np.clip(taken, -1, 1) if skin[2] > skin[0] else np.full_like(taken, -1)

    trial = try_conventions(acting(blue_first), SHOWN, whole=False)
    assert trial.conventions == Conventions(takes_rgb=False, gives_rgb=False)
    assert trial.is_same


def test_bytes_have_one_range() -> None:
    trial = try_conventions(lambda conventions: conventions.encode(SHOWN, "uint8"), SHOWN, whole=True)
    assert trial.conventions == Conventions(LEVELS, LEVELS)
    assert trial.error == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda taken: -taken,
        lambda taken: np.full_like(taken, 0.2),
        lambda taken: taken[:, ::-1],
        lambda taken: np.full_like(taken, np.nan),
        lambda taken: np.roll(taken, 12, axis=1),
    ],
    ids=["negative", "blank", "mirrored", "no numbers", "shifted"],
)
def test_another_picture_is_not_the_same_face(change: Callable[[Tensor], Tensor]) -> None:
    lopsided = SHOWN.copy()
    lopsided[40:70, 20:50] = 255
    found = try_conventions(lambda conventions: change(conventions.encode(lopsided, "float32")), lopsided, whole=False)
    assert not found.is_same


def test_a_sharper_face_is_the_same_face() -> None:
    sharper = np.asarray(cv2.addWeighted(SHOWN, 2, cv2.GaussianBlur(SHOWN, (0, 0), 2), -1, 0), np.uint8)
    error, likeness = compare(SHOWN, np.asarray(cv2.resize(sharper, (256, 256)), np.uint8))
    assert error < 5 and likeness > 0.9


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize(
    "conventions", [Conventions(), Conventions(UNIT, UNIT), Conventions(LEVELS, LEVELS), Conventions(UNIT, UNIT, False, False)]
)
def test_what_is_encoded_is_decoded(conventions: Conventions, dtype: str) -> None:
    encoded = conventions.encode(SHOWN, dtype)
    assert encoded.dtype == dtype
    back: Picture = conventions.decode(encoded)
    assert np.abs(back.astype(int) - SHOWN).max() <= (1 if dtype == "float16" else 0)
