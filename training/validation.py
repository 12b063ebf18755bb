"""What a run is judged by while it runs: a fixed set of pairs of unseen people, in figures and as a contact sheet."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from puppet.contact_sheet import contact_sheet
from puppet.picture import Picture
from puppet.picture_file import write_picture
from training.anchors import LIDS, LIPS, Anchors
from training.export_graphs import picture_from_prediction
from training.losses import Crop, cut_crops, eye_distance
from training.networks.pair import NetworkPair
from training.networks.tensors import Keypoints
from training.packs import FaceFrames
from training.pairs import PairSampler
from training.perceptual import Lpips

SHEET_ROWS = 8
BATCH = 16


class ValidationPairs(NamedTuple):
    """source, target: (N, 3, side, side) in [0, 1]; source_marks, target_marks: (N, 68, 2)."""

    source: Tensor
    target: Tensor
    source_marks: Tensor
    target_marks: Tensor


def draw_pairs(faces: FaceFrames, count: int) -> ValidationPairs:
    """The same pairs every time for the same data: balanced by eyes and mouth, a third from real clips."""
    sampler = PairSampler(faces, real_share=0.35)
    sources, targets = sampler.draw(count, np.random.default_rng(1))

    def pictures(indices: npt.NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(faces.frames[indices]).permute(0, 3, 1, 2).float() / 255

    marks = torch.from_numpy(faces.landmarks)
    return ValidationPairs(pictures(sources), pictures(targets), marks[sources], marks[targets])


def _eyes(images: Tensor, marks: Tensor) -> Tensor:
    both = [Crop(marks[:, points].mean(dim=1), eye_distance(marks) * 0.25) for points in (slice(36, 42), slice(42, 48))]
    return torch.cat([cut_crops(images, crop, 32) for crop in both])


def _correlation(first: Tensor, second: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1])


def _gap(points: Tensor, pair: tuple[int, int]) -> Tensor:
    gap: Tensor = (points[:, pair[1]] - points[:, pair[0]]).norm(dim=-1)
    return gap


@torch.no_grad()
def validate(networks: NetworkPair, pairs: ValidationPairs, anchors: Anchors, lpips: Lpips | None, sheet: Path) -> dict[str, float]:
    """Figures over all pairs, and a sheet of the first ones: source, driver, warp, result.

    `eyes` and `eyes_copy` are the L1 over the eyes of the result and of the bare source; `blink_r` and `mouth_r`
    correlate the openings that the detector sees in driver and result.
    """
    device = next(networks.parameters()).device
    networks.eval()
    parts: list[list[Tensor]] = []
    kept: list[list[Picture]] = []
    for start in range(0, len(pairs.source), BATCH):
        source, target, _, target_marks = (tensor[start : start + BATCH].to(device) for tensor in pairs)
        seen_source, seen_target = networks.detector(source), networks.detector(target)
        animated = networks.generator.animate(networks.generator.encode(source), seen_source, seen_target)
        seen_result = networks.detector(animated.prediction)
        prediction, warped = animated.prediction.float(), animated.warped.float()
        wanted = anchors.keypoints(target_marks)
        unit = eye_distance(target_marks)
        distance = lpips(prediction.contiguous(), target.contiguous()) if lpips is not None else torch.zeros(len(source), device=device)
        eyes = (_eyes(prediction, target_marks) - _eyes(target, target_marks)).abs().mean(dim=(1, 2, 3)).view(2, -1).mean(dim=0)
        copied = (_eyes(source, target_marks) - _eyes(target, target_marks)).abs().mean(dim=(1, 2, 3)).view(2, -1).mean(dim=0)
        parts.append(
            [
                (prediction - target).abs().mean(dim=(1, 2, 3)),
                (source - target).abs().mean(dim=(1, 2, 3)),
                (warped - target).abs().mean(dim=(1, 2, 3)),
                distance,
                (seen_target.points - wanted.points).norm(dim=-1).mean(dim=1) / unit,
                eyes,
                copied,
                *_lid_gaps(seen_target, seen_result),
                _gap(seen_target.points, LIPS),
                _gap(seen_result.points, LIPS),
            ]
        )
        for index in range(len(source)):
            if len(kept) < SHEET_ROWS:
                kept.append([_picture(image[index]) for image in (source, target, warped, prediction)])
    columns = [torch.cat(column) for column in zip(*parts, strict=True)]
    names = ("l1", "l1_copy", "l1_warp", "lpips", "points", "eyes", "eyes_copy")
    figures = {name: float(column.mean()) for name, column in zip(names, columns, strict=False)}
    figures["blink_r"] = _correlation(columns[7], columns[8])
    figures["mouth_r"] = _correlation(columns[9], columns[10])
    halves = [kept[: SHEET_ROWS // 2], kept[SHEET_ROWS // 2 :]]
    rows = [left + right for left, right in zip(*halves, strict=True)] if len(halves[0]) == len(halves[1]) else kept
    write_picture(sheet, contact_sheet(rows, [], ["source", "driver", "warp", "result"] * (len(rows[0]) // 4), cell=160))
    return figures


def _lid_gaps(first: Keypoints, second: Keypoints) -> list[Tensor]:
    return [(_gap(seen.points, LIDS[0]) + _gap(seen.points, LIDS[1])) / 2 for seen in (first, second)]


def _picture(image: Tensor) -> Picture:
    return picture_from_prediction(image.permute(1, 2, 0)).cpu().numpy()
