"""Aligned pairs: laid on the template, and the truth moved and tinted onto what was drawn."""

import cv2
import numpy as np

from puppet.faces.alignment import TEMPLATE, five_points
from tests.training.small_pack import draw_face, moving_face
from training.enhancing.drawn_faces import ClipFrames, align, choose_frames, match


def test_a_face_is_laid_on_the_template() -> None:
    marks = moving_face(0.7)
    picture = draw_face(marks, side=256)
    spot = np.full_like(picture, 128)
    nose = ((five_points(marks)[2] + 1) * 128 - 0.5).round().astype(int)
    cv2.circle(spot, nose.tolist(), 3, (255, 0, 0), -1)
    aligned = align(spot, marks, 256)
    y, x = np.argwhere(aligned[..., 0] > 200).mean(axis=0)
    assert np.hypot(*(np.array([x, y]) / 256 - TEMPLATE[2])) < 0.06, "a drawn face is not quite the template's"


def test_drawn_and_true_face_of_one_chance_lie_alike() -> None:
    marks = moving_face(0.3)
    small, large = (align(draw_face(marks, side=side), marks, side, np.random.default_rng(8)) for side in (256, 512))
    gap = np.abs(cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA).astype(int) - small)
    assert gap.mean() < 2
    other = align(draw_face(marks, side=256), marks, 256, np.random.default_rng(9))
    assert np.abs(other.astype(int) - small).mean() > gap.mean() * 2


def test_a_truth_is_moved_and_tinted_onto_what_was_drawn() -> None:
    chance = np.random.default_rng(0)
    texture = cv2.GaussianBlur(chance.integers(0, 256, (256, 256, 3), np.uint8), (0, 0), 3) // 2 * 2
    truth = cv2.normalize(texture, None, 20, 200, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    drawn = np.clip(np.roll(truth, 3, axis=1).astype(int) + np.array([12, 0, -8]), 0, 255).astype(np.uint8)
    before, after = (np.abs(given.astype(int) - drawn)[16:-16, 16:-16].mean() for given in (truth, match(truth, drawn)))
    assert after < before / 4


def test_a_truth_keeps_the_detail_that_was_not_drawn() -> None:
    truth = np.full((256, 256, 3), 120, np.uint8)
    truth[::4] = 180
    drawn = np.asarray(cv2.GaussianBlur(truth, (0, 0), 4), np.uint8)
    assert match(truth, drawn).std() > 0.8 * truth.std()


def test_frames_without_landmarks_are_not_chosen() -> None:
    marks = np.stack([moving_face(time) for time in range(6)])
    marks[[0, 3]] = np.nan
    frames = np.zeros((6, 8, 8, 3), np.uint8)
    chosen = choose_frames(ClipFrames(frames, marks, False), 10, np.random.default_rng(1))
    assert [driver for _, driver in chosen] == [1, 2, 4, 5]
    assert {source for source, _ in chosen} <= {1, 2, 4, 5}
    assert choose_frames(ClipFrames(frames, np.full_like(marks, np.nan), True), 3, np.random.default_rng(1)) == []
    assert {driver for _, driver in choose_frames(ClipFrames(frames, marks, True), 3, np.random.default_rng(1))} == {5}
