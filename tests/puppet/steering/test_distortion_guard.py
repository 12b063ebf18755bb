"""The guard: nothing within the limits, ever more beyond them, never a jump."""

import math
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest

from engines.animator import ModelAnimator, open_animator
from engines.faces.finder import open_face_finder
from puppet.assets import ASSETS, EMBEDDED_MODEL, driving_clips, model_folder
from puppet.contract import ModelCard
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.motion import FloatArray, Motion, retarget
from puppet.picture import cut
from puppet.portraits.portrait import load_portrait
from puppet.steering.change import take_apart
from puppet.steering.distortion_guard import CEILING, RELEASE, DistortionGuard, measure
from puppet.steering.strength import strengthen
from tests.puppet.steering.steered_faces import LIDS, LIPS, assert_alike, blinking, carried, face, gaps, similarity, speaking

SOURCE = face(1)
RATE = 30.0
STRIDE = 60
"""Frames of a driving clip from one that is looked at to the next."""


def guard() -> DistortionGuard:
    return DistortionGuard(lids=LIDS, lips=LIPS)


def shares(motion: Motion) -> tuple[float, float]:
    """How much of the limits a motion of the face uses up, head and face."""
    return measure(SOURCE, take_apart(SOURCE, motion))


@pytest.mark.parametrize("tilt", [0, 30])
@pytest.mark.parametrize("shift", [(0, 0), (0.3, 0.2), (-0.3, -0.3)])
def test_within_the_limits_motion_passes_to_the_bit(tilt: float, shift: tuple[float, float]) -> None:
    posed = carried(speaking(blinking(SOURCE), 0.06), similarity(tilt, 1.2), shift)
    seen, eased = guard().ease(SOURCE, posed, 0)
    assert seen is posed and eased == 0


@pytest.mark.parametrize(
    ("linear", "shift"),
    [
        (similarity(80), (0, 0)),
        (similarity(0, 3), (0, 0)),
        (similarity(0, 0.2), (0, 0)),
        (similarity(), (1.5, 0)),
        (similarity(), (0, -0.9)),
    ],
)
def test_a_head_that_goes_too_far_is_held_back_and_its_face_is_not(linear: FloatArray, shift: tuple[float, float]) -> None:
    wild = carried(speaking(blinking(SOURCE), 0.06), linear, shift)
    seen, eased = guard().ease(SOURCE, wild, 0)
    assert shares(wild)[0] > 1.5
    assert 1 < shares(seen)[0] <= CEILING * 1.01
    assert 0.2 < eased < 1
    np.testing.assert_allclose(take_apart(SOURCE, seen).shifts, take_apart(SOURCE, wild).shifts, atol=1e-3)
    np.testing.assert_allclose(take_apart(SOURCE, seen).changes, take_apart(SOURCE, wild).changes, atol=1e-3)


def test_a_face_that_is_pulled_too_far_is_held_back_and_its_head_is_not() -> None:
    torn = SOURCE.points.copy()
    torn[17, 1] += 0.8
    wild = carried(SOURCE._replace(points=torn), similarity(20))
    seen, eased = guard().ease(SOURCE, wild, 0)
    assert shares(wild)[1] > 3
    assert shares(seen)[1] <= CEILING * 1.1
    assert eased > 0.5
    assert take_apart(SOURCE, seen).tilt == pytest.approx(take_apart(SOURCE, wild).tilt, abs=0.03)


@pytest.mark.parametrize(
    "jacobian",
    [((3, 0), (0, 3)), ((0.2, 0), (0, 0.2)), ((2, 0), (0, 0.5)), ((-1, 0), (0, -1)), ((1, 0), (0, -1)), ((0, 0), (0, 0)), ((1, 3), (0, 1))],
)
def test_one_wild_jacobian_is_enough(jacobian: tuple[tuple[float, float], tuple[float, float]]) -> None:
    jacobians = SOURCE.jacobians.copy()
    jacobians[3] = np.array(jacobian, np.float32) @ jacobians[3]
    seen, eased = guard().ease(SOURCE, SOURCE._replace(jacobians=jacobians), 0)
    assert eased > 0.3
    assert np.linalg.det(seen.jacobians @ np.linalg.inv(SOURCE.jacobians)).min() > 0.5


def test_keypoints_stay_in_the_frame_as_good_as() -> None:
    corner = carried(SOURCE, similarity(), (0.5, 0.4))
    wild = carried(corner, similarity(), (0.4, 0.1))
    seen, eased = guard().ease(corner, wild, 0)
    assert wild.points.max() > 1.2
    assert eased > 0.1 and seen.points.max() < 1.18


def test_eyes_shut_even_so() -> None:
    wild = carried(blinking(SOURCE), similarity(80, 2))
    np.testing.assert_allclose(gaps(guard().ease(SOURCE, wild, 0)[0]), 0, atol=1e-5)


def test_more_motion_is_never_less() -> None:
    """Beyond the limit a stronger motion still moves the portrait farther, up to where it stays."""
    posed = carried(speaking(SOURCE), similarity(12, 1.1), (0.1, -0.05))
    strengths = np.arange(0.2, 12, 0.1)
    seen = [guard().ease(SOURCE, strengthen(SOURCE, posed, strength), 0)[0] for strength in strengths]
    tilts = [float(np.angle(take_apart(SOURCE, motion).tilt)) for motion in seen]
    assert all(after > before - 1e-5 for before, after in pairwise(tilts))
    steps = [float(np.abs(after.points - before.points).max()) for before, after in pairwise(seen)]
    assert max(steps) < 1.5 * steps[0], "it eases, and never leaps"


def test_strength_is_guarded_as_if_it_had_been_posed() -> None:
    posed = carried(speaking(face(1, 0.01)), similarity(25, 1.2), (0.1, 0.1))
    for strength in (0.0, 0.5, 1.6, 2.0):
        at_once, held = guard().ease(SOURCE, posed, 0, strength)
        strong = strengthen(SOURCE, posed, strength, lids=LIDS, lips=LIPS)
        after, held_after = guard().ease(SOURCE, strong, 0)
        assert held == pytest.approx(held_after, abs=0.03)
        assert_alike(at_once, after, 0.02)
    assert held > 0.1, "the last was too strong"


def test_what_is_held_back_is_let_go_slowly_and_then_wholly() -> None:
    guarded, near = guard(), carried(SOURCE, similarity(20))
    guarded.ease(SOURCE, carried(SOURCE, similarity(60)), 0)
    eased = [guarded.ease(SOURCE, near, index / RATE)[1] for index in range(1, 150)]
    assert eased == sorted(eased, reverse=True)
    assert eased[0] > 0.2
    assert 0.2 * eased[0] < eased[round(RELEASE * RATE)] < 0.6 * eased[0]
    assert guarded.ease(SOURCE, near, 5.0)[0] is near


def test_driving_that_sweeps_through_the_limit_never_jumps() -> None:
    guarded = guard()
    angles = 70 * np.sin(np.arange(300) / RATE * 2)
    posed = [carried(speaking(SOURCE, 0.1 + 0.1 * math.sin(index / 7)), similarity(angle)) for index, angle in enumerate(angles)]
    seen = [guarded.ease(SOURCE, motion, index / RATE)[0] for index, motion in enumerate(posed)]
    fastest = max(np.abs(after.points - before.points).max() for before, after in pairwise(posed))
    assert max(np.abs(after.points - before.points).max() for before, after in pairwise(seen)) < 1.05 * fastest


def test_one_wild_frame_is_soon_over() -> None:
    guarded = guard()
    random = np.random.default_rng(0)
    glitch = Motion(
        (1e6 * random.standard_normal((20, 2))).astype(np.float32), (1e4 * random.standard_normal((20, 2, 2))).astype(np.float32)
    )
    seen, _ = guarded.ease(SOURCE, glitch, 0)
    assert np.abs(seen.points - SOURCE.points).max() < 0.65
    near = carried(SOURCE, similarity(20))
    assert guarded.ease(SOURCE, near, 1 / RATE)[1] < 0.35
    assert guarded.ease(SOURCE, near, 2.0)[1] < 0.01


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("where", ["points", "jacobians"])
def test_what_is_no_number_gives_the_last_good_motion(bad: float, where: str) -> None:
    guarded, near = guard(), carried(SOURCE, similarity(20))
    numbers = getattr(near, where).copy()
    numbers[4] = bad
    broken = near._replace(**{where: numbers})
    assert guarded.ease(SOURCE, broken, 0) == (SOURCE, 1.0)
    guarded.ease(SOURCE, near, 0.1)
    assert guarded.ease(SOURCE, broken, 0.2) == (near, 1.0)
    assert guarded.ease(SOURCE, near, 0.3)[0] is near
    guarded.reset()
    assert guarded.ease(SOURCE, broken, 0.4)[0] is SOURCE


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_keypoints_are_guarded_too(count: int) -> None:
    few = Motion(SOURCE.points[:count], SOURCE.jacobians[:count])
    for posed in (few, carried(few, similarity(70), (2, 2)), Motion(np.zeros((count, 2), np.float32), np.zeros((count, 2, 2), np.float32))):
        seen, _ = DistortionGuard().ease(few, posed, 0)
        assert np.isfinite(seen.points).all() and np.isfinite(seen.jacobians).all()


@pytest.fixture(scope="module")
def animator() -> Iterator[ModelAnimator]:
    animator = open_animator(model_folder(EMBEDDED_MODEL))
    yield animator
    animator.close()


@pytest.fixture(scope="module")
def driven(animator: ModelAnimator) -> list[tuple[Motion, Motion, Motion]]:
    """Sources, neutral poses and driving motions: people at their webcams move portraits, full face and turned away."""
    finder = open_face_finder()
    names = ("mona_lisa", "grace_hopper", "girl_with_a_pearl_earring")
    portraits = [load_portrait(ASSETS / "portraits" / f"{name}.jpg", finder, animator.card.side) for name in names]
    sources = [animator.detect(portrait.face) for portrait in portraits]
    found = []
    for clip in driving_clips():
        frames = [frame.picture for frame in islice(open_clip(clip), 20, 680, STRIDE)]
        first = finder.find(frames[0])
        assert first is not None
        motions = [animator.detect(cut(frame, square_around(first.landmarks), animator.card.side)) for frame in frames]
        found += [(source, motions[0], motion) for source in sources for motion in motions]
    finder.close()
    return found


def posed_by(card: ModelCard, source: Motion, neutral: Motion, driving: Motion) -> Motion:
    return retarget(source, driving, neutral, adapt_scale=True, lids=card.lids, lips=card.lips)


def test_ordinary_driving_is_left_alone(animator: ModelAnimator, driven: list[tuple[Motion, Motion, Motion]]) -> None:
    posed = [(source, posed_by(animator.card, source, neutral, driving)) for source, neutral, driving in driven]
    touched = [DistortionGuard().ease(source, motion, 0)[0] is not motion for source, motion in posed]
    assert len(touched) == 66
    assert np.mean(touched) <= 0.01


def test_driving_of_three_times_the_strength_is_eased(animator: ModelAnimator, driven: list[tuple[Motion, Motion, Motion]]) -> None:
    strong = []
    for source, neutral, driving in driven:
        seen, eased = DistortionGuard().ease(source, posed_by(animator.card, source, neutral, driving), 0, strength=3)
        strong.append(eased)
        assert max(measure(source, take_apart(source, seen))) < 1.1 * CEILING
    assert np.mean(np.array(strong) > 0.1) > 0.2
