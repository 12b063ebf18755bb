"""The offline loop: neutral stands still, missing faces hold, order does not matter."""

import numpy as np
import pytest

from puppet.demo import DemoAnimator, demo_frames, demo_picture
from puppet.live.timings import Timings
from puppet.media.clip import Frame
from puppet.offline.animation import Animation, animate_clip
from puppet.picture import Picture, Square

SIDE = 64
WHOLE = Square((SIDE - 1) / 2, (SIDE - 1) / 2, SIDE)
PORTRAIT = demo_picture(3.0, SIDE, SIDE)


def animate(
    pictures: list[Picture], squares: list[Square | None] | None = None, neutral: Picture | None = None, relative: bool = True
) -> list[Picture]:
    animation = Animation(DemoAnimator(SIDE), PORTRAIT, relative=relative, adapt_scale=False)
    if neutral is not None:
        animation.settle(neutral)
    frames = [Frame(picture, index / 25) for index, picture in enumerate(pictures)]
    results = list(animate_clip(animation, frames, squares or [WHOLE] * len(frames), SIDE, Timings()))
    assert [result.time for result in results] == [frame.time for frame in frames]
    assert [result.found for result in results] == [square is not None for square in squares or [WHOLE] * len(frames)]
    return [result.face for result in results]


def test_neutral_frame_shows_the_portrait_itself() -> None:
    pictures = list(demo_frames(1, 5, SIDE, SIDE))
    faces = animate(pictures, neutral=pictures[3])
    assert np.array_equal(faces[3], PORTRAIT)
    assert all(np.abs(face.astype(int) - PORTRAIT).mean() > 0.2 for index, face in enumerate(faces) if index != 3)


def test_first_frame_is_neutral_where_none_was_chosen() -> None:
    assert np.array_equal(animate(list(demo_frames(0.4, 5, SIDE, SIDE)))[0], PORTRAIT)


def test_absolute_motion_takes_the_drivers_pose() -> None:
    driver = demo_picture(1.3, SIDE, SIDE)
    face = animate([driver], relative=False)[0]
    assert np.abs(face.astype(int) - driver).mean() < 0.3 * np.abs(PORTRAIT.astype(int) - driver).mean()


def test_backwards_and_forwards_from_the_best_frame_is_the_same_as_in_order() -> None:
    pictures = list(demo_frames(2, 5, SIDE, SIDE))
    in_order = animate(pictures, neutral=pictures[4])
    forwards, backwards = animate(pictures[4:], neutral=pictures[4]), animate(pictures[4::-1], neutral=pictures[4])
    for one, other in zip(in_order, [*backwards[:0:-1], *forwards], strict=True):
        assert np.array_equal(one, other)


def test_missing_face_holds_the_last_motion() -> None:
    pictures = list(demo_frames(1, 5, SIDE, SIDE))
    faces = animate(pictures, [None, WHOLE, WHOLE, None, None], neutral=pictures[1])
    assert np.array_equal(faces[0], PORTRAIT)
    assert faces[3] is faces[4] is faces[2]
    assert not np.array_equal(faces[2], PORTRAIT)


def test_crop_is_taken_from_the_frame() -> None:
    wide = demo_picture(0.8, 3 * SIDE, SIDE)
    square = Square(1.5 * SIDE - 0.5, SIDE / 2 - 0.5, SIDE)
    neutral = demo_picture(0, SIDE, SIDE)
    middle = np.ascontiguousarray(wide[:, SIDE : 2 * SIDE])
    assert np.array_equal(animate([wide], [square], neutral)[0], animate([middle], [WHOLE], neutral)[0])


@pytest.mark.parametrize("extra", [-1, 1])
def test_second_pass_of_another_length_ends_with_the_shorter(extra: int) -> None:
    animation = Animation(DemoAnimator(SIDE), PORTRAIT)
    frames = [Frame(PORTRAIT, index / 25) for index in range(4)]
    squares = [WHOLE] * (4 + extra)
    assert len(list(animate_clip(animation, frames, squares, SIDE, Timings()))) == min(4, 4 + extra)
