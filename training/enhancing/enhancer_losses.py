"""What the enhancer is held to. Every loss is a mean over the batch; names are those of the log."""

import torch
from torch import Tensor
from torch.nn import functional

from training.enhancing.face_feed import FaceBatch
from training.enhancing.plan import EnhancerPlan
from training.networks.enhancer import Enhancer
from training.objectives.perceptual import Lpips

Losses = dict[str, Tensor]

STEADY_ROWS = 1
"""Rows of a batch that are restored a second time, slightly changed: few, for they cost a step time."""

NOISE = 2 / 255 * 2
"""Deviation of the noise that must not show in the result: two grey levels, in [-1, 1]."""

QUIET = 0.01
"""Softness of the L1, so that it doesn't pull at what is right already."""


def enhancer_losses(network: Enhancer, batch: FaceBatch, plan: EnhancerPlan, lpips: Lpips, key: int) -> Losses:
    """The losses of one batch by name; `total` is what is learnt from. Chance follows from `key`."""
    chance = torch.Generator().manual_seed(key)
    drawn = network(batch.image.contiguous(memory_format=torch.channels_last))
    result = (drawn + 1) / 2
    small = functional.avg_pool2d(result, 2)
    weight = batch.weight * batch.trust
    losses: Losses = {"l1": _soft_l1(small, batch.small, weight)}
    coarse_rows = [row for row in range(len(result)) if row not in batch.fine_rows]
    seen, wanted = small[coarse_rows], _believed(small, batch.small, batch.trust)[coarse_rows]
    if len(batch.fine_rows):
        fine, doubled = result[batch.fine_rows], [_doubled(places[batch.fine_rows]) for places in (weight, batch.trust)]
        losses["fine"] = _soft_l1(fine, batch.fine, doubled[0]) * (len(fine) / len(result))
        windows = _cut(torch.stack([fine, _believed(fine, batch.fine, doubled[1])]), plan.crop, chance)
        seen, wanted = torch.cat([seen, windows[0]]), torch.cat([wanted, windows[1]])
    losses["lpips"] = lpips(seen, wanted).mean()
    losses["steady"] = _unsteadiness(network, batch.image[:STEADY_ROWS], drawn[:STEADY_ROWS], chance)
    losses["total"] = (
        plan.l1 * (losses["l1"] + losses.get("fine", torch.zeros(()))) + plan.lpips * losses["lpips"] + plan.steadiness * losses["steady"]
    )
    return losses


def _soft_l1(seen: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Charbonnier's distance, weighted by place."""
    gap = torch.sqrt((seen - wanted).square() + QUIET**2) - QUIET
    return (gap * weight).mean()


def _doubled(places: Tensor) -> Tensor:
    return functional.interpolate(places, scale_factor=2.0, mode="nearest")


def _believed(seen: Tensor, wanted: Tensor, trust: Tensor) -> Tensor:
    """The truth where it can be trusted, the result itself where not: nothing is learnt from there."""
    return torch.lerp(seen.detach(), wanted, trust)


def _cut(stacked: Tensor, side: int, chance: torch.Generator) -> Tensor:
    """The same random squares of results and truths (2, F, 3, h, w), one for each row: (2, F, 3, side, side)."""
    found = []
    for row in stacked.unbind(1):
        y, x = (int(torch.randint(row.shape[axis] - side + 1, (), generator=chance)) for axis in (2, 3))
        found.append(row[..., y : y + side, x : x + side])
    return torch.stack(found, 1)


def _unsteadiness(network: Enhancer, image: Tensor, drawn: Tensor, chance: torch.Generator) -> Tensor:
    """How far the result changes when the picture moves by a pixel and has a little noise: it should move along and change by nothing."""
    down, right = (int(torch.randint(2, (), generator=chance)) for _ in range(2))
    moved = functional.pad(image, (right, 0, down, 0), mode="replicate")[..., : image.shape[2], : image.shape[3]]
    again = network(moved + torch.randn(moved.shape, generator=chance) * NOISE)
    height, width = drawn.shape[2:]
    margin = 16
    first = drawn[..., margin : height - margin, margin : width - margin]
    second = again[..., margin + 2 * down : height - margin + 2 * down, margin + 2 * right : width - margin + 2 * right]
    gap: Tensor = (first - second).abs().mean() / 2
    return gap
