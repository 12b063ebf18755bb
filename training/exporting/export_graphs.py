"""The three graphs of a model folder, traced from live networks: uint8 pictures in and out, as `puppet/contract.py` says."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from puppet import contract
from training.exporting.graph_runs import fold
from training.exporting.onnx_edits import input_names, tidy
from training.networks.pair import NetworkPair
from training.networks.tensors import Appearance, Keypoints

OPSET = 17
"""GridSample needs 16; TensorRT misreads it at 20."""

PREDICTION = "prediction"
"""The animated picture before it is rounded to uint8, (side, side, 3) float32 in [0, 1]: for the check only."""

MOTION_INPUTS = (contract.SOURCE_POINTS, contract.SOURCE_JACOBIANS, contract.DRIVING_POINTS, contract.DRIVING_JACOBIANS)


def planes_from_picture(picture: Tensor) -> Tensor:
    """(side, side, 3) uint8 to (1, 3, side, side) float32 in [0, 1]."""
    return picture.permute(2, 0, 1)[None].float() / 255.0


def picture_from_prediction(prediction: Tensor) -> Tensor:
    """(side, side, 3) float32 to uint8: clamped, then rounded half to even, as ONNX rounds."""
    return (prediction.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)


class AppearanceGraph(nn.Module):
    """A portrait to those of its features that `names` lists, in that order."""

    def __init__(self, pair: NetworkPair, names: Sequence[str]) -> None:
        super().__init__()
        self.generator = pair.generator
        self.names = tuple(names)

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        appearance = self.generator.encode(planes_from_picture(picture))
        return tuple(appearance[name] for name in self.names)


class KeypointsGraph(nn.Module):
    """A picture to points (K, 2) and Jacobians (K, 2, 2)."""

    def __init__(self, pair: NetworkPair) -> None:
        super().__init__()
        self.detector = pair.detector

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        keypoints: Keypoints = self.detector(planes_from_picture(picture))
        return keypoints.points[0], keypoints.jacobians[0]


class AnimateGraph(nn.Module):
    """Features, the four motion tensors and how still the border stands to the picture, uint8, and the prediction it was rounded from."""

    def __init__(self, pair: NetworkPair, names: Sequence[str]) -> None:
        super().__init__()
        self.generator = pair.generator
        self.names = tuple(names)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        count = len(self.names)
        appearance: Appearance = dict(zip(self.names, tensors[:count], strict=True))
        source_points, source_jacobians, driving_points, driving_jacobians, still_border = tensors[count:]
        animated = self.generator.animate(
            appearance,
            Keypoints(source_points[None], source_jacobians[None]),
            Keypoints(driving_points[None], driving_jacobians[None]),
            still_border,
        )
        prediction = animated.prediction[0].permute(1, 2, 0)  # (side, side, 3)
        return picture_from_prediction(prediction), prediction


def trace(graph: nn.Module, inputs: dict[str, Tensor], outputs: Sequence[str]) -> bytes:
    """The ONNX model of one graph, its shapes fixed to those of `inputs`; the graph is run in eval mode and left in it."""
    with tempfile.TemporaryDirectory() as folder, torch.no_grad(), warnings.catch_warnings():
        # The newer exporter needs a package of its own and writes the same graphs; shapes are fixed here, so what
        # depends on them may well become constant.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"torch\..*|training\..*")
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)  # of a mirrored patch: no harm
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            graph.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            do_constant_folding=True,
            dynamo=False,
        )
        graph.eval()  # an exporter may put a network back into train mode
        return tidy(fold(path.read_bytes()))


def trace_pair(pair: NetworkPair) -> dict[str, bytes]:
    """The three graphs of a pair by file name; `animate.onnx` also gives `PREDICTION`.

    `appearance.onnx` gives only what `animate.onnx` looks at.
    """
    side, count = pair.configuration.side, pair.configuration.keypoint_count
    device = next(pair.parameters()).device
    picture = {contract.IMAGE: torch.zeros(side, side, 3, dtype=torch.uint8, device=device)}
    with torch.no_grad():
        appearance = pair.eval().generator.encode(planes_from_picture(picture[contract.IMAGE]))
    points, jacobians = torch.zeros(count, 2, device=device), torch.eye(2, device=device).repeat(count, 1, 1)
    motion = dict(zip(MOTION_INPUTS, (points, jacobians, points, jacobians), strict=True))

    keypoints = trace(KeypointsGraph(pair), picture, [contract.POINTS, contract.JACOBIANS])
    taken = {**appearance, **motion, contract.STILL_BORDER: torch.zeros(1, device=device)}
    animate = trace(AnimateGraph(pair, list(appearance)), taken, [contract.IMAGE, PREDICTION])
    used = [name for name in input_names(animate) if name in appearance]
    return {
        contract.APPEARANCE: trace(AppearanceGraph(pair, used), picture, used),
        contract.KEYPOINTS: keypoints,
        contract.ANIMATE: animate,
    }
