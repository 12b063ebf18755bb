"""The gate of the export: exported graphs run beside the torch networks on the same pictures."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from puppet import contract
from puppet.errors import ModelError
from training.exporting.export_graphs import MOTION_INPUTS, PREDICTION, picture_from_prediction, planes_from_picture
from training.exporting.graph_runs import Arrays, GraphRun
from training.networks.pair import NetworkPair
from training.networks.tensors import Keypoints

TOLERANCE = 1e-4
"""Greatest difference of a float32 graph from torch: prediction in [0, 1], points in [-1, 1], Jacobians (relative above 1)."""

HALF_MEAN_TOLERANCE = 1 / 255
"""Greatest mean difference of a prediction when the weights are stored as float16: one grey level."""

HALF_POINT_TOLERANCE = 0.02
"""Greatest shift of a keypoint when the weights are stored as float16: a hundredth of the picture's side."""


class Difference(NamedTuple):
    """How far graphs are from torch, the greatest over all pictures tried.

    points in [-1, 1]; jacobians relative to the greatest where that is above 1; prediction in [0, 1]; mean: of the
    prediction's absolute difference; levels: of the uint8 picture from the rounded torch prediction.
    """

    points: float
    jacobians: float
    prediction: float
    mean: float
    levels: int

    def worst(self, other: "Difference") -> "Difference":
        """The greater of both, figure by figure; what is not a number is the greatest of all."""
        points, jacobians, prediction, mean = np.maximum(self[:4], other[:4]).tolist()
        return Difference(points, jacobians, prediction, mean, max(self.levels, other.levels))


def check_pictures(side: int) -> list[torch.Tensor]:
    """Two smooth pictures and one of noise, (side, side, 3) uint8, always the same ones.

    The noise spans eight pixels. A trained network's sampling grid agrees between two float32 runtimes to about 1/1600 of
    a pixel (sums of weights in another order); finer noise turns that alone into more than `TOLERANCE`, while photographs
    stay below a third of it.
    """
    generator = torch.Generator().manual_seed(20240229)
    smooth = functional.interpolate(torch.rand(2, 3, 6, 6, generator=generator), size=(side, side), mode="bicubic", align_corners=False)
    noise = torch.rand(1, 3, side // 8, side // 8, generator=generator)
    noise = functional.interpolate(noise, size=(side, side), mode="bilinear", align_corners=False)
    pictures = (torch.cat((smooth, noise)).clamp(0, 1) * 255).round().to(torch.uint8)
    return list(pictures.permute(0, 2, 3, 1).contiguous())


def measure_difference(pair: NetworkPair, graphs: dict[str, bytes]) -> Difference:
    """Run the three graphs (`animate.onnx` still giving `PREDICTION`) and the networks on the pictures of the check."""
    runs = {name: GraphRun(graph) for name, graph in graphs.items()}
    first, second, noise = check_pictures(pair.configuration.side)
    total = Difference(0.0, 0.0, 0.0, 0.0, 0)
    for source, driving, still_border in ((first, second, 0.0), (noise, first, 0.0), (second, noise, 1.0), (first, second, 1.0)):
        total = total.worst(_compare(pair, runs, source, driving, still_border))
    return total


def refuse_difference(difference: Difference, precision: str) -> None:
    """Raise `ModelError` when graphs of this precision are further from torch than the tolerances above allow."""
    if precision == "fp32":
        limits = {"points": TOLERANCE, "jacobians": TOLERANCE, "prediction": TOLERANCE}
    else:
        limits = {"points": HALF_POINT_TOLERANCE, "mean": HALF_MEAN_TOLERANCE}
    for figure, limit in limits.items():
        value = getattr(difference, figure)
        if not value <= limit:
            raise ModelError(
                f"The {precision} graphs differ from torch by {value:.2g} in {figure}, where {limit:.2g} is allowed; nothing was written.",
                "Export with --precision fp32." if precision == "fp16" else "The network or the exporter is at fault: please report it.",
            )
    if precision == "fp32" and difference.levels > 1:
        raise ModelError(f"The graphs' pictures differ from torch by {difference.levels} of 255 levels; nothing was written.")


def _compare(pair: NetworkPair, runs: dict[str, GraphRun], source: torch.Tensor, driving: torch.Tensor, still_border: float) -> Difference:
    device = next(pair.parameters()).device
    with torch.no_grad():
        image = planes_from_picture(source.to(device))
        source_points: Keypoints = pair.detector(image)
        driving_points: Keypoints = pair.detector(planes_from_picture(driving.to(device)))
        still = torch.tensor([still_border], device=device)
        animated = pair.generator.animate(pair.generator.encode(image), source_points, driving_points, still)
        expected = animated.prediction[0].permute(1, 2, 0).cpu()

    seen_source = runs[contract.KEYPOINTS]({contract.IMAGE: source.numpy()})
    seen_driving = runs[contract.KEYPOINTS]({contract.IMAGE: driving.numpy()})
    fed: Arrays = {**runs[contract.APPEARANCE]({contract.IMAGE: source.numpy()}), contract.STILL_BORDER: still.cpu().numpy()}
    seen = (*_motion(seen_source), *_motion(seen_driving))
    result = runs[contract.ANIMATE]({**fed, **dict(zip(MOTION_INPUTS, seen, strict=True))})

    wanted = [tensor[0].cpu().numpy() for tensor in (*source_points, *driving_points)]
    gap = np.abs(result[PREDICTION] - expected.numpy())
    picture = picture_from_prediction(expected).numpy().astype(np.int16)
    return Difference(
        points=max(_gap(seen[0], wanted[0]), _gap(seen[2], wanted[2])),
        jacobians=max(_gap(seen[1], wanted[1]), _gap(seen[3], wanted[3])),
        prediction=float(gap.max()),
        mean=float(gap.mean()),
        levels=int(np.abs(result[contract.IMAGE].astype(np.int16) - picture).max()),
    )


def _motion(arrays: Arrays) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    return arrays[contract.POINTS], arrays[contract.JACOBIANS]


def _gap(seen: npt.NDArray[np.float32], wanted: npt.NDArray[np.float32]) -> float:
    """The greatest difference, relative to the greatest value where that is above 1."""
    return float(np.abs(seen - wanted).max() / max(1.0, float(np.abs(wanted).max())))
