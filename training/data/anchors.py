"""Which places of a face the keypoints are anchored to, and what Jacobian each should show there.

Landmarks are the 68 iBUG points in [-1, 1]. The Jacobian target of a keypoint is the affine map that carries the mean
face's surroundings of the anchor to the frame's, fitted by least squares with Gaussian weights: linear in the landmarks,
so it is one matrix product.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from puppet.motion import FloatArray
from training.networks.tensors import Keypoints

ANCHORS: tuple[tuple[int, ...], ...] = (
    (19,), (24,),  # brows
    (36,), (39,), (42,), (45,),  # eye corners
    (37, 38), (40, 41), (43, 44), (46, 47),  # lids: upper, lower; left of the picture, right
    (27,), (30,),  # nose
    (48,), (54,), (62,), (66,), (57,),  # mouth: corners, inner lips, lower lip
    (8,), (3,), (13,),  # chin and jaw
)  # fmt: skip
"""The iBUG points whose mean is each keypoint, in keypoint order."""

LIDS = ((6, 7), (8, 9))
"""Keypoint pairs (upper, lower) whose gap is an eye's opening."""

LIPS = (14, 15)
"""The keypoint pair (upper, lower) whose gap is the mouth's opening."""

MIRRORED = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
     54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
)  # fmt: skip
"""For each iBUG point the one that takes its place when the picture is mirrored."""

SURROUNDINGS = 0.35
"""Standard deviation, in [-1, 1] units, of the weights of the local affine fit: wide, so that a closed eye stays invertible."""


class Anchors(NamedTuple):
    """mean: (K, 68), weights of the landmarks in each point; fit: (K, 2, 68), landmarks to transposed Jacobians."""

    mean: Tensor
    fit: Tensor

    def keypoints(self, landmarks: Tensor) -> Keypoints:
        """The keypoints a perfect detector would see for (B, 68, 2) landmarks."""
        points = torch.einsum("kl,blc->bkc", self.mean, landmarks)
        jacobians = torch.einsum("kal,blc->bkca", self.fit, landmarks)
        return Keypoints(points, jacobians)


def load_mean_face() -> FloatArray:
    """The (68, 2) mean face of the data that the embedded model was trained on, made symmetric, in [-1, 1].

    Anchors made of it mean the same for every data set: a model can be trained on with other clips.
    """
    return np.asarray(np.load(Path(__file__).with_name("mean_face.npy")), np.float32)


def make_anchors(mean_face: FloatArray, device: torch.device) -> Anchors:
    """Anchors for the (68, 2) mean face of the training data: its own Jacobians are the identity."""
    mean = np.zeros((len(ANCHORS), 68), np.float32)
    for index, landmarks in enumerate(ANCHORS):
        mean[index, list(landmarks)] = 1.0 / len(landmarks)
    fits = []
    for anchor in mean @ mean_face:
        weights = np.exp(-((mean_face - anchor) ** 2).sum(axis=1) / (2 * SURROUNDINGS**2))
        weights /= weights.sum()
        centred = mean_face - weights @ mean_face  # 68,2
        weighted = centred * weights[:, None]
        # the frame's own centre drops out, for the weighted offsets sum to zero
        fits.append(np.linalg.solve(weighted.T @ centred, weighted.T))  # 2,68
    return Anchors(torch.from_numpy(mean).to(device), torch.from_numpy(np.stack(fits).astype(np.float32)).to(device))
