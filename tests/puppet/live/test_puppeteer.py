"""What happens to every frame: the neutral pose gives the portrait, orders change it, a lost face holds it."""

import itertools

import numpy as np
import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.demo import DemoAnimator, demo_picture
from puppet.live.puppeteer import Puppeteer, Shown
from puppet.live.timings import Timings
from puppet.motion import Motion
from puppet.picture import Picture
from puppet.steering.settling import SETTLING
from tests.live_parts import COVERED, SIDE, drawn, portrait, puppeteer

STEADY = round(SETTLING * 25) + 1
"""From this frame of an unbroken run with a face, at 25 a second, there is a neutral pose."""


class Watching(DemoAnimator):
    """A demo animator that remembers the poses it was asked for."""

    def __init__(self) -> None:
        super().__init__(SIDE)
        self.poses: list[Motion] = []
        self.closed = 0

    def animate(self, posed: Motion) -> Picture:
        self.poses.append(posed)
        return super().animate(posed)

    def close(self) -> None:
        self.closed += 1
        super().close()


def play(puppet: Puppeteer, pictures: list[Picture], start: float = 100.0) -> list[Shown]:
    """Show the puppeteer pictures at 25 a second."""
    return [puppet(LiveFrame(picture, start + index / 25)) for index, picture in enumerate(pictures)]


def test_a_driver_that_keeps_still_gives_the_portrait_exactly() -> None:
    watching = Watching()
    worn = portrait()
    shown = play(puppeteer(animator=watching), [drawn()] * (STEADY + 3))
    source = watching.detect(worn.face)
    assert [one.state for one in shown] == ["settling"] * (STEADY - 1) + ["live"] * 4
    assert np.array_equal(shown[0].image, worn.face)
    for pose in watching.poses:
        assert np.allclose(pose.points, source.points, atol=1e-6)
        assert np.allclose(pose.jacobians, source.jacobians, atol=1e-6)
    assert np.abs(shown[-1].image.astype(int) - worn.face).max() <= 1


def test_a_driver_that_moves_moves_the_portrait() -> None:
    puppet = puppeteer()
    still = play(puppet, [drawn()] * STEADY)[-1]
    moved = play(puppet, [drawn(index / 25) for index in range(1, 25)], start=102.0)[-1]
    assert moved.state == "live"
    assert np.abs(moved.image.astype(int) - still.image).mean() > 1


def test_recalibrating_makes_the_present_pose_neutral() -> None:
    puppet = puppeteer(smoothing=False)
    play(puppet, [drawn()] * STEADY)
    away = play(puppet, [drawn(1.2)], start=102.0)[0]
    puppet.recalibrate()
    settled = play(puppet, [drawn(1.2)], start=102.1)[0]
    worn = portrait().face.astype(int)
    assert np.abs(settled.image - worn).max() <= 1
    assert np.abs(away.image - worn).mean() > 1


def test_without_a_driver_recalibrating_takes_the_next_steady_frame() -> None:
    puppet = puppeteer()
    play(puppet, [drawn()] * STEADY)
    play(puppet, [COVERED], start=102.0)
    puppet.recalibrate()
    shown = play(puppet, [drawn()] * STEADY, start=102.5)
    assert [one.state for one in shown] == ["settling"] * (STEADY - 1) + ["live"]


def test_neither_coarse_first_pictures_nor_a_blink_decide_the_neutral_pose() -> None:
    watching = Watching()
    pictures = [drawn(1.2)] * 8 + [drawn()] * 18
    pictures[STEADY - 1] = drawn(1.2)
    play(puppeteer(animator=watching, smoothing=False), [*pictures, drawn()])
    assert np.allclose(watching.poses[-1].points, watching.detect(portrait().face).points, atol=1e-6)
    assert not np.allclose(watching.poses[0].points, watching.poses[-1].points, atol=1e-2)


def test_a_face_that_is_lost_while_it_settles_settles_anew() -> None:
    shown = play(puppeteer(), [drawn()] * (STEADY - 1) + [COVERED] + [drawn()] * (STEADY - 1))
    assert {one.state for one in shown} == {"settling", "no face"}


def test_another_portrait_moves_from_the_same_neutral_pose() -> None:
    puppet = puppeteer()
    play(puppet, [drawn()] * STEADY)
    other = portrait(time=2.0)
    puppet.wear(other)
    shown = play(puppet, [drawn()], start=100.0 + STEADY / 25)[0]
    assert shown.state == "live"
    assert np.abs(shown.image.astype(int) - other.face).max() <= 1


def test_a_lost_face_holds_the_last_picture_and_says_so() -> None:
    puppet = puppeteer()
    last = play(puppet, [drawn(index / 25) for index in range(STEADY + 4)])[-1]
    lost = play(puppet, [COVERED] * 3, start=102.0)
    assert [one.state for one in lost] == ["no face"] * 3
    assert all(one.image is last.image for one in lost)
    assert lost[-1].tracked.lost_for > 0
    assert play(puppet, [drawn()], start=102.6)[0].state == "live"


def test_with_nobody_there_another_portrait_is_seen_at_once() -> None:
    puppet = puppeteer()
    other = portrait(time=2.0)
    puppet.wear(other)
    shown = play(puppet, [COVERED])[0]
    assert shown.state == "no face"
    assert shown.image is other.face


def test_a_mirror_flips_the_driver_before_the_face_is_looked_for() -> None:
    turned = demo_picture(0.9, 96, 72)
    puppet = puppeteer(mirror=True)
    shown = play(puppet, [turned])[0]
    assert np.array_equal(shown.frame.picture, turned[:, ::-1])
    assert not shown.frame.picture.flags.writeable
    puppet.turn_mirror()
    after = play(puppet, [turned] * STEADY, start=102.0)
    assert np.array_equal(after[0].frame.picture, turned)
    assert [one.state for one in after] == ["settling"] * (STEADY - 1) + ["live"]


def test_another_face_elsewhere_gets_a_neutral_pose_of_its_own() -> None:
    def at(x: int) -> Picture:
        canvas = np.array(np.broadcast_to(demo_picture(0, 32, 24)[0, 0], (72, 400, 3)))
        canvas[:, x : x + 96] = drawn()
        return canvas

    puppet = puppeteer()
    play(puppet, [at(0)] * STEADY)
    shown = play(puppet, [at(300)] * STEADY, start=102.0)
    assert [one.state for one in shown] == ["settling"] * (STEADY - 1) + ["live"]
    assert np.abs(shown[-1].image.astype(int) - portrait().face).max() <= 1


def test_every_stage_is_timed() -> None:
    timings = Timings()
    play(puppeteer(timings), [drawn()] * STEADY)
    stages = timings.snapshot().stages
    assert {name: spread.samples for name, spread in stages.items()} == {"track": STEADY, "detect": STEADY, "animate": 1}


def test_smoothing_calms_a_trembling_driver() -> None:
    def trembling(smoothing: bool) -> float:
        watching = Watching()
        random = np.random.default_rng(3)
        noisy = [np.clip(drawn() + random.normal(0, 8, (72, 96, 3)), 0, 255).astype(np.uint8) for _ in range(60)]
        play(puppeteer(animator=watching, smoothing=smoothing), noisy)
        steps = [np.abs(after.points - before.points).mean() for before, after in itertools.pairwise(watching.poses)]
        return float(np.mean(steps))

    smooth, raw = trembling(smoothing=True), trembling(smoothing=False)
    assert smooth < 0.7 * raw


def test_closing_closes_what_it_was_given() -> None:
    watching = Watching()
    puppet = puppeteer(animator=watching)
    puppet.close()
    puppet.close()
    assert watching.closed == 2
    with pytest.raises(Exception, match="portrait"):
        watching.animate(portrait_motion())


def portrait_motion() -> Motion:
    """The motion of the worn portrait."""
    return DemoAnimator(SIDE).detect(portrait().face)
