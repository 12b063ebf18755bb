"""What happens to every frame: the neutral pose gives the portrait, orders change it, a lost face holds it."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from puppet.animator import Encoded
from puppet.cameras.live_frame import LiveFrame
from puppet.demo import DemoAnimator, DemoFaceFinder, demo_picture
from puppet.errors import EngineError, ModelError
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Facts, Parts, Shown
from puppet.live.stand_in import Performance
from puppet.live.timings import Timings
from puppet.motion import Motion
from puppet.picture import Picture
from puppet.steering.settling import SETTLING
from puppet.steering.steering import Steering
from tests.live_parts import COVERED, SIDE, drawn, live_settings, portrait, puppeteer

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
    puppet = puppeteer(settings=live_settings(motion__smoothing=False))
    play(puppet, [drawn()] * STEADY)
    away = play(puppet, [drawn(1.2)], start=102.0)[0]
    puppet.recalibrate()
    settled = play(puppet, [drawn(1.2)] * 20, start=102.1)[-1]
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
    play(puppeteer(animator=watching, settings=live_settings(motion__smoothing=False)), [*pictures, drawn()])
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
    puppet = puppeteer(settings=live_settings(camera__mirror=True))
    frame = play(puppet, [turned])[0].frame
    assert frame is not None
    assert np.array_equal(frame.picture, turned[:, ::-1])
    assert not frame.picture.flags.writeable
    puppet.adjust(live_settings(camera__mirror=False))
    after = play(puppet, [turned] * STEADY, start=102.0)
    assert after[0].frame is not None and np.array_equal(after[0].frame.picture, turned)
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
        play(puppeteer(animator=watching, settings=live_settings(motion__smoothing=smoothing)), noisy)
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


# While nobody can be followed


def test_with_nobody_there_the_last_picture_is_held_for_a_while_then_the_portrait_idles() -> None:
    watching = Watching()
    puppet = puppeteer(animator=watching, settings=live_settings(safety__when_lost="idle", safety__patience=1.0))
    last = play(puppet, [drawn(index / 25) for index in range(STEADY + 4)])[-1]
    poses = len(watching.poses)
    held = play(puppet, [COVERED] * 25, start=102.0)
    assert len(watching.poses) == poses
    assert all(one.image is last.image for one in held)
    idle = play(puppet, [COVERED] * 100, start=103.0)
    assert {one.state for one in idle} == {"no face"}
    assert len(watching.poses) > poses + 90
    moved = np.ptp([pose.points for pose in watching.poses[poses:]], axis=0).max()
    assert 0.002 < moved < 0.2, "alive, and calm"
    assert play(puppet, [drawn()] * 30, start=107.0)[-1].state == "live"


def test_with_nobody_there_a_card_may_be_shown() -> None:
    settings = live_settings(safety__when_lost="card", safety__patience=0.5, safety__card_words="Tea")
    puppet = puppeteer(settings=settings)
    shown = play(puppet, [COVERED] * 20)
    worn = portrait().face
    assert np.array_equal(shown[0].image, worn)
    assert not np.array_equal(shown[-1].image, worn)
    assert shown[-1].image.shape == worn.shape


def test_a_lost_camera_is_stood_in_for_without_frames() -> None:
    puppet = puppeteer(settings=live_settings(safety__when_lost="idle", safety__patience=0.2))
    play(puppet, [drawn()] * STEADY)
    assert puppet.stand_in(102.0, camera_lost=False) is None
    shown = [puppet.stand_in(102.0 + index / 25, camera_lost=True) for index in range(20)]
    assert {one.state for one in shown if one is not None} == {"camera lost"}
    assert shown[0] is not None and shown[-1] is not None
    assert shown[-1].moment == pytest.approx(102.76)
    assert shown[-1].frame is not None, "the driver's last picture is still known"
    assert shown[-1].tracked.face is None


def test_the_driver_is_never_shown_unless_it_is_asked_for() -> None:
    puppet = puppeteer()
    driver = demo_picture(0.5, 96, 72)
    states = play(puppet, [driver] * STEADY + [COVERED] * 3)
    assert not any(one.image.shape == driver.shape for one in states)
    puppet.show_real_face(True)
    shown = play(puppet, [driver], start=103.0)[0]
    assert shown.state == "real face"
    assert np.array_equal(shown.image, driver)
    assert puppet.stand_in(103.1, camera_lost=True) is not None, "a real face that is gone is stood in for"
    puppet.show_real_face(False)
    assert play(puppet, [driver], start=103.2)[0].image.shape != driver.shape


# Engine trouble


class Breaking(Watching):
    """Fails in `animate` while it is told to."""

    broken = False

    def animate(self, posed: Motion) -> Picture:
        if self.broken:
            raise EngineError("animate.onnx failed.", "")
        return super().animate(posed)


def test_an_engine_that_fails_is_opened_again_while_the_last_picture_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.0,))
    opened: list[Breaking] = []

    def open_parts() -> Parts:
        opened.append(Breaking())
        return Parts(opened[-1], DemoFaceFinder(), Facts("demo", "no engine", f"try {len(opened)}"))

    puppet = Puppeteer(open_parts, portrait(), live_settings(), Timings())
    last = play(puppet, [drawn()] * (STEADY + 1))[-1]
    opened[0].broken = True
    failed = play(puppet, [drawn()], start=102.0)[0]
    assert (failed.state, failed.trouble) == ("engine trouble", "animate.onnx failed.")
    assert failed.image is last.image
    assert opened[0].closed == 1
    mended = play(puppet, [drawn()], start=102.1)[0]
    assert (mended.state, mended.trouble) == ("live", ""), "the neutral pose is still known"
    assert len(opened) == 2
    assert puppet.facts.device == "try 2"


def test_an_engine_that_can_not_be_opened_again_is_tried_later_and_a_card_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def open_parts() -> Parts:
        tries.append(1)
        if len(tries) > 1:
            raise EngineError("The device is gone.")
        return Parts(Watching(), DemoFaceFinder(), Facts("demo", "no engine", "no device"))

    puppet = Puppeteer(open_parts, portrait(), live_settings(safety__when_lost="idle", safety__patience=0), Timings())
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.0,))
    puppet.fail(EngineError("It broke."))
    shown = play(puppet, [drawn()] * 3)
    assert {one.trouble for one in shown} == {"The device is gone."}
    assert len(tries) == 4
    assert not np.array_equal(shown[-1].image, portrait().face), "it can't idle, so it shows a card"


# Orders


def test_a_kept_portrait_is_put_on_without_being_encoded_again() -> None:
    class Counting(Watching):
        encoded = 0

        def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
            self.encoded += 1
            return super().encode(portrait, still_border=still_border)

    counting = Counting()
    puppet = puppeteer(animator=counting)
    play(puppet, [drawn()] * STEADY)
    other, path = portrait(time=2.0), Path("other.png")
    assert not puppet.wear_kept(path)
    puppet.keep(path, other)
    before = counting.encoded
    assert puppet.wear_kept(path)
    assert counting.encoded == before
    shown = play(puppet, [drawn()], start=100.0 + STEADY / 25)[0]
    assert np.abs(shown.image.astype(int) - other.face).max() <= 1
    puppet.drop(path)
    assert not puppet.wear_kept(path)


def test_another_model_wears_the_same_portrait_at_its_own_side() -> None:
    puppet = puppeteer()
    path, other = Path("other.png"), portrait(time=2.0)
    puppet.keep(path, other)
    play(puppet, [drawn()] * STEADY)
    larger = DemoAnimator(2 * SIDE)
    puppet.change_model(lambda: pytest.fail("opened again"), Parts(larger, DemoFaceFinder(), Facts("larger", "", "")))
    assert puppet.facts.model == "larger"
    shown = play(puppet, [drawn()] * STEADY, start=102.0)[-1]
    assert shown.image.shape == (2 * SIDE, 2 * SIDE, 3)
    assert puppet.wear_kept(path)
    assert play(puppet, [COVERED], start=104.0)[0].image.shape == (2 * SIDE, 2 * SIDE, 3)


def test_other_settings_hold_from_the_next_frame_and_the_neutral_pose_stays() -> None:
    puppet = puppeteer()
    play(puppet, [drawn()] * STEADY)
    puppet.adjust(live_settings(motion__strength=0.5, camera__zoom=1.2, camera__offset_x=0.1))
    shown = play(puppet, [drawn()] * 30, start=102.0)
    assert {one.state for one in shown} == {"live"}
    assert np.abs(shown[-1].image.astype(int) - portrait().face).mean() < 2, "the driver has not moved, only its crop has"
    puppet.adjust(live_settings(camera__mirror=True))
    assert play(puppet, [drawn()], start=104.0)[0].state == "settling"


def test_a_take_moves_the_portrait_with_and_without_frames_until_it_is_stopped() -> None:
    class Nod:
        def pose(self, steering: Steering, source: Motion, time: float, now: float) -> Motion:
            return steering.play(source._replace(points=source.points + np.array([0, 0.1 * np.sin(6 * time)], np.float32)), now)

    nod: Performance = Nod()
    watching = Watching()
    puppet = puppeteer(animator=watching)
    play(puppet, [drawn()] * STEADY)
    puppet.perform(nod)
    shown = play(puppet, [drawn()] * 20, start=102.0)
    assert {one.state for one in shown} == {"take"}
    without = [puppet.stand_in(103.0 + index / 25, camera_lost=True) for index in range(20)]
    assert {one.state for one in without if one is not None} == {"take"}
    assert np.ptp([pose.points[:, 1] for pose in watching.poses[-40:]], axis=0).min() > 0.1
    puppet.perform(None)
    assert play(puppet, [drawn()], start=105.0)[0].state == "live"


def test_it_tells_how_well_driver_and_portrait_match_and_can_calibrate_by_itself() -> None:
    puppet = puppeteer()
    shown = play(puppet, [drawn()] * STEADY)
    assert shown[-1].match is not None and 0 <= shown[-1].match <= 1
    assert shown[-1].neutral is not None and shown[-1].driving is not None and shown[-1].posed is not None
    puppet.calibrate_by_itself(True)
    play(puppet, [drawn(index / 25) for index in range(60)], start=102.0)
    puppet.calibrate_by_itself(False)


# What happens in an odd order


def test_hiding_the_real_face_covers_it_at_once_though_no_frame_comes() -> None:
    puppet = puppeteer()
    play(puppet, [drawn()] * STEADY)
    puppet.show_real_face(True)
    assert play(puppet, [drawn()], start=102.0)[0].state == "real face"
    puppet.show_real_face(False)
    covered = puppet.stand_in(102.1, camera_lost=False)
    assert covered is not None and covered.state == "no face"
    assert covered.image.shape == (SIDE, SIDE, 3)
    assert puppet.stand_in(102.2, camera_lost=False) is None


def test_a_fade_that_is_turned_off_in_the_middle_ends() -> None:
    puppet = puppeteer(settings=live_settings(portraits__fade=2.0))
    play(puppet, [drawn()] * STEADY)
    puppet.wear(portrait(time=2.0))
    play(puppet, [drawn()] * 3, start=102.0)
    puppet.adjust(live_settings(portraits__fade=0))
    shown = play(puppet, [drawn()], start=102.5)[0]
    assert np.abs(shown.image.astype(int) - portrait(time=2.0).face).max() <= 1


def test_a_portrait_put_on_while_nobody_is_there_does_not_give_way_to_the_old_one_later() -> None:
    puppet = puppeteer(settings=live_settings(portraits__fade=1.0))
    play(puppet, [drawn()] * STEADY)
    puppet.wear(portrait(time=2.0))
    play(puppet, [COVERED] * 3, start=102.0)
    shown = play(puppet, [drawn()] * 12, start=103.0)[-1]
    assert shown.state == "live"
    assert np.abs(shown.image.astype(int) - portrait(time=2.0).face).max() <= 1


def test_another_model_mends_a_failed_one_and_ends_a_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (60.0,))
    puppet = puppeteer()
    play(puppet, [drawn()] * STEADY)
    puppet.fail(EngineError("It broke."))
    puppet.fail(EngineError("It was used after it was closed."))
    assert play(puppet, [drawn()], start=102.0)[0].trouble == "It broke.", "an echo is not the cause"
    path = Path("other.png")
    puppet.keep(path, portrait(time=2.0))
    assert puppet.wear_kept(path), "what was chosen meanwhile is worn afterwards"
    good = Watching()
    puppet.change_model(lambda: pytest.fail("opened again"), Parts(good, DemoFaceFinder(), Facts("good", "", "")))
    shown = play(puppet, [drawn()] * STEADY, start=103.0)[-1]
    assert (shown.state, shown.trouble, good.closed) == ("live", "", 0)
    assert np.abs(shown.image.astype(int) - portrait(time=2.0).face).max() <= 1


def test_a_model_folder_that_has_gone_is_tried_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.0,))
    opened: list[int] = []

    def open_parts() -> Parts:
        opened.append(1)
        if len(opened) == 2:
            raise ModelError("There is no model folder.")
        return Parts(Watching(), DemoFaceFinder(), Facts("demo", "", ""))

    puppet = Puppeteer(open_parts, portrait(), live_settings(), Timings())
    puppet.fail(EngineError("It broke."))
    assert [one.trouble for one in play(puppet, [drawn()] * 2)] == ["There is no model folder.", ""]
