"""What of a portrait's picture is shown, and which of its faces move."""

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS, DemoMatte
from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Picture, cut, freeze
from puppet.portraits.portrait import Portrait, cut_near
from puppet.portraits.scene import LARGEST_CROP, LONGEST, MOST_LIVE, Scene, Staging, fit_scene, make_scene, staging_of
from puppet.settings import LiveSettings, changed

SIDE = 32


def noise(width: int, height: int) -> Picture:
    return freeze(np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8))


def face_at(x: float, y: float, half: float) -> Face:
    landmarks: FloatArray = (LANDMARKS * half + (x, y)).astype(np.float32)
    return Face(landmarks, np.zeros((468, 3), np.float32), 1.0)


def portrait_of(picture: Picture, face: Face) -> Portrait:
    square = square_around(face.landmarks)
    return Portrait(picture, square, cut(picture, square, SIDE), face.landmarks)


class CountingMatte(DemoMatte):
    """Counts what it is asked for."""

    made = 0

    def make(self, picture: Picture) -> FloatArray:
        CountingMatte.made += 1
        return super().make(picture)


def no_matte() -> DemoMatte:
    raise AssertionError("nobody needs a matte")


THREE = [face_at(500, 150, 40), face_at(120, 150, 60), face_at(300, 150, 50)]


def scene(staging: Staging, own: int = 0) -> Scene | None:
    return make_scene(portrait_of(noise(640, 300), THREE[own]), THREE, staging, DemoMatte)


def test_a_face_alone_needs_no_scene_and_no_matte() -> None:
    assert make_scene(portrait_of(noise(640, 300), THREE[0]), THREE, Staging(), no_matte) is None


def test_what_the_settings_ask_for() -> None:
    assert staging_of(LiveSettings()) == Staging("face", True, "picture")
    asked = changed(LiveSettings(), portraits__shows="everyone", portraits__lock_background=False, output__background="green")
    assert staging_of(asked) == Staging("everyone", False, "green")


def test_a_face_alone_before_green_fills_its_picture() -> None:
    made = scene(Staging("face", background="green"))
    assert made is not None and made.alone and made.people is not None
    assert made.people.shape == made.picture.shape[:2] == (SIDE, SIDE)
    assert len(made.members) == 1 and not made.locks


def test_the_picture_alone_moves_the_chosen_face() -> None:
    made = scene(Staging("picture"), own=2)
    assert made is not None and not made.alone
    (member,) = made.members
    assert abs(member.square.x - 300) < 1 and made.people is None
    assert [lock.shape for lock in made.locks] == [(SIDE, SIDE)]
    free = scene(Staging("picture", lock_background=False), own=2)
    assert free is not None and not free.locks


def test_everyone_moves_the_chosen_one_first_and_the_rest_from_left_to_right() -> None:
    made = scene(Staging("everyone", background="green"), own=2)
    assert made is not None and made.people is not None
    assert [round(member.square.x) for member in made.members] == [300, 120, 500]
    assert made.people.shape == made.picture.shape[:2] == (300, 640)
    assert len(made.locks) == 3
    landmarks = made.members[1].landmarks
    assert landmarks is not None and np.allclose(landmarks, THREE[1].landmarks, atol=1e-3)


def test_squares_lie_on_whole_pixels_and_crops_are_cut_from_there() -> None:
    made = scene(Staging("everyone", lock_background=False))
    assert made is not None
    for member, face in zip(made.members, (THREE[0], THREE[1], THREE[2]), strict=True):
        square, found = member.square, square_around(face.landmarks)
        assert all(
            float(number).is_integer() for number in (square.side, square.x - (square.side - 1) / 2, square.y - (square.side - 1) / 2)
        )
        assert max(abs(square.x - found.x), abs(square.y - found.y), abs(square.side - found.side)) <= 1
        assert np.array_equal(member.face, cut_near(made.picture, square, SIDE))


@pytest.mark.parametrize(("half", "expected"), [(60, LONGEST), (500, None)])
def test_a_large_picture_is_shrunk_with_its_faces(half: float, expected: int | None) -> None:
    face = face_at(1200, 900, half)
    made = make_scene(portrait_of(noise(2400, 1800), face), [face], Staging("picture", lock_background=False), no_matte)
    assert made is not None
    (member,) = made.members
    scale = made.picture.shape[1] / 2400
    assert abs((member.square.x + 0.5) / scale - 0.5 - 1200) <= 1 / scale
    if expected is not None:
        assert max(made.picture.shape) == expected
    else:
        assert abs(member.square.side - LARGEST_CROP) <= 1
        assert max(made.picture.shape) < LONGEST


def test_of_thirty_faces_the_chosen_one_and_the_largest_move() -> None:
    faces = [face_at(60 + 120 * (index % 10), 80 + 120 * (index // 10), 30 + index / 2) for index in range(30)]
    made = make_scene(portrait_of(noise(1280, 400), faces[0]), faces, Staging("everyone", lock_background=False), no_matte)
    assert made is not None and len(made.members) == MOST_LIVE
    assert [round(member.square.x) for member in made.members] == [60, *(60 + 120 * place for place in range(3, 10))]


def test_a_face_cut_off_by_the_border_moves_only_where_it_was_chosen() -> None:
    cut_off = face_at(2, 150, 60)
    for own, expected in ((cut_off, 2), (THREE[0], 1)):
        made = make_scene(portrait_of(noise(640, 300), own), [cut_off, THREE[0]], Staging("everyone", lock_background=False), no_matte)
        assert made is not None and len(made.members) == expected


def test_a_crop_that_shows_no_face_moves_with_the_faces_beside_it() -> None:
    portrait = portrait_of(noise(640, 300), face_at(400, 60, 20))._replace(landmarks=None)
    made = make_scene(portrait, THREE[1:], Staging("everyone", lock_background=False), no_matte)
    assert made is not None and made.members[0].landmarks is None
    assert [round(member.square.x) for member in made.members] == [400, 120, 300]


def test_each_matte_is_made_once() -> None:
    CountingMatte.made = 0
    make_scene(portrait_of(noise(640, 300), THREE[0]), THREE, Staging("everyone", background="green"), CountingMatte)
    assert CountingMatte.made == 4, "three faces and the whole"


def test_another_model_has_crops_and_locks_of_its_side() -> None:
    made = scene(Staging("everyone"))
    assert made is not None
    assert fit_scene(made, SIDE) is made
    fitted = fit_scene(made, 48)
    assert {member.face.shape for member in fitted.members} == {(48, 48, 3)}
    assert {lock.shape for lock in fitted.locks} == {(48, 48)}
    assert [member.square for member in fitted.members] == [member.square for member in made.members]
    assert fitted.nbytes > made.nbytes > made.picture.nbytes
