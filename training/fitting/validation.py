"""What a run is judged by while it runs: a fixed set of pairs of unseen people, in figures and as a contact sheet."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from puppet.media.contact_sheet import contact_sheet
from puppet.media.picture_file import write_picture
from puppet.picture import Picture
from training.data.anchors import ANCHORS, LIDS, LIPS, Anchors
from training.data.clip_store import ClipStore
from training.data.packs import FaceFrames
from training.data.pairs import PairSampler
from training.exporting.export_graphs import picture_from_prediction
from training.networks.pair import NetworkPair
from training.networks.tensors import Keypoints
from training.objectives.losses import Crop, cut_crops, eye_distance
from training.objectives.perceptual import Lpips

SHEET_ROWS = 8
BATCH = 16

REAL_SHARE = 0.35
"""Share of the pairs from recordings, where there are rendered clips too."""


class ValidationPairs(NamedTuple):
    """source, target: (N, 3, side, side) in [0, 1]; source_marks, target_marks: (N, 68, 2), NaN where there are none."""

    source: Tensor
    target: Tensor
    source_marks: Tensor
    target_marks: Tensor


def draw_pairs(
    faces: FaceFrames | ClipStore, count: int, sampler: PairSampler | None = None, check: Callable[[], None] = lambda: None
) -> ValidationPairs:
    """The same pairs every time for the same data: by default balanced by eyes and mouth, a third from real clips.

    `check` is called between pairs that have to be decoded.
    """
    sampler = sampler or PairSampler(faces, real_share=REAL_SHARE)
    numbers = sampler.draw(count, np.random.default_rng(1))
    if isinstance(faces, FaceFrames):
        frames, marks = [faces.frames[chosen] for chosen in numbers], [faces.landmarks[chosen] for chosen in numbers]
    else:
        read = []
        for source, target in zip(*numbers, strict=True):
            check()
            read.append(faces.read_pair(int(source), int(target)))
        frames = [np.stack([pair[0][index] for pair in read]) for index in (0, 1)]
        marks = [np.stack([pair[1][index] for pair in read]) for index in (0, 1)]

    def pictures(given: npt.NDArray[np.uint8]) -> Tensor:
        return torch.from_numpy(given).permute(0, 3, 1, 2).float() / 255

    return ValidationPairs(pictures(frames[0]), pictures(frames[1]), torch.from_numpy(marks[0]), torch.from_numpy(marks[1]))


def _eyes(images: Tensor, marks: Tensor) -> Tensor:
    both = [Crop(marks[:, points].mean(dim=1), eye_distance(marks) * 0.25) for points in (slice(36, 42), slice(42, 48))]
    return torch.cat([cut_crops(images, crop, 32) for crop in both])


def _correlation(first: Tensor, second: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1])


def _gap(points: Tensor, pair: tuple[int, int]) -> Tensor:
    gap: Tensor = (points[:, pair[1]] - points[:, pair[0]]).norm(dim=-1)
    return gap


@torch.no_grad()
def validate(
    networks: NetworkPair,
    pairs: ValidationPairs,
    anchors: Anchors,
    lpips: Lpips | None,
    sheet: Path,
    *,
    check: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Figures over all pairs, and a sheet of the first ones: source, driver, warp, result. `check` is called between batches.

    Where there are landmarks, `eyes` and `eyes_copy` are the L1 over the eyes of the result and of the bare source. Where the keypoints
    are anchored, `points` is their distance from the anchors in eye distances, and `blink_r` and `mouth_r` correlate the
    openings that the detector sees in driver and result.
    """
    device = next(networks.parameters()).device
    networks.eval()
    marked = bool(torch.isfinite(pairs.target_marks).all())
    anchored = marked and networks.configuration.keypoint_count == len(ANCHORS)
    look = getattr(networks.detector, "look", networks.detector)
    parts: list[dict[str, Tensor]] = []
    kept: list[list[Picture]] = []
    for start in range(0, len(pairs.source), BATCH):
        check()
        source, target, _, target_marks = (tensor[start : start + BATCH].to(device) for tensor in pairs)
        seen_source, seen_target = networks.detector(source), networks.detector(target)
        animated = networks.generator.animate(networks.generator.encode(source), seen_source, seen_target)
        prediction, warped = animated.prediction.float(), animated.warped.float()
        figures = {
            "l1": (prediction - target).abs().mean(dim=(1, 2, 3)),
            "l1_copy": (source - target).abs().mean(dim=(1, 2, 3)),
            "l1_warp": (warped - target).abs().mean(dim=(1, 2, 3)),
        }
        if lpips is not None:
            figures["lpips"] = lpips(prediction.contiguous(), target.contiguous())
        if anchored:
            wanted = anchors.keypoints(target_marks)
            figures["points"] = (seen_target.points - wanted.points).norm(dim=-1).mean(dim=1) / eye_distance(target_marks)
        if marked:
            for name, images in (("eyes", prediction), ("eyes_copy", source)):
                gaps = (_eyes(images, target_marks) - _eyes(target, target_marks)).abs().mean(dim=(1, 2, 3))
                figures[name] = gaps.view(2, -1).mean(dim=0)
        if anchored:
            for name, images in (("driver", target), ("result", prediction)):
                figures |= {f"{part}_{name}": gap for part, gap in _openings(look(images)).items()}
        parts.append(figures)
        for index in range(min(len(source), SHEET_ROWS - len(kept))):
            kept.append([_picture(image[index]) for image in (source, target, warped, prediction)])
    columns = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    summary = {name: float(column.mean()) for name, column in columns.items() if not name.endswith(("_driver", "_result"))}
    for part in ("blink", "mouth") if anchored else ():
        summary[f"{part}_r"] = _correlation(columns[f"{part}_driver"], columns[f"{part}_result"])
    write_picture(sheet, _sheet(kept))
    return summary


def _sheet(kept: list[list[Picture]]) -> Picture:
    """Rows of source, driver, warp and result, two side by side where they are even in number."""
    half = len(kept) // 2
    rows = [left + right for left, right in zip(kept[:half], kept[half:], strict=True)] if len(kept) % 2 == 0 else kept
    return contact_sheet(rows, [], ["source", "driver", "warp", "result"] * (len(rows[0]) // 4), cell=160)


def _openings(seen: Keypoints) -> dict[str, Tensor]:
    return {"blink": (_gap(seen.points, LIDS[0]) + _gap(seen.points, LIDS[1])) / 2, "mouth": _gap(seen.points, LIPS)}


def _picture(image: Tensor) -> Picture:
    return picture_from_prediction(image.permute(1, 2, 0)).cpu().numpy()
