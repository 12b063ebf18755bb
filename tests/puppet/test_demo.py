"""The fakes: what they draw, that they find it, and that the portrait follows it."""

import cv2
import numpy as np
import pytest

from puppet.demo import LANDMARKS, DemoAnimator, DemoFaceFinder, DemoMatte, DemoRestorer, demo_frames, demo_picture, find_blob
from puppet.errors import EngineError
from puppet.motion import Motion, retarget
from puppet.still_border import still_share


def test_driver_moves_and_repeats() -> None:
    frames = list(demo_frames(2, 5, 96, 64))
    assert [frame.shape for frame in frames] == [(64, 96, 3)] * 10
    assert len({frame.tobytes() for frame in frames}) == 10
    assert not frames[0].flags.writeable
    assert np.array_equal(frames[3], demo_picture(0.6, 96, 64))


@pytest.mark.parametrize(("dx", "dy"), [(40, 0), (0, -30), (-25, 20)])
def test_finder_follows_a_shift_to_the_pixel(dx: int, dy: int) -> None:
    picture = demo_picture(0.4)
    before, after = DemoFaceFinder().find(picture), DemoFaceFinder().find(np.roll(picture, (dy, dx), axis=(0, 1)))
    assert before is not None and after is not None
    assert after.landmarks - before.landmarks == pytest.approx(np.tile([dx, dy], (68, 1)), abs=1.0)


def test_finder_finds_size_and_tilt() -> None:
    for time in (0.0, 0.9, 2.0):
        blob = find_blob(demo_picture(time, 400, 400))
        assert blob is not None
        assert blob.tilt == pytest.approx(0.2 * np.sin(0.9 * time), abs=0.02)
        assert blob.half_height == pytest.approx(400 * (0.28 + 0.02 * np.sin(0.7 * time)), rel=0.08)


def test_face_has_every_landmark_on_the_head() -> None:
    face = DemoFaceFinder().find(demo_picture(0))
    assert face is not None
    assert (face.landmarks.shape, face.mesh.shape, LANDMARKS.shape) == ((68, 2), (468, 3), (68, 2))
    assert face.landmarks.dtype == face.mesh.dtype == np.float32
    assert np.abs(face.landmarks - (320, 240)).max() < 240
    assert face.landmarks[36, 0] < face.landmarks[45, 0] and face.landmarks[27, 1] < face.landmarks[8, 1]
    assert face.mesh[:, 2].max() <= 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_picture_has_no_face(level: int) -> None:
    assert DemoFaceFinder().find(np.full((120, 160, 3), level, np.uint8)) is None


def test_neutral_driver_leaves_the_portrait_alone() -> None:
    animator = DemoAnimator(64)
    portrait = demo_picture(0, 64, 64)
    source = animator.wear(portrait)
    driving = animator.detect(demo_picture(1, 64, 64))
    assert np.array_equal(animator.animate(retarget(source, driving, driving)), portrait)


def test_portrait_follows_the_driver() -> None:
    animator = DemoAnimator(128)
    source = animator.wear(demo_picture(0, 128, 128))
    for time in (0.6, 1.4, 2.2):
        target = demo_picture(time, 128, 128)
        result = animator.animate(retarget(source, animator.detect(target), source))
        still = np.abs(demo_picture(0, 128, 128).astype(int) - target).mean()
        assert np.abs(result.astype(int) - target).mean() < 0.3 * still
        assert not result.flags.writeable


def test_border_stands_still_where_it_is_asked_to() -> None:
    animator, portrait = DemoAnimator(128), demo_picture(0, 128, 128)
    portrait = np.asarray(portrait // 2 + np.random.default_rng(0).integers(0, 100, portrait.shape), np.uint8)
    assert animator.holds_border
    target = animator.detect(demo_picture(1.4, 128, 128))
    free, still = (animator.encode(portrait, still_border=asked) for asked in (False, True))
    drawn = [animator.animate(retarget(animator.wear(worn), target, animator.detect(portrait))).astype(int) for worn in (free, still)]
    edge, middle = still_share(128) == 1, still_share(128) == 0
    assert np.abs(drawn[1] - portrait)[edge].max() <= 1
    assert np.abs(drawn[0] - portrait)[edge].mean() > 10
    assert np.abs(drawn[1] - drawn[0])[middle].mean() < 1
    rest = animator.animate(animator.wear(still))
    assert np.abs(rest.astype(int) - portrait).max() <= 1


def test_flat_driver_is_no_error() -> None:
    motion = DemoAnimator(64, 7).detect(np.zeros((64, 64, 3), np.uint8))
    assert (motion.points.shape, motion.jacobians.shape) == ((7, 2), (7, 2, 2))
    assert np.abs(motion.points).max() <= 0.5


def test_bare_animator_and_wrong_size_have_their_sentences() -> None:
    animator = DemoAnimator(64)
    with pytest.raises(EngineError, match="wears no portrait"):
        animator.animate(Motion(np.zeros((10, 2), np.float32), np.zeros((10, 2, 2), np.float32)))
    with pytest.raises(EngineError, match=r"\(64, 64, 3\), not uint8 of \(32, 32, 3\)"):
        animator.wear(np.zeros((32, 32, 3), np.uint8))
    animator.close()
    animator.close()


def test_matte_lies_on_the_head() -> None:
    picture = demo_picture(1.0)
    matte, face = DemoMatte().make(picture), DemoFaceFinder().find(picture)
    assert matte.shape == picture.shape[:2] and set(np.unique(matte)) == {0, 1}
    assert face is not None
    columns, rows = face.landmarks.round().astype(int).T
    assert matte[rows, columns].mean() > 0.95
    assert not DemoMatte().make(np.zeros((40, 60, 3), np.uint8)).any()


def test_restorer_enlarges_and_lifts_edges() -> None:
    face, restorer = demo_picture(0.4, 256, 256), DemoRestorer()
    result = restorer.restore(face)
    assert (restorer.side, restorer.result_side) == (256, 512)
    assert result.shape == (512, 512, 3) and not result.flags.writeable
    large = cv2.resize(face, (512, 512), interpolation=cv2.INTER_CUBIC)
    assert np.abs(cv2.Laplacian(result, cv2.CV_32F)).mean() > 1.2 * np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean()
    assert np.abs(result.astype(int) - large).mean() < 2
