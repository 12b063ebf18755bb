"""The embedded model's faces back in their pictures, under a driver who keeps still."""

from collections.abc import Iterator

import numpy as np
import pytest

from engines.animator import ModelAnimator, open_animator
from engines.faces.finder import MeshFaceFinder, open_face_finder
from engines.matte import open_matte
from puppet.assets import ASSETS, EMBEDDED_MODEL, driving_clip, model_folder
from puppet.faces.tracker import square_around
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture
from puppet.offline.animation import Animation
from puppet.picture import Picture, cut
from puppet.portraits.compose import PasteBack
from puppet.portraits.crowd import make_crowd
from puppet.portraits.people_matte import moving_matte
from puppet.portraits.seam import measure_seam

LARGEST_STEP = 2.0
"""Levels of 255 that a colour may step by across the seam, on average along it."""


@pytest.fixture(scope="module")
def animator() -> Iterator[ModelAnimator]:
    animator = open_animator(model_folder(EMBEDDED_MODEL), "openvino")
    yield animator
    animator.close()


@pytest.fixture(scope="module")
def finder() -> Iterator[MeshFaceFinder]:
    finder = open_face_finder()
    yield finder
    finder.close()


def moved(animator: ModelAnimator, finder: MeshFaceFinder, picture: Picture, driver: Picture, lock: bool) -> list[float]:
    """The step across the seam of each face, for a driver who stays in his neutral pose."""
    crowd = make_crowd(picture, finder, animator.card.side)
    mattes = []
    if lock:
        maker = open_matte()
        mattes = [moving_matte(member, maker) for member in crowd.members]
        maker.close()
    animation = Animation(animator, [member.face for member in crowd.members], still_border=True)
    paste = PasteBack(picture, [member.square for member in crowd.members], animator.card.side, mattes=mattes, still_border=True)
    paste.match(animation.rest().faces)
    animation.settle(driver)
    after = paste(animation.move(driver, Timings()).faces)
    return [measure_seam(picture, after, mask, member.square.side) for mask, member in zip(paste.masks, crowd.members, strict=True)]


@pytest.fixture(scope="module")
def driver(animator: ModelAnimator, finder: MeshFaceFinder) -> Picture:
    frame = open_clip(driving_clip()).first()
    face = finder.find(frame)
    assert face is not None
    return cut(frame, square_around(face.landmarks), animator.card.side)


@pytest.mark.parametrize("lock", [False, True])
@pytest.mark.parametrize("name", ["mona_lisa", "grace_hopper", "francesco_deste"])
def test_no_step_at_the_seam(animator: ModelAnimator, finder: MeshFaceFinder, driver: Picture, name: str, lock: bool) -> None:
    steps = moved(animator, finder, read_picture(ASSETS / "portraits" / f"{name}.jpg"), driver, lock)
    assert len(steps) == 1
    assert max(steps) < LARGEST_STEP


def test_border_is_the_portrait_itself_however_far_it_moves(animator: ModelAnimator, finder: MeshFaceFinder) -> None:
    picture = read_picture(ASSETS / "portraits" / "grace_hopper.jpg")
    (member,) = make_crowd(picture, finder, animator.card.side).members
    outermost, drawn = np.ones(member.face.shape[:2], bool), []
    outermost[2:-2, 2:-2] = False
    for still_border in (False, True):
        source = animator.wear(animator.encode(member.face, still_border=still_border))
        drawn.append(animator.animate(source._replace(points=source.points + np.float32(0.1))).astype(int))
    assert np.abs(drawn[0] - member.face)[outermost].mean() > 3
    assert np.abs(drawn[1] - member.face)[outermost].max() <= 1
    assert np.abs(drawn[1] - member.face)[96:160, 96:160].mean() > 10, "the face does move"


def test_no_step_between_two_who_stand_close(animator: ModelAnimator, finder: MeshFaceFinder, driver: Picture) -> None:
    halves = []
    for name in ("grace_hopper", "mona_lisa"):
        picture = read_picture(ASSETS / "portraits" / f"{name}.jpg")
        face = finder.find(picture)
        assert face is not None
        square = square_around(face.landmarks)
        halves.append(cut(picture, square, 400)[:, 80:320])
    steps = moved(animator, finder, np.ascontiguousarray(np.hstack(halves)), driver, lock=False)
    assert len(steps) == 2
    assert max(steps) < LARGEST_STEP
