"""The offline loop: neutral stands still, missing faces hold, order does not matter, portraits don't mind each other."""

import numpy as np
import pytest

from puppet.animator import Encoded
from puppet.demo import GROUND, DemoAnimator, demo_frames, demo_picture
from puppet.live.timings import Timings
from puppet.media.clip import Frame
from puppet.motion import Motion
from puppet.offline.animation import Animation, animate_clip
from puppet.picture import Picture, Square
from puppet.still_border import still_share

SIDE = 64
WHOLE = Square((SIDE - 1) / 2, (SIDE - 1) / 2, SIDE)
PORTRAIT = demo_picture(3.0, SIDE, SIDE)


def animate(
    pictures: list[Picture], squares: list[Square | None] | None = None, neutral: Picture | None = None, relative: bool = True
) -> list[Picture]:
    animation = Animation(DemoAnimator(SIDE), [PORTRAIT], relative=relative, adapt_scale=False)
    if neutral is not None:
        animation.settle(neutral)
    frames = [Frame(picture, index / 25) for index, picture in enumerate(pictures)]
    results = list(animate_clip(animation, frames, squares or [WHOLE] * len(frames), SIDE, Timings()))
    assert [result.time for result in results] == [frame.time for frame in frames]
    assert [result.found for result in results] == [square is not None for square in squares or [WHOLE] * len(frames)]
    return [face for result in results for face in result.drawn.faces]


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
    animation = Animation(DemoAnimator(SIDE), [PORTRAIT])
    frames = [Frame(PORTRAIT, index / 25) for index in range(4)]
    squares = [WHOLE] * (4 + extra)
    assert len(list(animate_clip(animation, frames, squares, SIDE, Timings()))) == min(4, 4 + extra)


def test_each_portrait_moves_as_it_would_alone() -> None:
    portraits = [PORTRAIT, demo_picture(1.0, SIDE, SIDE), demo_picture(4.2, SIDE, SIDE)]
    frames = [Frame(picture, index / 25) for index, picture in enumerate(demo_frames(0.6, 5, SIDE, SIDE))]

    def move(together: list[Picture]) -> list[tuple[Picture, ...]]:
        animation = Animation(DemoAnimator(SIDE), together, adapt_scale=False)
        return [result.drawn.faces for result in animate_clip(animation, frames, [WHOLE] * len(frames), SIDE, Timings())]

    for index, portrait in enumerate(portraits):
        for several, alone in zip(move(portraits), move([portrait]), strict=True):
            assert len(several) == 3
            assert np.array_equal(several[index], alone[0])


def test_driver_is_read_once_a_frame_and_portraits_once_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"detect": 0, "encode": 0, "wear": 0}
    for name in counts:
        really = getattr(DemoAnimator, name)

        def count(self: DemoAnimator, given: object, name: str = name, really: object = really, **asked: bool) -> object:
            counts[name] += 1
            return really(self, given, **asked)  # type: ignore[operator]

        monkeypatch.setattr(DemoAnimator, name, count)
    animation = Animation(DemoAnimator(SIDE), [PORTRAIT] * 3)
    assert counts["encode"] == 3
    counts["detect"] = 0
    frames = [Frame(PORTRAIT, index / 25) for index in range(4)]
    list(animate_clip(animation, frames, [WHOLE] * 4, SIDE, Timings()))
    assert counts == {"detect": 4, "encode": 3, "wear": 12}


def test_borders_stand_still_where_they_are_to_be_put_back() -> None:
    portrait = np.asarray(PORTRAIT // 2 + np.random.default_rng(0).integers(0, 100, PORTRAIT.shape), np.uint8)
    edge, changes = still_share(SIDE) == 1, []
    for still_border in (False, True):
        animation = Animation(DemoAnimator(SIDE), [portrait], mattes=[portrait], still_border=still_border)
        animation.settle(demo_picture(0, SIDE, SIDE))
        drawn = animation.move(demo_picture(1.3, SIDE, SIDE), Timings())
        changes.append([np.abs(image.astype(int) - portrait)[edge].mean() for image in (*drawn.faces, *drawn.mattes)])
    assert min(changes[0]) > 5
    assert max(changes[1]) < 0.5


def test_one_portrait_is_worn_once_for_all_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    worn: list[object] = []
    really = DemoAnimator.wear

    def wear(self: DemoAnimator, portrait: Picture | Encoded) -> Motion:
        worn.append(portrait)
        return really(self, portrait)

    monkeypatch.setattr(DemoAnimator, "wear", wear)
    animation = Animation(DemoAnimator(SIDE), [PORTRAIT])
    list(animate_clip(animation, [Frame(PORTRAIT, index / 25) for index in range(5)], [WHOLE] * 5, SIDE, Timings()))
    assert len(worn) == 1


def test_matte_moves_with_its_portrait() -> None:
    grey = np.where(np.abs(PORTRAIT.astype(int) - GROUND).max(axis=2, keepdims=True) > 24, 255, 0).astype(np.uint8).repeat(3, axis=2)
    animation = Animation(DemoAnimator(SIDE), [PORTRAIT], adapt_scale=False, mattes=[grey])
    animation.settle(demo_picture(0, SIDE, SIDE))
    drawn = animation.move(demo_picture(1.3, SIDE, SIDE), Timings())
    (face,), (matte,) = drawn
    head = np.abs(face.astype(int) - GROUND).max(axis=2) > 24
    assert ((matte[:, :, 0] > 127) == head).mean() > 0.97
    assert ((grey[:, :, 0] > 127) == head).mean() < 0.97, "it did move"
    assert np.array_equal(animation.rest().mattes[0], grey)
    assert animation.hold() is drawn
