"""Portraits from every kind of file, cut around the face or from the middle."""

from pathlib import Path

import numpy as np
import pytest

from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.media.picture_file import write_picture
from puppet.picture import Picture, Square, cut
from puppet.portraits.portrait import cut_near, load_portrait, make_portrait, middle_square, shrink
from tests.media import corners, drawn_clip, make_sound, make_video


def test_face_is_framed_as_the_tracker_frames_it() -> None:
    picture = demo_picture(0.5, 400, 300)
    portrait = make_portrait(picture, DemoFaceFinder(), 64)
    assert portrait is not None and portrait.landmarks is not None
    assert portrait.square == square_around(portrait.landmarks)
    assert portrait.picture is picture
    assert portrait.face.shape == (64, 64, 3)
    assert np.abs(portrait.landmarks.mean(axis=0) - (portrait.square.x, portrait.square.y)).max() < 0.2 * portrait.square.side


def test_without_a_finder_the_middle_is_taken(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", corners(80, 48))
    portrait = load_portrait(tmp_path / "a.png", None, 48)
    assert portrait.landmarks is None
    assert np.array_equal(portrait.face, corners(80, 48)[:, 16:64])


@pytest.mark.parametrize(("width", "height"), [(80, 48), (48, 81), (64, 64)])
def test_middle_square_touches_the_short_sides(width: int, height: int) -> None:
    x, y, side = middle_square(width, height)
    assert (x, y, side) == ((width - 1) / 2, (height - 1) / 2, min(width, height))


@pytest.mark.parametrize("square", [Square(60, 50, 40), Square(5, 90, 60), Square(100, 20, 150), Square(300, 40, 20), Square(-40, -40, 20)])
def test_a_crop_from_nearby_is_that_from_the_whole(square: Square) -> None:
    picture = demo_picture(0.3, 120, 96)
    near = cut_near(picture, square, 48)
    assert near.shape == (48, 48, 3)
    assert np.abs(near.astype(int) - cut(picture, square, 48)).mean() < 2.5


def first_of_gif(path: Path, picture: Picture) -> Path:
    return make_video(path / "a.gif", [picture, picture[:, ::-1]], codec="gif")


def first_of_video(path: Path, picture: Picture) -> Path:
    return make_video(path / "a.mp4", [picture, picture[:, ::-1]])


def still(path: Path, picture: Picture) -> Path:
    write_picture(path / "a.webp", picture)
    return path / "a.webp"


@pytest.mark.parametrize("make", [first_of_gif, first_of_video, still])
def test_first_picture_of_anything(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = make(tmp_path, corners(96, 96))
    portrait = load_portrait(path, None, 96)
    assert np.array_equal(portrait.picture, open_clip(path).first())
    assert np.abs(portrait.face.astype(int) - corners(96, 96)).mean() < 8


def test_large_picture_is_shrunk_first(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", demo_picture(0, 600, 400))
    portrait = load_portrait(tmp_path / "a.png", DemoFaceFinder(), 64, longest=300)
    assert portrait.picture.shape == (200, 300, 3)
    small = demo_picture(0, 64, 48)
    assert shrink(small, 64) is small


def test_no_face_has_its_sentence(tmp_path: Path) -> None:
    write_picture(tmp_path / "wall.png", np.full((48, 64, 3), 200, np.uint8))
    with pytest.raises(FaceError, match=r"No face was found in .*wall\.png") as caught:
        load_portrait(tmp_path / "wall.png", DemoFaceFinder(), 64)
    assert caught.value.hint


def test_folder_and_sound_have_their_sentences(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is a folder; a portrait is one picture"):
        load_portrait(tmp_path, DemoFaceFinder(), 64)
    with pytest.raises(MediaError, match="has sound but no picture"):
        load_portrait(make_sound(tmp_path / "a.m4a", 0.2), DemoFaceFinder(), 64)


def test_drawn_clip_makes_a_portrait(tmp_path: Path) -> None:
    assert load_portrait(drawn_clip(tmp_path / "a.mp4"), DemoFaceFinder(), 64).landmarks is not None
