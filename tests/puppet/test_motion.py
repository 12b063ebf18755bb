"""Retargeting, in exact numbers."""

import numpy as np
import pytest

from puppet.motion import HEAD, SLOPES, FloatArray, Motion, hull_area, retarget

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


HEAD_LIPS = [14, 15, 16, 17]
STEADY = [index for index in range(len(HEAD)) if index not in HEAD_LIPS]


def head(pitch: float = 0.0, roll: float = 0.0, size: float = 1.0, centre: tuple[float, float] = (0.0, 0.0)) -> Motion:
    """The mean head, nodded by `pitch` (down is positive) and then tilted by `roll`, seen from afar."""
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    tilt = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    middle = HEAD - HEAD[STEADY].mean(axis=0)
    seen = size * tilt @ nod[:2]
    skin = seen[:, :2] + seen[:, 2:] * SLOPES[:, None]
    return Motion((middle @ seen.T + centre).astype(np.float32), skin.astype(np.float32))


def test_a_driver_who_comes_nearer_leaves_the_portraits_pose() -> None:
    """Added shifts would let it look up, as the driver did when neutral."""
    posed = retarget(head(), head(pitch=-0.3, size=1.4, centre=(0.1, 0.2)), head(pitch=-0.3), lips=HEAD_LIPS)
    np.testing.assert_allclose(posed.points[STEADY], head(size=1.4, centre=(0.1, 0.2)).points[STEADY], atol=1e-5)


@pytest.mark.parametrize("adapt_scale", [False, True])
def test_a_portrait_nods_by_as_much_as_the_driver_wherever_both_began(adapt_scale: bool) -> None:
    source, driving, neutral = head(pitch=0.1, size=0.8), head(pitch=0.0), head(pitch=-0.4)
    posed, wanted = retarget(source, driving, neutral, adapt_scale=adapt_scale, lips=HEAD_LIPS), head(pitch=0.5, size=0.8)
    np.testing.assert_allclose(posed.points[STEADY], wanted.points[STEADY], atol=1e-5)
    np.testing.assert_allclose(posed.jacobians, wanted.jacobians, atol=1e-5)


def test_what_a_face_does_goes_along_the_portraits_own_tilt() -> None:
    source, neutral, driving = head(roll=0.5), head(), head()
    driving.points[16] += (0.0, 0.05)
    posed = retarget(source, driving, neutral, lips=HEAD_LIPS)
    np.testing.assert_allclose(posed.points[16] - source.points[16], [-0.05 * np.sin(0.5), 0.05 * np.cos(0.5)], atol=1e-5)


def test_points_that_are_no_face_are_borne() -> None:
    """A detector that sees no face gives anything: the source stays where the driver doesn't move."""
    source, lost = head(), Motion(np.zeros((20, 2), np.float32), head().jacobians)
    np.testing.assert_allclose(retarget(source, lost, lost, lips=HEAD_LIPS).points, source.points, atol=1e-5)
    assert np.isfinite(retarget(source, head(pitch=0.2), lost, lips=HEAD_LIPS).points).all()
    for seed in range(5):
        strange = motion(seed, count=20)
        posed = retarget(strange, strange, strange, lips=HEAD_LIPS)
        np.testing.assert_allclose(posed.points[STEADY], strange.points[STEADY], atol=1e-5)
        assert np.isfinite(retarget(source, motion(seed + 5, count=20), strange, adapt_scale=True, lips=HEAD_LIPS).points).all()


@pytest.mark.parametrize("pitch", [0.8, 1.1, 1.5, 2.5])
def test_skin_that_is_seen_from_its_edge_is_not_stretched_without_end(pitch: float) -> None:
    posed = retarget(head(pitch=0.8), head(pitch=pitch), head(pitch=0.0), lips=HEAD_LIPS)
    assert np.abs(posed.jacobians).max() < 10


def test_a_portrait_that_looks_aside_is_tilted_and_grown_but_only_shifted_by_a_nod() -> None:
    """What comes into view when it turns was never in the picture."""
    turn = np.array([[np.cos(0.8), 0, -np.sin(0.8)], [0, 1, 0], [np.sin(0.8), 0, np.cos(0.8)]])
    points = ((HEAD - HEAD[STEADY].mean(axis=0)) @ turn.T)[:, :2]
    source = Motion(points.astype(np.float32), head().jacobians)
    neutral, driving = head(), head(pitch=0.3, size=1.2)
    posed = retarget(source, driving, neutral, lips=HEAD_LIPS)
    nodded = driving.points - 1.2 * neutral.points
    np.testing.assert_allclose(posed.points[STEADY], (1.2 * source.points + nodded)[STEADY], atol=1e-5)
