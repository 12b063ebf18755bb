"""What one training step learns from: crops of drawn and of degraded faces, beside what they should become."""

from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from puppet.faces.alignment import TEMPLATE
from puppet.picture import Picture
from training.enhancing.degradation import degrade
from training.enhancing.face_bank import FaceBank
from training.enhancing.plan import SIDE, EnhancerPlan, Kind

REGIONS = ((0, 0.075, 0.05), (1, 0.075, 0.05), (3, 0.11, 0.07), (4, 0.11, 0.07))
"""What is looked at most: a point of the template and half the width and height of the ellipse about it, in shares of the side."""

MOUTH = (TEMPLATE[3:].mean(axis=0) * SIDE).tolist()
"""Middle of the mouth of an aligned face (x, y), px."""

TRUST = 0.11
"""Gap of drawn and true face, of 1, at which a place counts less by a factor of e: what was drawn wrong can't be learnt from."""

LEAST_TRUST = 0.45
"""Mean over a crop below which its truth is degraded instead: the face was drawn too far off."""


class FaceBatch(NamedTuple):
    """Crops of faces. image: (B, 3, crop, crop) in [-1, 1], to be restored; small: their truths, alike, in [0, 1]; fine: truths
    (F, 3, 2 crop, 2 crop) of the rows `fine_rows`; weight: (B, 1, crop, crop), how much each place counts; trust: alike, 0 to 1, how far
    the truth is to be believed there."""

    image: Tensor
    small: Tensor
    fine: Tensor
    fine_rows: Tensor
    weight: Tensor
    trust: Tensor


class _Row(NamedTuple):
    image: Picture
    truth: Picture
    weight: np.ndarray
    trust: np.ndarray

    def mirrored(self) -> "_Row":
        return _Row(*(np.ascontiguousarray(part[:, ::-1]) for part in self))


class FaceFeed:
    """Draws batches from a bank; all chance follows from the number of the step."""

    def __init__(self, bank: FaceBank, plan: EnhancerPlan) -> None:
        self._plan = plan
        self._banks = {kind: (kept, kept.full()) for kind, kept in bank.kinds.items()}
        self._banks = {kind: pair for kind, pair in self._banks.items() if len(pair[1])}
        self._kinds: list[Kind] = list(self._banks)
        shares = np.array([plan.shares[kind] for kind in self._kinds])
        self._shares = shares / shares.sum()
        self._regions = 1 + plan.regions * region_map()

    def batch(self, step: int) -> FaceBatch:
        """The batch of a step."""
        chance = np.random.default_rng([self._plan.seed, step])
        kinds = [self._kinds[index] for index in chance.choice(len(self._kinds), self._plan.batch, p=self._shares)]
        rows = [self._row(kind, chance) for kind in kinds]
        fine_rows = [place for place, kind in enumerate(kinds) if kind == "fine"]
        crop = self._plan.crop
        small = [row.truth if row.truth.shape[0] == crop else _halved(row.truth) for row in rows]
        fine = [rows[place].truth for place in fine_rows]
        return FaceBatch(
            planes([row.image for row in rows]) * 2 - 1,
            planes(small),
            planes(fine) if fine else torch.zeros(0, 3, 2 * crop, 2 * crop),
            torch.tensor(fine_rows, dtype=torch.long),
            torch.from_numpy(np.stack([row.weight for row in rows]))[:, None],
            torch.from_numpy(np.stack([row.trust for row in rows]))[:, None],
        )

    def _row(self, kind: Kind, chance: np.random.Generator) -> _Row:
        bank, full = self._banks[kind]
        row = int(chance.choice(full))
        grown = bank.side // SIDE
        crop = self._plan.crop
        x, y = (int(chance.beta(*shape) * (SIDE - crop + 1)) for shape in ((2, 2), (2.5, 1.5)))
        window = (slice(y, y + crop), slice(x, x + crop))
        wide = (slice(y * grown, (y + crop) * grown), slice(x * grown, (x + crop) * grown))
        found = None
        if chance.random() < self._plan.drawn:
            found = _beside(bank.drawn[row][window], bank.matched[row][wide], chance)
        if found is None or found[2].mean() < LEAST_TRUST:
            truth, _ = _recoloured(bank.truth[row][wide], None, chance)
            found = (
                degrade(truth if grown == 1 else _halved(truth), (MOUTH[0] - x, MOUTH[1] - y), chance),
                truth,
                np.ones((crop, crop), np.float32),
            )
        result = _Row(*found[:2], self._regions[window], found[2])
        return result.mirrored() if chance.random() < 0.5 else result


def region_map() -> np.ndarray:
    """(256, 256) float32: 1 about the middle of an eye and the mouth, 0 elsewhere, with soft edges."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    found = np.zeros((SIDE, SIDE), np.float32)
    for point, width, height in REGIONS:
        distance = np.hypot((columns - TEMPLATE[point, 0]) / width, (rows - TEMPLATE[point, 1]) / height)
        found = np.maximum(found, np.clip((1.6 - distance) / 0.6, 0, 1))
    return found


def planes(pictures: list[Picture]) -> Tensor:
    """Pictures (side, side, 3) uint8 as (B, 3, side, side) in [0, 1]."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def _halved(picture: Picture) -> Picture:
    side = picture.shape[0] // 2
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _beside(drawn: Picture, matched: Picture, chance: np.random.Generator) -> tuple[Picture, Picture, np.ndarray]:
    """A drawn crop and its truth, recoloured alike, and how far each place of the truth is to be believed."""
    image, truth = _recoloured(drawn, matched, chance)
    near = truth if truth.shape == image.shape else _halved(truth)
    gap = np.abs(image.astype(np.float32) - near).mean(axis=-1) / 255
    return image, truth, np.asarray(np.exp(-cv2.blur(gap, (9, 9)) / TRUST), np.float32)


def _recoloured(first: Picture, second: Picture | None, chance: np.random.Generator) -> tuple[Picture, Picture]:
    """Both pictures, or the first twice, in another light, alike; one in eight is grey."""
    gain, gamma = np.exp(chance.normal(0, 0.06, 3) + chance.normal(0, 0.1)), np.exp(chance.normal(0, 0.1))
    steps = np.linspace(0, 1, 256)[:, None] ** gamma * gain
    table = np.asarray(np.clip(np.round(steps * 255), 0, 255), np.uint8).reshape(1, 256, 3)
    grey = chance.random() < 0.12

    def changed(picture: Picture) -> Picture:
        result = np.asarray(cv2.LUT(np.ascontiguousarray(picture), table), np.uint8)
        return np.repeat(cv2.cvtColor(result, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) if grey else result

    once = changed(first)
    return once, once if second is None else changed(second)
