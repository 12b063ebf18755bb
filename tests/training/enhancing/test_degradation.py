"""Faces made worse: repeatable, in place, in their colours, and now and then not at all."""

import cv2
import numpy as np

from tests.training.small_pack import draw_face, moving_face
from training.enhancing.degradation import UNTOUCHED, degrade

FACE = draw_face(moving_face(1.0), side=160)


def test_the_same_chance_gives_the_same_face() -> None:
    assert np.array_equal(degrade(FACE, (80.0, 110.0), np.random.default_rng(4)), degrade(FACE, (80.0, 110.0), np.random.default_rng(4)))
    assert FACE.shape == degrade(FACE, (80.0, 110.0), np.random.default_rng(4)).shape


def test_a_few_stay_as_they_are_and_the_rest_lose_edges() -> None:
    found = [degrade(FACE, (80.0, 110.0), np.random.default_rng(seed)) for seed in range(200)]
    same = np.mean([np.array_equal(picture, FACE) for picture in found])
    assert UNTOUCHED / 3 < same < UNTOUCHED * 3
    own = cv2.Laplacian(cv2.GaussianBlur(FACE, (0, 0), 1), cv2.CV_32F).std()
    softer = np.mean([cv2.Laplacian(cv2.GaussianBlur(picture, (0, 0), 1), cv2.CV_32F).std() < own for picture in found])
    assert softer > 0.7


def test_colours_and_places_stay() -> None:
    mean = np.mean([degrade(FACE, (80.0, 110.0), np.random.default_rng(seed)).astype(np.float32) for seed in range(100)], axis=0)
    assert np.abs(mean - FACE).mean() < 4
    assert np.abs(mean.mean(axis=(0, 1)) - FACE.mean(axis=(0, 1))).max() < 0.5
