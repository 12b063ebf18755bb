"""Every step between what is seen and what is drawn, and no jump whatever changes between two frames."""

import math
from itertools import pairwise

import numpy as np
import pytest

from puppet.contract import ModelCard
from puppet.demo import DemoAnimator
from puppet.motion import Motion, retarget
from puppet.settings import MotionSettings
from puppet.steering.crossing import CROSSING
from puppet.steering.emphasis import emphasise
from puppet.steering.settling import SETTLING
from puppet.steering.steering import Steered, Steering
from puppet.steering.strength import strengthen
from tests.puppet.steering.steered_faces import LIDS, LIPS, assert_alike, blinking, carried, face, similarity, speaking

RATE = 25.0
SOURCE = carried(speaking(face(1, 0.02), 0.15), similarity(5, 1.1))
"""Its mouth stands open: a driver whose mouth is more so would open it, neutral or not."""

NEUTRAL = face(2)
RAW = MotionSettings(smoothing=False, guard=False)
CARD = DemoAnimator(64, 20).card.model_copy(update={"lids": list(LIDS), "lips": list(LIPS)})


def moved(degrees: float = 12) -> Motion:
    """The driver away from the neutral pose."""
    return carried(speaking(NEUTRAL, 0.04), similarity(degrees, 1.05), (0.05, -0.03))


class Run:
    """A steering that is shown one motion after another, at `RATE`."""

    def __init__(self, settings: MotionSettings = RAW, card: ModelCard = CARD) -> None:
        self.steering = Steering(settings)
        self.steering.wear(SOURCE, card)
        self.now = 10.0
        self.shown: list[Motion] = []

    def show(self, motion: Motion, seconds: float = 1 / RATE) -> Steered:
        """The last of what became of it, seen for so long."""
        for _ in range(max(1, round(seconds * RATE))):
            self.now += 1 / RATE
            steered = self.steering.steer(motion, self.now)
            if steered.posed is not None:
                self.shown.append(steered.posed)
        return steered

    def play(self, motion: Motion, seconds: float) -> None:
        for _ in range(round(seconds * RATE)):
            self.now += 1 / RATE
            self.shown.append(self.steering.play(motion, self.now))

    def settle(self) -> "Run":
        """Keep still until the neutral pose is there."""
        self.show(NEUTRAL, SETTLING + 0.1)
        return self

    def posed(self, motion: Motion) -> Motion:
        posed = self.show(motion, CROSSING + 0.1).posed
        assert posed is not None
        return posed

    def farthest_step(self) -> float:
        return max(float(np.abs(after.points - before.points).max()) for before, after in pairwise(self.shown))


def carried_over(driving: Motion, neutral: Motion = NEUTRAL) -> Motion:
    return retarget(SOURCE, driving, neutral, adapt_scale=True, lids=LIDS, lips=LIPS)


def test_nothing_is_drawn_until_the_face_kept_still_for_a_moment() -> None:
    run = Run()
    first = run.show(NEUTRAL)
    assert first == Steered(None, NEUTRAL, None, 0.0)
    assert run.show(NEUTRAL, SETTLING - 0.1).posed is None
    settled = run.show(NEUTRAL, 0.2)
    assert settled.posed is not None and settled.neutral is run.steering.neutral
    assert_alike(settled.posed, SOURCE)


def test_motion_is_carried_over_as_it_stands() -> None:
    run = Run().settle()
    steered = run.show(moved())
    assert steered.posed is not None and steered.driving is not None and steered.neutral is not None
    assert_alike(steered.posed, carried_over(moved()))
    assert_alike(steered.neutral, NEUTRAL, 1e-6)
    assert steered.driving is not None and steered.eased == 0
    assert_alike(run.posed(NEUTRAL), SOURCE)


def test_absolute_motion_needs_no_neutral_pose_and_finds_one_meanwhile() -> None:
    run = Run(RAW.model_copy(update={"relative": False}))
    first = run.show(moved())
    assert first.posed is not None and first.neutral is None
    assert_alike(first.posed, moved())
    assert run.show(moved(), SETTLING + 0.1).neutral is not None
    run.steering.adjust(RAW)
    assert_alike(run.posed(moved()), SOURCE)


@pytest.mark.parametrize("emphasis", ["head", "face"])
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("guard", [False, True])
def test_emphasis_then_strength_within_the_guard(emphasis: str, strength: float, guard: bool) -> None:
    settings = MotionSettings.model_validate({"smoothing": False, "guard": guard, "emphasis": emphasis, "strength": strength})
    part = emphasise(SOURCE, carried_over(moved()), settings.emphasis, lids=LIDS, lips=LIPS)
    assert_alike(Run(settings).settle().posed(moved()), strengthen(SOURCE, part, strength, lids=LIDS, lips=LIPS), 1e-4)


def test_the_guard_tells_how_much_it_holds_back() -> None:
    wild = carried(NEUTRAL, similarity(100))
    guarded, free = (Run(RAW.model_copy(update={"guard": guard})).settle() for guard in (True, False))
    assert guarded.show(wild).eased > 0.4
    assert free.show(wild).eased == 0
    assert guarded.show(NEUTRAL, 5).eased == 0


def test_smoothing_calms_a_trembling_face() -> None:
    random = np.random.default_rng(0)
    tremble = [NEUTRAL._replace(points=NEUTRAL.points + random.normal(0, 0.003, (20, 2)).astype(np.float32)) for _ in range(100)]
    raw, smooth = Run().settle(), Run(RAW.model_copy(update={"smoothing": True})).settle()
    for run in (raw, smooth):
        run.shown.clear()
        for motion in tremble:
            run.show(motion)
    assert (
        np.std([motion.points for motion in smooth.shown], axis=0).mean()
        < 0.7 * np.std([motion.points for motion in raw.shown], axis=0).mean()
    )


CHANGES: list[dict[str, object]] = [
    {"relative": False}, {"adapt_scale": False}, {"emphasis": "head"}, {"emphasis": "face"}, {"strength": 2.0}, {"strength": 0.0},
    {"smoothing": True}, {"guard": True},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_settings_change_without_a_jump_and_without_losing_the_neutral_pose(change: dict[str, object]) -> None:
    run = Run().settle()
    run.posed(moved(20))
    run.shown = run.shown[-1:]
    neutral = run.steering.neutral
    run.steering.adjust(MotionSettings.model_validate({**RAW.model_dump(), **change}))
    after = run.posed(moved(20))
    assert run.steering.neutral is neutral
    whole = float(np.abs(after.points - run.shown[0].points).max())
    assert run.farthest_step() <= 0.25 * whole + 1e-6
    run.shown = run.shown[-1:]
    run.steering.adjust(RAW)
    run.posed(moved(20))
    assert run.farthest_step() <= 0.25 * whole + 1e-6


def test_recalibrating_takes_the_present_pose_without_a_jump() -> None:
    run = Run().settle()
    run.posed(moved())
    run.shown = run.shown[-1:]
    run.steering.recalibrate()
    assert_alike(run.posed(moved()), SOURCE)
    assert run.farthest_step() < 0.25 * np.abs(SOURCE.points - run.shown[0].points).max()


def test_with_nobody_there_recalibrating_takes_the_next_steady_pose() -> None:
    run = Run().settle()
    run.steering.lose()
    run.steering.recalibrate()
    assert run.steering.neutral is None
    assert run.show(moved()).posed is None
    assert run.show(moved(), SETTLING + 0.1).neutral is not None
    assert_alike(run.posed(moved()), SOURCE)


def test_a_face_that_is_lost_and_found_keeps_its_neutral_pose_and_does_not_jump() -> None:
    run = Run().settle()
    run.posed(moved(-15))
    neutral, run.shown = run.steering.neutral, run.shown[-1:]
    for _ in range(50):
        run.now += 1 / RATE
        run.steering.lose()
    after = run.posed(moved(15))
    assert run.steering.neutral is neutral
    assert_alike(after, carried_over(moved(15)), 1e-4)
    assert run.farthest_step() < 0.25 * np.abs(after.points - run.shown[0].points).max()


def test_another_face_settles_anew_and_begins_where_the_portrait_was_left() -> None:
    run = Run().settle()
    run.posed(moved())
    run.shown = run.shown[-1:]
    run.steering.forget()
    assert run.steering.neutral is None
    other = carried(face(5, 0.02), similarity(10, 0.8))
    assert run.show(other, SETTLING - 0.1).posed is None
    run.show(other, 0.2)
    assert_alike(run.posed(other), SOURCE, 1e-4)
    assert run.farthest_step() < 0.25 * np.abs(SOURCE.points - run.shown[0].points).max()


def test_from_live_to_idle_and_back_there_is_no_jump() -> None:
    run = Run().settle()
    run.posed(moved(15))
    run.shown = run.shown[-1:]
    idle = carried(SOURCE, similarity(-3))
    for _ in range(20):
        run.steering.lose()  # as happens with every frame without a face
        run.play(idle, 1 / RATE)
    assert_alike(run.shown[-1], idle, 0)
    after = run.posed(moved(15))
    assert_alike(after, carried_over(moved(15)), 1e-4)
    assert run.farthest_step() < 0.25 * np.abs(after.points - idle.points).max()


def test_a_better_neutral_pose_is_measured_from_without_a_jump() -> None:
    run = Run().settle()
    run.posed(moved())
    run.shown = run.shown[-1:]
    run.steering.take_neutral(moved())
    assert_alike(run.posed(moved()), SOURCE)
    assert run.farthest_step() < 0.25 * np.abs(SOURCE.points - run.shown[0].points).max()


def test_a_driver_seen_in_another_crop_is_not_smoothed_across_it() -> None:
    run = Run(MotionSettings()).settle()
    nearer = carried(NEUTRAL, similarity(0, 1.3), (0.1, 0))
    run.steering.take_neutral(nearer)
    assert_alike(run.show(nearer).driving or SOURCE, nearer, 0)


def test_another_portrait_moves_at_once_from_the_same_neutral_pose() -> None:
    run = Run().settle()
    run.posed(moved())
    other = face(7, 0.02)
    run.steering.wear(other, CARD)
    posed = run.show(moved()).posed
    assert posed is not None
    assert_alike(posed, retarget(other, moved(), NEUTRAL, adapt_scale=True, lids=LIDS, lips=LIPS), 1e-5)


def test_another_model_sees_other_keypoints_so_the_face_settles_anew() -> None:
    run = Run(MotionSettings()).settle()
    few = [Motion(motion.points[:10], motion.jacobians[:10]) for motion in (SOURCE, NEUTRAL)]
    run.steering.wear(few[0], DemoAnimator(64, 10).card)
    assert run.show(few[1]).posed is None
    settled = run.show(few[1], SETTLING + 0.1).posed
    assert settled is not None
    assert_alike(settled, few[0])


@pytest.mark.parametrize("settings", [RAW, MotionSettings()])
def test_what_is_no_number_changes_nothing(settings: MotionSettings) -> None:
    broken = NEUTRAL._replace(points=np.full((20, 2), math.nan, np.float32))
    run = Run(settings)
    assert run.show(broken) == Steered(None, None, None, 0.0)
    run.settle()
    before = run.posed(moved())
    assert_alike(run.posed(broken), before, 1e-6)
    assert_alike(run.posed(moved()), before, 1e-3)


def test_a_pose_that_nothing_can_be_measured_from_is_not_taken() -> None:
    flat = NEUTRAL._replace(jacobians=np.zeros((20, 2, 2), np.float32))
    run = Run()
    assert run.show(flat, SETTLING + 0.5).posed is None
    run.settle()
    run.show(flat)
    run.steering.recalibrate()
    assert run.steering.neutral is None
    assert_alike(run.posed(NEUTRAL) if run.settle() else SOURCE, SOURCE)


def test_a_model_that_names_no_lids_is_steered_too() -> None:
    plain = DemoAnimator(64, 20).card
    run = Run(MotionSettings.model_validate({"smoothing": False, "strength": 1.5, "emphasis": "face"}), plain).settle()
    assert np.isfinite(run.posed(blinking(moved())).points).all()
