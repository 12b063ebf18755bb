"""One training step's forward half: a batch of frames and landmarks becomes losses."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from training.data.anchors import Anchors
from training.data.augmentation import degrade
from training.fitting.batch import Batch as Batch  # noqa: PLC0414  part of what a step takes
from training.fitting.batch import Pictures, augment_frames, augment_pairs
from training.fitting.chance import FREE, Chance
from training.fitting.speedups import FAST, Speedups, open_calls
from training.networks.discriminator import Discriminator
from training.networks.pair import NetworkPair
from training.networks.tensors import Animated, Keypoints
from training.objectives.adversarial import Shown, generator_game
from training.objectives.equivariance import equivariance_losses, random_bend
from training.objectives.losses import Losses, animation_losses, keypoint_losses
from training.objectives.perceptual import Lpips
from training.objectives.vgg_pyramid import VggPyramid
from training.recipes.recipe import AugmentationPlan, Stage


class Judges(NamedTuple):
    """What results are held to: frozen, but for the discriminator."""

    anchors: Anchors
    lpips: Lpips | None = None
    pyramid: VggPyramid | None = None
    discriminator: Discriminator | None = None


class Step(nn.Module):
    """The losses of what a stage trains; a module, so that it can be wrapped for many processes.

    It holds the networks as its own, the judges aside: their weights are not the step's.
    """

    def __init__(self, networks: NetworkPair, stage: Stage, judges: Judges, speedups: Speedups = FAST) -> None:
        super().__init__()
        self.networks = networks
        self.stage = stage
        self.speedups = speedups
        self.calls = open_calls(networks, speedups.compiled)
        self._judges = (judges,)

    @property
    def judges(self) -> Judges:
        """What results are held to."""
        return self._judges[0]

    def forward(self, batch: Batch, chance: Chance = FREE) -> tuple[Tensor, Losses, Shown | None]:
        """The weighted sum, each loss by itself without a gradient, and what a discriminator is to be shown, likewise."""
        losses, shown = self.losses(batch, chance)
        total = torch.stack([losses[name] * weight for name, weight in self.stage.weights.items()]).sum()
        return total, {name: loss.detach() for name, loss in losses.items()}, shown and shown.detach()

    def losses(self, batch: Batch, chance: Chance = FREE) -> tuple[Losses, Shown | None]:
        """Losses by name on augmented pictures, and what a discriminator is to be shown of them."""
        stage, judges = self.stage, self.judges
        if stage.learn in ("detector", "closeups"):
            return self._detect(batch, chance), None
        plan = stage.augmentation or (AugmentationPlan() if stage.learn == "both" else None)
        pictures = augment_pairs(batch, plan, chance)
        pictures = pictures._replace(source=self.speedups.lay_out(pictures.source), target=self.speedups.lay_out(pictures.target))
        animated, driving, losses = self._generate(pictures, chance) if stage.is_led else self._discover(pictures, chance)
        with self._autocast(batch):
            if judges.pyramid is not None and "perceptual" in stage.weights:
                losses["perceptual"] = judges.pyramid(animated.prediction, pictures.target)
            if judges.discriminator is None:
                return losses, None
            shown = Shown(animated.prediction, pictures.target, driving.points, pictures.target_marks)
            losses |= generator_game(judges.discriminator, shown, features="features" in stage.weights)
        return losses, shown

    def _autocast(self, batch: Batch | Pictures) -> torch.autocast:
        return self.speedups.autocast(batch.source.device)

    def _detect(self, batch: Batch, chance: Chance) -> Losses:
        images, marks = augment_frames(batch, self.stage.augmentation, chance)
        with self._autocast(batch):
            found = self.calls.look(self.speedups.lay_out(images))
        return keypoint_losses(found, self.judges.anchors.keypoints(marks), marks)

    def _generate(self, pictures: Pictures, chance: Chance) -> tuple[Animated, Keypoints, Losses]:
        """The frozen detector, or exact anchors, say where the generator moves the source; the detector's copy of the driver is degraded.

        `seen_points` and `seen_gaps` ask the frozen detector whether it sees in the result what it sees in the target: they carry
        small motions of lids and lips, to which no loss over pixels gives much weight.
        """
        source, target, source_marks, target_marks = pictures
        seen = target if self.stage.augmentation else degrade(target, chance)
        with torch.no_grad(), self._autocast(pictures):
            at, to = _halves(self.calls.detect(torch.cat([source, seen])))
        if self.stage.exact_share > 0:
            exact = chance.uniform(len(source), like=source) < self.stage.exact_share
            at = _choose(exact, self.judges.anchors.keypoints(source_marks), at)
            to = _choose(exact, self.judges.anchors.keypoints(target_marks), to)
        with self._autocast(pictures):
            animated = self.calls.draw(source, at, to)
        losses = animation_losses(animated, pictures, self.stage, self.judges.lpips, speedups=self.speedups, chance=chance)
        if {"seen_points", "seen_gaps"} & set(self.stage.weights):
            with self._autocast(pictures):
                with torch.no_grad():
                    wanted = self.calls.look(target)
                found = self.calls.look(animated.prediction)
            seen_again = keypoint_losses(found, wanted, target_marks)
            losses |= {"seen_points": seen_again["points"], "seen_gaps": seen_again["gaps"]}
        return animated, to, losses

    def _discover(self, pictures: Pictures, chance: Chance) -> tuple[Animated, Keypoints, Losses]:
        """The detector finds for itself which keypoints serve the generator best; bent pictures keep it steady, anchors may hold it."""
        with self._autocast(pictures):
            seen = self.calls.look(self.speedups.lay_out(torch.cat([pictures.source, pictures.target])))
            at, to = _halves(seen)
            animated = self.calls.draw(pictures.source, at, to)
        losses = animation_losses(animated, pictures, self.stage, self.judges.lpips, speedups=self.speedups, chance=chance)
        if {"equivariance_points", "equivariance_jacobians"} & set(self.stage.weights):
            bend = random_bend(len(pictures.target), pictures.target, chance)
            bent = bend.bend(pictures.target, align_corners=self.networks.configuration.align_corners)
            with self._autocast(pictures):
                in_bent = self.calls.look(self.speedups.lay_out(bent))
            losses |= equivariance_losses(to, in_bent, bend)
        if self.stage.uses_anchors:
            marks = torch.cat([pictures.source_marks, pictures.target_marks])
            losses |= keypoint_losses(seen, self.judges.anchors.keypoints(marks), marks)
        return animated, to, losses


def _halves(keypoints: Keypoints) -> tuple[Keypoints, Keypoints]:
    """The keypoints of the first half of a batch, and of the second."""
    (first, second), (one, other) = keypoints.points.chunk(2), keypoints.jacobians.chunk(2)
    return Keypoints(first, one), Keypoints(second, other)


def _choose(first: Tensor, one: Keypoints, other: Keypoints) -> Keypoints:
    """Per sample `one` where `first`, else `other`."""
    points = torch.where(first[:, None, None], one.points, other.points)
    return Keypoints(points, torch.where(first[:, None, None, None], one.jacobians, other.jacobians))
