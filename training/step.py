"""One training step's forward half: a batch of frames and landmarks becomes losses."""

from typing import NamedTuple

import torch
from torch import Tensor

from training.anchors import Anchors
from training.augmentation import NARROW, WIDE, degrade, move, move_landmarks, random_affine, random_colours, recolour
from training.losses import Losses, animation_losses, keypoint_losses
from training.networks.pair import NetworkPair
from training.networks.tensors import Keypoints
from training.perceptual import Lpips
from training.recipe import Stage


class Batch(NamedTuple):
    """source, target: (B, side, side, 3) uint8; source_marks, target_marks: (B, 68, 2) in [-1, 1]."""

    source: Tensor
    target: Tensor
    source_marks: Tensor
    target_marks: Tensor


def stage_losses(networks: NetworkPair, stage: Stage, batch: Batch, anchors: Anchors, lpips: Lpips | None) -> Losses:
    """The losses of the network that the stage trains, on augmented pictures."""
    if stage.learn != "generator":
        return _detector_losses(networks, batch, anchors)
    return _generator_losses(networks, stage, batch, anchors, lpips)


def _as_images(pictures: Tensor) -> Tensor:
    return pictures.permute(0, 3, 1, 2).float() / 255


def _detector_losses(networks: NetworkPair, batch: Batch, anchors: Anchors) -> Losses:
    """Both frames of a pair are samples of their own."""
    images = _as_images(torch.cat([batch.source, batch.target]))
    marks = torch.cat([batch.source_marks, batch.target_marks])
    affine = random_affine(len(images), WIDE, images)
    marks = move_landmarks(marks, affine)
    images = degrade(move(images, affine)).contiguous(memory_format=torch.channels_last)
    with torch.autocast(images.device.type, torch.bfloat16):
        found = networks.detector(images)
    return keypoint_losses(found, anchors.keypoints(marks), marks)


def _generator_losses(networks: NetworkPair, stage: Stage, batch: Batch, anchors: Anchors, lpips: Lpips | None) -> Losses:
    """One affine and one recolouring for both frames of a pair; only the detector's copy of the driver is degraded.

    `seen_points` and `seen_gaps` ask the frozen detector whether it sees in the result what it sees in the target: they carry
    small motions of lids and lips, to which no loss over pixels gives much weight.
    """
    source, target = _as_images(batch.source), _as_images(batch.target)
    affine = random_affine(len(source), NARROW, source)
    colours = random_colours(len(source), 1.0, source)
    source, target = (recolour(move(images, affine), colours).contiguous(memory_format=torch.channels_last) for images in (source, target))
    source_marks, target_marks = move_landmarks(batch.source_marks, affine), move_landmarks(batch.target_marks, affine)
    autocast = torch.autocast(source.device.type, torch.bfloat16)
    with torch.no_grad(), autocast:
        seen = networks.detector(torch.cat([source, degrade(target)]))
    exact = torch.rand(len(source), device=source.device) < stage.exact_share
    count = len(source)
    from_source = _choose(exact, anchors.keypoints(source_marks), Keypoints(seen.points[:count], seen.jacobians[:count]))
    from_target = _choose(exact, anchors.keypoints(target_marks), Keypoints(seen.points[count:], seen.jacobians[count:]))
    with autocast:
        animated = networks.generator.animate(networks.generator.encode(source), from_source, from_target)
    losses = animation_losses(animated, target, source_marks, target_marks, lpips)
    if {"seen_points", "seen_gaps"} & set(stage.weights):
        with autocast:
            with torch.no_grad():
                wanted = networks.detector(target)
            found = networks.detector(animated.prediction)
        seen_again = keypoint_losses(found, wanted, target_marks)
        losses |= {"seen_points": seen_again["points"], "seen_gaps": seen_again["gaps"]}
    return losses


def _choose(first: Tensor, one: Keypoints, other: Keypoints) -> Keypoints:
    """Per sample `one` where `first`, else `other`."""
    points = torch.where(first[:, None, None], one.points, other.points)
    return Keypoints(points, torch.where(first[:, None, None, None], one.jacobians, other.jacobians))
