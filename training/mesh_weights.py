"""The weights of the face mesh, read from the published TensorFlow Lite file into our network."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from puppet.assets import ASSETS
from puppet.errors import ModelError, TrainingError
from training.networks.face_mesh import FaceMeshNetwork, weighted_layers

MESH_FILE = ASSETS / "models" / "face" / "face_landmark.tflite"

Array = npt.NDArray[np.float32]


def load_face_mesh(path: Path = MESH_FILE) -> FaceMeshNetwork:
    """The network with its published weights. Raises `ModelError` for a file that is missing or is another network."""
    if not path.is_file():
        raise ModelError(f"The face mesh {path} is missing.", "Install Puppet again.")
    graph = _Graph(path)
    network = FaceMeshNetwork()
    for head, size in (("points", 1404), ("score", 1)):
        layers = weighted_layers(network, head)
        trail = graph.follow(size)
        if len(trail) != len(layers):
            raise ModelError(f"{path} is another network than the face mesh: {len(trail)} layers, not {len(layers)}.")
        for layer, arrays in zip(layers, trail, strict=True):
            _fill(layer, arrays)
    return network


def _fill(layer: nn.Conv2d | nn.PReLU, arrays: list[Array]) -> None:
    weight = arrays[0]
    if isinstance(layer, nn.PReLU):
        layer.weight.data.copy_(torch.from_numpy(weight.reshape(-1)))
        return
    # the file has (out, height, width, in), and (1, height, width, channels) where each channel is convolved alone
    order = (3, 0, 1, 2) if layer.groups > 1 else (0, 3, 1, 2)
    layer.weight.data.copy_(torch.from_numpy(np.ascontiguousarray(weight.transpose(order))))
    assert layer.bias is not None
    layer.bias.data.copy_(torch.from_numpy(arrays[1].copy()))


class _Graph:
    """The operators of a TensorFlow Lite file, by the tensors they make."""

    def __init__(self, path: Path) -> None:
        try:
            import tflite  # noqa: PLC0415
        except ImportError as error:
            raise TrainingError("Reading the face mesh needs the package tflite.", "pip install tflite") from error
        self._names = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
        self._model = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
        self._graph: Any = self._model.Subgraphs(0)
        operators = [self._graph.Operators(index) for index in range(self._graph.OperatorsLength())]
        self._makers = {operator.Outputs(0): operator for operator in operators}

    def follow(self, size: int) -> list[list[Array]]:
        """The constants of the weighted operators from the input to the output of so many values, in order; none without it."""
        outputs = [self._graph.Outputs(index) for index in range(self._graph.OutputsLength())]
        tensor = next((output for output in outputs if int(self._graph.Tensors(output).ShapeAsNumpy().prod()) == size), -1)
        trail: list[list[Array]] = []
        while (operator := self._makers.get(tensor)) is not None:
            inputs = [operator.Inputs(index) for index in range(operator.InputsLength())]
            if self._kind(operator) == "ADD":  # a shortcut: the convolutions lie on the other way
                tensor = next(each for each in inputs if self._kind(self._makers[each]) == "CONV_2D")
                continue
            if self._kind(operator) in ("CONV_2D", "DEPTHWISE_CONV_2D", "PRELU"):
                trail.insert(0, [self._constant(each) for each in inputs[1:]])
            tensor = inputs[0]
        return trail

    def _kind(self, operator: Any) -> str:
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        return str(self._names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())])

    def _constant(self, tensor: int) -> Array:
        if tensor in self._makers:  # stored in half precision, and converted
            tensor = self._makers[tensor].Inputs(0)
        stored = self._graph.Tensors(tensor)
        raw = self._model.Buffers(stored.Buffer()).DataAsNumpy().tobytes()
        dtype = {0: np.float32, 1: np.float16}[stored.Type()]
        return np.frombuffer(raw, dtype).astype(np.float32).reshape(stored.ShapeAsNumpy())
