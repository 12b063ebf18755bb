"""Figures of animators whose figures are known beforehand."""

from collections.abc import Sequence

import numpy as np
import pytest

from puppet.animator import Animator, Face
from puppet.demo import DemoAnimator, DemoFaceFinder, demo_frames
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture
from tests.training.small_bench import SIDE, BlindAnimator, ColourEmbedder, PerfectAnimator, StillAnimator, small_tools
from tests.training.small_pack import SKIN, draw_face, moving_face
from training.judging.evaluation import (
    ClipView,
    Drawn,
    Driver,
    Tools,
    carry_over,
    centre_embedder,
    find_faces,
    keypoint_distance,
    mean_of_finite,
    reconstruct,
    watch,
)

FINDER, TOOLS = DemoFaceFinder(), small_tools()


def clip() -> ClipView:
    """The drawn driver, two frames a second, so that it moves far."""
    return ClipView("demo", "demo", True, list(demo_frames(10, 2, SIDE, SIDE)))


def driver() -> Driver:
    return watch(clip(), FINDER)


def redrawn(animator: Animator) -> Drawn:
    return reconstruct(animator, TOOLS, driver())


def driven(animator: Animator, picture: Picture | None = None, tools: Tools = TOOLS) -> Drawn:
    motions = [animator.detect(frame) for frame in clip().frames]
    return carry_over(animator, tools, portrait() if picture is None else picture, driver(), motions)


def portrait() -> Picture:
    return draw_face(moving_face(0.3), SKIN["dora"])


class Recalling(PerfectAnimator):
    """Shows the clip's frames in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.coming = iter(clip().frames)

    def animate(self, posed: Motion) -> Picture:
        return next(self.coming)


def test_perfect_animator() -> None:
    figures, frames, motion = redrawn(PerfectAnimator())
    assert all(np.array_equal(one, other) for one, other in zip(frames, clip().frames, strict=True))
    assert [figures[key] for key in ("l1", "l1_ratio", "lpips", "akd", "aed", "missing")] == [0] * 6
    assert figures["sharpness"] == 1
    assert figures["l1_still"] > 0.02
    assert figures["lpips_still"] > 3
    assert figures["akd_still"] > 5
    np.testing.assert_array_equal(motion.roll, driver().motion.roll)


def test_still_source_scores_as_the_baseline() -> None:
    figures = redrawn(StillAnimator(SIDE)).figures
    for key in ("l1", "lpips", "akd"):
        assert figures[key] == figures[f"{key}_still"]
    assert figures["l1_ratio"] == 1


def test_animator_that_follows_beats_the_still_source() -> None:
    figures, frames, _ = redrawn(DemoAnimator(SIDE))
    assert len(frames) == len(clip().frames)
    assert figures["l1_ratio"] == pytest.approx(figures["l1"] / figures["l1_still"])
    assert figures["l1_ratio"] < 0.5
    assert figures["akd"] < 0.3 * figures["akd_still"]


def test_lost_faces_are_counted_and_leave_no_distance() -> None:
    figures = redrawn(BlindAnimator(SIDE)).figures
    assert figures["missing"] == 1
    assert np.isnan([figures["akd"], figures["aed"], figures["sharpness"]]).all()
    assert figures["l1"] > 0.1


def test_a_clip_without_faces_has_no_share_of_them() -> None:
    flat = ClipView("flat", "none", True, [np.full((SIDE, SIDE, 3), 90, np.uint8)] * 12)
    figures = reconstruct(StillAnimator(SIDE), TOOLS, watch(flat, FINDER)).figures
    assert np.isnan([figures[key] for key in ("missing", "akd", "akd_still", "aed", "l1_ratio")]).all()
    assert figures["l1"] == 0


def test_motion_carried_whole() -> None:
    figures, frames, _ = driven(Recalling())
    assert len(frames) == len(clip().frames)
    assert (figures["roll"], figures["roll_gain"], figures["jitter_ratio"]) == pytest.approx((1, 1, 1))
    assert figures["jitter"] == pytest.approx(0)
    assert figures["missing"] == 0
    assert "mouth" not in figures, "the drawn face's landmarks keep their mouth still"


def test_motion_not_carried_at_all() -> None:
    figures = driven(StillAnimator(SIDE)).figures
    assert (figures["roll"], figures["roll_gain"]) == (0, 0)
    assert (figures["identity"], figures["sharpness"]) == pytest.approx((1, 1), abs=1e-5)
    assert figures["jitter"] < 0
    assert figures["jitter_ratio"] == 0


def test_motion_relative_to_the_first_frame() -> None:
    figures, frames, motion = driven(DemoAnimator(SIDE))
    assert figures["roll"] > 0.9
    assert 0.7 < figures["roll_gain"] < 1.3
    assert np.abs(frames[0].astype(float) - portrait()).mean() < 2, "the driver at its first frame leaves the portrait as it is"
    assert figures["identity"] > 0.9
    assert len(motion.roll) == len(frames)


def test_identity_is_of_the_portrait_not_of_the_driver() -> None:
    tools = small_tools()
    tools.embedder.centre = np.full(128, 0.4, np.float32)
    assert driven(StillAnimator(SIDE), tools=tools).figures["identity"] > driven(Recalling(), tools=tools).figures["identity"]


def test_portrait_without_a_face_has_no_identity() -> None:
    figures = driven(StillAnimator(SIDE), np.full((SIDE, SIDE, 3), 90, np.uint8)).figures
    assert "identity" not in figures
    assert "sharpness" not in figures
    assert figures["missing"] == 1


def test_faces_are_tracked_from_the_frame_before() -> None:
    class Noting(DemoFaceFinder):
        hints: list[bool] = []  # noqa: RUF012

        def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
            self.hints.append(near is not None)
            return super().find(picture)

    frames: Sequence[Picture] = [portrait(), portrait(), np.zeros((SIDE, SIDE, 3), np.uint8), portrait()]
    finder = Noting()
    found = find_faces(frames, finder)
    assert [face is not None for face in found] == [True, True, False, True]
    assert finder.hints == [False, True, True, False]


def test_keypoint_distance_is_in_pixels_at_256() -> None:
    face = FINDER.find(portrait())
    assert face is not None
    moved = face._replace(landmarks=face.landmarks + np.array([3, 4], np.float32))
    assert keypoint_distance([face, None, face], [moved, moved, face], 64) == pytest.approx([20, 0])


def test_embedder_is_centred_on_all_people() -> None:
    embedder = ColourEmbedder()
    pictures = [draw_face(moving_face(0.0), skin) for skin in SKIN.values()]
    faces = [FINDER.find(picture) for picture in pictures]
    raw = [embedder.raw(picture, face) for picture, face in zip(pictures, faces, strict=True) if face]
    centre_embedder(embedder, FINDER, [*pictures, np.zeros((SIDE, SIDE, 3), np.uint8)])
    np.testing.assert_allclose(embedder.centre, np.mean(raw, axis=0), atol=1e-6)
    vectors = [embedder(picture, face) for picture, face in zip(pictures, faces, strict=True) if face]
    np.testing.assert_allclose([np.linalg.norm(vector) for vector in vectors], 1, atol=1e-5)
    assert float(vectors[1] @ vectors[2]) < 0, "opposite sides of the mean"


def test_mean_of_finite() -> None:
    assert mean_of_finite([1.0, float("nan"), 3.0]) == 2
    assert np.isnan(mean_of_finite([float("nan")]))
    assert np.isnan(mean_of_finite([]))
