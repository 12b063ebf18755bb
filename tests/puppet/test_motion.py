"""Retargeting, in exact numbers."""

import numpy as np
import pytest

from puppet.motion import FloatArray, Motion, hull_area, retarget

LIDS = [(0, 1)]
SHIFT: FloatArray = np.array([0.1, -0.2], np.float32)
STEP: FloatArray = np.array([0.1, 0.1], np.float32)


def motion(seed: int, count: int = 6) -> Motion:
    random = np.random.default_rng(seed)
    jacobians = np.eye(2) + 0.2 * random.standard_normal((count, 2, 2))
    return Motion(random.uniform(-0.6, 0.6, (count, 2)).astype(np.float32), jacobians.astype(np.float32))


def face(opening: float, centre: tuple[float, float] = (0.0, 0.0)) -> Motion:
    """Two lids, `opening` apart, above a still point."""
    points = np.array([[0, -opening / 2], [0, opening / 2], [0.3, 0.4]]) + centre
    return Motion(points.astype(np.float32), np.tile(np.eye(2, dtype=np.float32), (3, 1, 1)))


def turned(motion: Motion, angle: float) -> Motion:
    cosine, sine = np.cos(angle), np.sin(angle)
    turn: FloatArray = np.array([[cosine, -sine], [sine, cosine]], np.float32)
    return Motion(motion.points @ turn.T, turn @ motion.jacobians)


def gap(motion: Motion) -> float:
    return float(np.linalg.norm(motion.points[1] - motion.points[0]))


@pytest.mark.parametrize("lids", [[], LIDS])
@pytest.mark.parametrize("adapt_scale", [False, True])
def test_a_neutral_driver_leaves_the_source_as_it_is(adapt_scale: bool, lids: list[tuple[int, int]]) -> None:
    source, driver = motion(1), motion(2)
    posed = retarget(source, driver, driver, adapt_scale=adapt_scale, lids=lids)
    np.testing.assert_allclose(posed.points, source.points, atol=1e-6)
    np.testing.assert_allclose(posed.jacobians, source.jacobians, atol=1e-5)


def test_absolute_motion_is_the_drivers_own() -> None:
    driver = motion(2)
    assert retarget(motion(1), driver, motion(3), relative=False, lids=LIDS) is driver


def test_a_shift_of_the_driver_shifts_the_source_by_as_much() -> None:
    source, neutral = motion(1), motion(2)
    posed = retarget(source, Motion(neutral.points + SHIFT, neutral.jacobians), neutral)
    np.testing.assert_allclose(posed.points, source.points + SHIFT, atol=1e-6)


def test_adapted_scale_shifts_by_the_ratio_of_hulls_and_leaves_jacobians() -> None:
    source, neutral = motion(1), motion(2)
    driver = Motion(neutral.points + STEP, neutral.jacobians)
    posed = retarget(source, driver, neutral, adapt_scale=True)
    ratio = np.sqrt(hull_area(source.points) / hull_area(neutral.points))
    np.testing.assert_allclose(posed.points - source.points, 0.1 * ratio, atol=1e-5)
    np.testing.assert_allclose(posed.jacobians, source.jacobians, atol=1e-5)


@pytest.mark.parametrize("opening", [0.04, 0.1, 0.2])
def test_the_portraits_eye_closes_with_the_drivers_however_wide_it_is(opening: float) -> None:
    source, neutral = face(opening), face(0.08)
    assert gap(retarget(source, face(0.0), neutral, lids=LIDS)) == pytest.approx(0, abs=1e-6)
    assert gap(retarget(source, face(0.04), neutral, lids=LIDS)) == pytest.approx(opening / 2, abs=1e-6)


def test_without_lids_a_wide_eye_stays_open_by_what_the_drivers_lacks() -> None:
    assert gap(retarget(face(0.2), face(0.0), face(0.08))) == pytest.approx(0.12, abs=1e-6)


def test_eyes_are_not_torn_open() -> None:
    assert gap(retarget(face(0.1), face(0.9), face(0.08), lids=LIDS)) == pytest.approx(0.16, abs=1e-6)


def test_a_head_that_turns_takes_its_open_eye_along() -> None:
    neutral = face(0.08)
    posed = retarget(face(0.1), turned(neutral, 0.5), neutral, lids=LIDS)
    direction = (posed.points[1] - posed.points[0]) / gap(posed)
    assert gap(posed) == pytest.approx(0.1, abs=1e-6)
    np.testing.assert_allclose(direction, [-np.sin(0.5), np.cos(0.5)], atol=1e-6)


def mouth(opening: float, angle: float = 0.0) -> Motion:
    """An upper lip, a lower one `opening` below it, and a chin below both; a still point beside."""
    points = np.array([[0, 0], [0, opening], [0, 0.3 + opening], [0.4, 0]], np.float32)
    return turned(Motion(points, np.tile(np.eye(2, dtype=np.float32), (4, 1, 1))), angle)


@pytest.mark.parametrize("angle", [0.0, 0.6])
@pytest.mark.parametrize("opening", [0.0, 0.05, 0.2, 0.3])
def test_a_shut_mouth_opens_as_the_drivers_does_though_that_was_open_when_neutral(opening: float, angle: float) -> None:
    """Without knowing the lips, they cross, and the chin is pushed into the face."""
    source, driving, neutral = mouth(0.0, angle), mouth(opening, angle), mouth(0.2, angle)
    crossed, posed = retarget(source, driving, neutral), retarget(source, driving, neutral, lips=[0, 1, 2])
    down = posed.jacobians[0][:, 1]
    assert (crossed.points[1] - crossed.points[0]) @ down == pytest.approx(opening - 0.2, abs=1e-6)
    assert (posed.points[1] - posed.points[0]) @ down == pytest.approx(opening, abs=1e-6)
    assert (posed.points[2] - posed.points[0]) @ down == pytest.approx(0.3 + opening, abs=1e-6)
    np.testing.assert_allclose(posed.points[3], crossed.points[3])


def test_an_open_mouth_moves_relative_to_its_own_opening() -> None:
    """The driver's was shut when neutral: a smile stays one, and opens further."""
    source, neutral = mouth(0.1), mouth(0.0)
    assert gap(retarget(source, neutral, neutral, lips=[0, 1, 2])) == pytest.approx(0.1, abs=1e-6)
    assert gap(retarget(source, mouth(0.2), neutral, lips=[0, 1, 2])) == pytest.approx(0.3, abs=1e-6)


def test_lips_never_cross() -> None:
    """A trembling detector sees the driver's lips cross."""
    assert gap(retarget(mouth(0.0), mouth(-0.05), mouth(0.0), lips=[0, 1, 2])) == pytest.approx(0, abs=1e-6)
