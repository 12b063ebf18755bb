"""Several faces of one picture, moved by one person or two."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.animator import Encoded
from puppet.cameras.live_frame import LiveFrame
from puppet.demo import DemoAnimator, DemoRestorer
from puppet.errors import EngineError
from puppet.live.backdrop import GREEN
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Facts, Parts, Shown
from puppet.live.timings import Timings
from puppet.motion import Motion
from puppet.picture import Picture
from puppet.portraits.portrait import Portrait
from puppet.portraits.scene import Staging
from puppet.settings import LiveSettings
from puppet.steering.settling import SETTLING
from puppet.steering.steering import Steering
from tests.live_parts import SIDE, live_settings, portrait
from tests.several_faces import STRIP, StripFinder, drawn_people, group_portrait

STEADY = round(SETTLING * 25) + 1
"""From this frame of an unbroken run with a face, at 25 a second, there is a neutral pose."""

CLOCK = itertools.count(2500)
"""Frames shown in all tests, at 25 a second."""


def puppeteer(worn: Portrait, **settings: Any) -> Puppeteer:
    """A puppeteer that sees people in strips."""
    asked = live_settings(motion__smoothing=False, portraits__shows="everyone", **settings)
    return Puppeteer(lambda: Parts(DemoAnimator(SIDE), StripFinder(), Facts("demo", "", "")), worn, asked, Timings())


def show(puppet: Puppeteer, *times: float | None, frames: int = 1) -> Shown:
    """Let people at these times of their drawn lives stand before the camera; the last of the frames."""
    picture = drawn_people(*times)
    for _ in range(frames):
        shown = puppet(LiveFrame(picture, next(CLOCK) / 25))
    return shown


def moved(before: Picture, after: Picture) -> list[bool]:
    """For each strip of two pictures whether it differs by more than a crop does that was put back as it was."""
    change = np.abs(after.astype(int) - before).max(axis=2)
    return [bool(change[:, left : left + STRIP].mean() > 2) for left in range(0, change.shape[1], STRIP)]


class Breaking(DemoAnimator):
    """Fails in `animate` while it is told to, and counts what it encodes."""

    broken = False
    encoded = 0

    def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
        self.encoded += 1
        return super().encode(portrait, still_border=still_border)

    def animate(self, posed: Motion) -> Picture:
        if self.broken:
            raise EngineError("animate.onnx failed.")
        return super().animate(posed)


class Counting(DemoAnimator):
    """Counts what it draws."""

    drawn = 0

    def animate(self, posed: Motion) -> Picture:
        self.drawn += 1
        return super().animate(posed)


# One person


def test_one_person_moves_every_face_of_the_picture() -> None:
    worn = group_portrait(0.2, 0.5, 1.1)
    puppet = puppeteer(worn)
    first = show(puppet, 0.0)
    assert first.state == "settling" and np.array_equal(first.image, worn.picture)
    still = show(puppet, 0.0, frames=STEADY)
    assert still.state == "live"
    assert moved(worn.picture, still.image) == [False] * 3, "who keeps still leaves the picture as it is"
    assert moved(worn.picture, show(puppet, 1.4).image) == [True] * 3
    assert still.place is not None and still.place.x < STRIP, "where the first face lies"


def test_the_picture_alone_moves_one_face_in_it() -> None:
    worn = group_portrait(0.2, 0.5, staging=Staging("picture"))
    puppet = puppeteer(worn)
    show(puppet, 0.0, frames=STEADY)
    assert moved(worn.picture, show(puppet, 1.4).image) == [True, False]


def test_a_face_moves_with_others_as_it_would_alone() -> None:
    pair, alone = group_portrait(0.2, 0.5), group_portrait(0.2)
    images = []
    for worn in (pair, alone):
        puppet = puppeteer(worn)
        show(puppet, 0.0, frames=STEADY)
        images.append(show(puppet, 1.4).image[20:52, 30:66])
    assert np.array_equal(images[0], images[1])


def test_green_stands_behind_the_people_and_moves_with_them() -> None:
    worn = group_portrait(0.2, 0.5, staging=Staging("everyone", background="green"))
    puppet = puppeteer(worn)
    still = show(puppet, 0.0, frames=STEADY).image
    for corner in (still[2, 2], still[-2, -2], still[2, STRIP]):
        assert tuple(corner) == GREEN
    middle = still[36, 48]
    assert np.abs(middle.astype(int) - worn.picture[36, 48]).max() < 20
    green = [(np.abs(image.astype(int) - GREEN).max(axis=2) < 30) for image in (still, show(puppet, 1.4).image)]
    assert 0.3 < green[0].mean() < 0.9
    assert (green[0] != green[1]).mean() > 0.005


def test_a_face_alone_may_stand_before_green_too() -> None:
    puppet = puppeteer(group_portrait(0.2, staging=Staging("face", background="green")))
    first = show(puppet, 0.0)
    assert first.image.shape == (SIDE, SIDE, 3) and first.place is None
    show(puppet, 0.0, frames=STEADY)
    assert tuple(show(puppet, 1.4).image[0, 0]) == GREEN


def test_all_faces_idle_each_in_a_way_of_its_own() -> None:
    worn = group_portrait(0.5, 0.5)
    puppet = puppeteer(worn, safety__when_lost="idle", safety__patience=0.2)
    image = show(puppet, None, frames=100).image
    assert moved(worn.picture, image) == [True, True]
    assert np.abs(image[:, :STRIP].astype(int) - image[:, STRIP:]).max() > 20


def test_a_take_moves_every_face() -> None:
    class Nod:
        def pose(self, steering: Steering, source: Motion, time: float, now: float) -> Motion:
            return steering.play(source._replace(points=source.points + np.array([0, 0.2], np.float32)), now)

    worn = group_portrait(0.2, 0.5, 1.1)
    puppet = puppeteer(worn)
    puppet.perform(Nod())
    shown = show(puppet, 0.0, frames=15)
    assert shown.state == "take" and shown.posed is not None
    assert moved(worn.picture, shown.image) == [True] * 3


def test_after_a_failure_every_face_is_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.0,))
    opened: list[Breaking] = []

    def open_parts() -> Parts:
        opened.append(Breaking(SIDE))
        return Parts(opened[-1], StripFinder(), Facts("demo", "", ""))

    worn = group_portrait(0.2, 0.5)
    puppet = Puppeteer(open_parts, worn, live_settings(motion__smoothing=False), Timings())
    show(puppet, 0.0, frames=STEADY)
    last = show(puppet, 1.4)
    opened[0].broken = True
    failed = show(puppet, 0.0)
    assert failed.state == "engine trouble" and failed.image is last.image
    again = show(puppet, 1.4)
    assert again.state == "live" and [animator.encoded for animator in opened] == [2, 2]
    assert np.array_equal(again.image, last.image)


# Two people


def two(worn: Portrait, *times: float | None, **settings: Any) -> Puppeteer:
    """A puppeteer for two people who have found their neutral poses."""
    puppet = puppeteer(worn, camera__people=2, **settings)
    show(puppet, *(times or (0.0, 0.0)), frames=STEADY)
    return puppet


def test_two_people_move_one_face_each_and_the_rest_stays_as_it_was_painted() -> None:
    worn = group_portrait(0.2, 1.1, 0.5)
    assert worn.scene is not None and worn.scene.members[1].square.side != worn.scene.members[2].square.side
    other = max((1, 2), key=lambda index: worn.scene.members[index].square.side if worn.scene else 0)
    puppet = two(worn)
    calm = show(puppet, 0.0, 0.0)
    assert calm.state == "live" and len(calm.others) == 1 and calm.others[0].face is not None
    assert moved(worn.picture, calm.image) == [False] * 3
    assert moved(worn.picture, show(puppet, 1.4, 0.0).image) == [True, False, False]
    assert moved(worn.picture, show(puppet, 0.0, 1.4).image) == [False, other == 1, other == 2]
    still = 3 - other
    both = show(puppet, 1.4, 1.4).image
    assert np.array_equal(both[:, still * STRIP + 30 : still * STRIP + 60], worn.picture[:, still * STRIP + 30 : still * STRIP + 60])


def test_the_left_person_moves_the_left_face_whichever_was_chosen() -> None:
    worn = group_portrait(0.2, 0.5)
    assert worn.scene is not None
    chosen_right = worn._replace(scene=worn.scene._replace(members=worn.scene.members[::-1]))
    puppet = two(chosen_right)
    shown = show(puppet, 1.4, 0.0)
    assert moved(worn.picture, shown.image) == [True, False]
    assert shown.place is not None and shown.place.x < STRIP


def test_swapped_people_move_each_others_face_from_their_own_neutral_pose_without_a_jump() -> None:
    worn = group_portrait(0.2, 0.5)
    puppet = two(worn, 0.0, 0.9)
    before = show(puppet, 1.4, 0.9)
    assert moved(worn.picture, before.image) == [True, False]
    puppet.swap_people()
    crossing = show(puppet, 1.4, 0.9)
    assert crossing.state == "live"
    assert np.abs(crossing.image.astype(int) - before.image).mean() < 1.0
    assert moved(worn.picture, show(puppet, 1.4, 0.9, frames=20).image) == [False, True]


def test_the_face_of_one_who_left_is_held_then_idles_while_the_other_goes_on() -> None:
    worn = group_portrait(0.2, 0.5)
    puppet = two(worn, safety__when_lost="idle", safety__patience=1.0)
    last = show(puppet, 1.4, 1.4)
    held = show(puppet, 0.0, None, frames=15)
    assert held.state == "live"
    assert np.array_equal(held.image[:, STRIP + 20 :], last.image[:, STRIP + 20 :]), "held"
    assert moved(last.image, held.image)[0]
    later = [show(puppet, 0.0, None).image for _ in range(80)]
    calm = np.abs(later[40].astype(int) - later[-1]).max(axis=2)
    assert calm[:, : STRIP - 20].max() == 0 and calm[:, STRIP + 20 :].max() > 20, "it idles"
    assert show(puppet, 0.0, 1.4, frames=30).others[0].face is not None
    assert moved(later[-1], show(puppet, 1.4, 1.4).image)[0]


def test_with_the_first_away_the_second_goes_on() -> None:
    puppet = two(group_portrait(0.2, 0.5))
    shown = show(puppet, None, 1.4, frames=3)
    assert shown.state == "live" and shown.tracked.face is None
    assert shown.driving is None and shown.posed is None


def test_a_card_comes_when_both_are_away() -> None:
    puppet = two(group_portrait(0.2, 0.5), safety__when_lost="card", safety__patience=0.5)
    assert show(puppet, None, 0.0, frames=40).words == ""
    both_away = show(puppet, None, None, frames=40)
    assert both_away.state == "no face" and both_away.words != ""


def test_nobody_and_one_alone() -> None:
    worn = group_portrait(0.2, 0.5)
    puppet = puppeteer(worn, camera__people=2)
    assert show(puppet, None, None, frames=5).state == "no face"
    show(puppet, None, 0.0, frames=STEADY + 30)
    assert moved(worn.picture, show(puppet, None, 1.4).image) == [True, False], "one alone is the first"


def test_from_three_faces_to_one_and_back_while_two_drive() -> None:
    group, single = group_portrait(0.2, 0.5, 1.1), portrait()
    puppet = two(group)
    puppet.wear(single)
    shown = show(puppet, 0.0, 1.4)
    assert shown.state == "live" and "first person" in shown.remark
    assert np.abs(shown.image.astype(int) - single.face).max() <= 1, "the second person moves nothing"
    puppet.wear(group)
    again = show(puppet, 0.0, 0.0)
    assert (again.state, again.remark) == ("live", "")
    assert moved(group.picture, again.image) == [False] * 3, "the second person's neutral pose is still known"


def test_another_person_is_expected_and_no_longer() -> None:
    worn = group_portrait(0.2, 0.5)
    puppet = puppeteer(worn)
    show(puppet, 0.0, 0.0, frames=STEADY)
    asked: Callable[[int], LiveSettings] = lambda people: live_settings(motion__smoothing=False, camera__people=people)  # noqa: E731
    puppet.adjust(asked(2))
    show(puppet, 0.0, 0.0, frames=STEADY)
    assert moved(worn.picture, show(puppet, 0.0, 1.4).image) == [False, True]
    puppet.adjust(asked(1))
    shown = show(puppet, 1.4, 0.0)
    assert shown.state == "live" and shown.others == ()
    assert moved(worn.picture, shown.image) == [True, True]


def test_another_model_takes_every_neutral_pose_anew() -> None:
    puppet = two(portrait())
    puppet.change_model(lambda: pytest.fail("opened again"), Parts(DemoAnimator(SIDE, 7), StripFinder(), Facts("other", "", "")))
    puppet.wear(group_portrait(0.2, 0.5))
    assert show(puppet, 0.0, 0.0).state == "settling"
    assert show(puppet, 0.0, 0.0, frames=STEADY).state == "live"


# Sharper faces


class Restoring(DemoRestorer):
    """Counts its work, and fails once it is told to."""

    done = closed = 0
    broken = False

    def restore(self, aligned: Picture) -> Picture:
        if self.broken:
            raise EngineError("It ran out of memory.")
        self.done += 1
        return super().restore(aligned)

    def close(self) -> None:
        self.closed += 1


def test_a_sharper_face_alone_is_larger_and_put_back_it_keeps_the_pictures_size() -> None:
    puppet, restoring = puppeteer(portrait()), Restoring()
    show(puppet, 0.0, frames=STEADY)
    puppet.enhance(restoring)
    assert show(puppet, 0.0).image.shape == (512, 512, 3)
    assert restoring.done == 1
    group = group_portrait(0.2, 0.5)
    puppet.wear(group)
    assert show(puppet, 0.0).image.shape == group.picture.shape
    assert restoring.done == 3, "both faces"
    puppet.enhance(None)
    assert restoring.closed == 1
    puppet.wear(portrait())
    assert show(puppet, 0.0).image.shape == (SIDE, SIDE, 3)


def test_the_restorer_outlives_a_model_and_an_engine_and_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.0,))
    puppet, restoring = puppeteer(portrait()), Restoring()
    puppet.enhance(restoring)
    puppet.change_model(
        lambda: Parts(DemoAnimator(SIDE), StripFinder(), Facts("again", "", "")),
        Parts(DemoAnimator(SIDE), StripFinder(), Facts("other", "", "")),
    )
    assert show(puppet, 0.0, frames=STEADY).image.shape == (512, 512, 3)
    puppet.fail(EngineError("It broke."))
    assert show(puppet, 0.0, frames=2).image.shape == (512, 512, 3)
    assert restoring.closed == 0
    puppet.close()
    assert restoring.closed == 1


def test_while_the_engine_is_in_trouble_a_restorer_can_be_taken() -> None:
    puppet, restoring = puppeteer(portrait()), Restoring()
    puppet.fail(EngineError("It broke."))
    puppet.enhance(restoring)
    assert show(puppet, 0.0).state == "engine trouble"


def test_a_restorer_that_fails_is_told_of_and_the_run_goes_on() -> None:
    puppet, restoring = puppeteer(portrait()), Restoring()
    show(puppet, 0.0, frames=STEADY)
    puppet.enhance(restoring)
    restoring.broken = True
    failed = show(puppet, 0.0)
    assert failed.state == "live" and "ran out of memory" in failed.remark
    after = show(puppet, 0.0)
    assert (after.state, after.image.shape) == ("live", (SIDE, SIDE, 3))
    puppet.enhance(None)
    assert show(puppet, 0.0).remark == ""


def test_neither_a_restorer_nor_its_failure_lets_the_pose_go() -> None:
    puppet, restoring, group = puppeteer(group_portrait(0.2, 0.5), portraits__fade=0), Restoring(), group_portrait(0.2, 0.5)
    show(puppet, 0.0, frames=STEADY)
    posed = show(puppet, 1.4).image
    assert moved(group.picture, posed) == [True, True]
    puppet.enhance(restoring)
    sharp = [show(puppet, None), show(puppet, 1.4)]
    restoring.broken = True
    broken = [show(puppet, 1.4), show(puppet, None), show(puppet, 1.4)]
    for shown in (*sharp, *broken):
        assert np.abs(shown.image.astype(int) - posed).mean() < 1.0
        assert moved(group.picture, shown.image) == [True, True]


def test_kept_portraits_change_in_their_pictures_too() -> None:
    puppet = puppeteer(portrait(), portraits__fade=0)
    show(puppet, 0.0, frames=STEADY)
    group, path = group_portrait(0.2, 0.5), Path("group.png")
    puppet.keep(path, group)
    assert puppet.wear_kept(path)
    shown = show(puppet, 0.0)
    assert shown.state == "live" and moved(group.picture, shown.image) == [False, False]


def test_a_kept_portrait_is_put_back_on_without_a_drawing() -> None:
    counting = Counting(SIDE)
    asked = live_settings(motion__smoothing=False)
    puppet = Puppeteer(lambda: Parts(counting, StripFinder(), Facts("demo", "", "")), portrait(), asked, Timings())
    group, path = group_portrait(0.2, 0.5), Path("group.png")
    puppet.keep(path, group)
    assert puppet.wear_kept(path)
    assert counting.drawn == 2, "each face at rest, to match its colours"
    show(puppet, 0.0, frames=STEADY)
    first = show(puppet, 1.4)
    puppet.wear(portrait())
    show(puppet, 0.0)
    before = counting.drawn
    assert puppet.wear_kept(path)
    assert counting.drawn == before
    assert np.array_equal(show(puppet, 1.4).image, first.image)
