"""A model folder small enough for tests: real graphs under the real contract, whose answers can be worked out by hand."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from puppet import contract
from puppet.contract import ModelCard, write_card
from puppet.still_border import still_share
from tests.graph_files import save_graph

FEATURES = "features"
"""Name of the toy portrait's features, (1, 3, side, side) float32 in [0, 1]."""

IR = 9
"""Format of the toy's files."""


def _base_grid(side: int) -> np.ndarray:
    """(side, side, 2) float32: where each pixel centre lies in [-1, 1], align_corners False."""
    axis = ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)
    return np.stack(np.meshgrid(axis, axis), axis=-1)


def _appearance(path: Path, side: int) -> None:
    nodes = [
        helper.make_node("Cast", [contract.IMAGE], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "white"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["planes"], perm=[2, 0, 1]),
        helper.make_node("Unsqueeze", ["planes", "zero"], [FEATURES]),
    ]
    constants: dict[str, object] = {"white": np.float32(255), "zero": np.array([0], np.int64)}
    picture = {contract.IMAGE: (TensorProto.UINT8, (side, side, 3))}
    save_graph(path, nodes, constants, picture, {FEATURES: (TensorProto.FLOAT, (1, 3, side, side))}, version=IR)


def _keypoints(path: Path, side: int, count: int) -> None:
    angle = np.arange(count) * (2 * np.pi / count)
    constants: dict[str, object] = {
        "white": np.float32(255),
        "little": np.float32(1e-6),
        "half": np.float32(0.5),
        "pixels": np.array([side * side, 1], np.int64),
        "grid": _base_grid(side).reshape(-1, 2),
        "offsets": (0.3 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)).astype(np.float32),
        "identities": np.repeat(np.eye(2, dtype=np.float32)[None], count, axis=0),
    }
    nodes = [
        helper.make_node("Cast", [contract.IMAGE], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "white"], ["unit"]),
        helper.make_node("ReduceMean", ["unit"], ["grey"], axes=[2], keepdims=0),
        helper.make_node("Reshape", ["grey", "pixels"], ["weights"]),
        helper.make_node("Mul", ["weights", "grid"], ["weighted"]),
        helper.make_node("ReduceMean", ["weighted"], ["moment"], axes=[0], keepdims=1),
        helper.make_node("ReduceMean", ["weights"], ["brightness"], axes=[0, 1], keepdims=0),
        helper.make_node("Add", ["brightness", "little"], ["mass"]),
        helper.make_node("Div", ["moment", "mass"], ["centroid"]),
        helper.make_node("Add", ["centroid", "offsets"], [contract.POINTS]),
        helper.make_node("Add", ["brightness", "half"], ["size"]),
        helper.make_node("Mul", ["identities", "size"], [contract.JACOBIANS]),
    ]
    picture = {contract.IMAGE: (TensorProto.UINT8, (side, side, 3))}
    motion = {contract.POINTS: (TensorProto.FLOAT, (count, 2)), contract.JACOBIANS: (TensorProto.FLOAT, (count, 2, 2))}
    save_graph(path, nodes, constants, picture, motion, version=IR)


def _animate(path: Path, side: int, count: int, still_border: bool) -> None:
    constants: dict[str, object] = {
        "grid": _base_grid(side)[None],
        "identity": np.eye(2, dtype=np.float32),
        "white": np.float32(255),
        "zero": np.float32(0),
        "first": np.array([0], np.int64),
        "before_last": np.array([-2], np.int64),
        "last": np.array([-1], np.int64),
    }
    nodes = [
        helper.make_node("Sub", [contract.DRIVING_POINTS, contract.SOURCE_POINTS], ["shifts"]),
        helper.make_node("ReduceMean", ["shifts"], ["shift"], axes=[0], keepdims=0),
        helper.make_node("Sub", [contract.SOURCE_JACOBIANS, contract.DRIVING_JACOBIANS], ["changes"]),
        helper.make_node("ReduceMean", ["changes"], ["change"], axes=[0], keepdims=0),
        helper.make_node("Add", ["identity", "change"], ["local"]),
        helper.make_node("Sub", ["grid", "shift"], ["moved"]),
        helper.make_node("Unsqueeze", ["moved", "before_last"], ["rows"]),
        helper.make_node("Mul", ["rows", "local"], ["products"]),  # elementwise: a runtime in bf16 would multiply matrices in bf16
        helper.make_node("ReduceSum", ["products", "last"], ["where"], keepdims=0),
        helper.make_node("GridSample", [FEATURES, "where"], ["seen"], mode="bilinear", padding_mode="border", align_corners=0),
        helper.make_node("Squeeze", ["seen", "first"], ["planes"]),
        helper.make_node("Transpose", ["planes"], ["unit"], perm=[1, 2, 0]),
        helper.make_node("Mul", ["unit", "white"], ["bright"]),
        helper.make_node("Round", ["bright"], ["rounded"]),
        helper.make_node("Clip", ["rounded", "zero", "white"], ["clipped"]),
        helper.make_node("Cast", ["clipped"], [contract.IMAGE], to=TensorProto.UINT8),
    ]
    inputs: dict[str, tuple[int, tuple[int, ...]]] = {FEATURES: (TensorProto.FLOAT, (1, 3, side, side))}
    for name in (contract.SOURCE_POINTS, contract.DRIVING_POINTS):
        inputs[name] = (TensorProto.FLOAT, (count, 2))
    for name in (contract.SOURCE_JACOBIANS, contract.DRIVING_JACOBIANS):
        inputs[name] = (TensorProto.FLOAT, (count, 2, 2))
    if still_border:
        inputs[contract.STILL_BORDER] = (TensorProto.FLOAT, (1,))
        constants["share"] = still_share(side)[None, :, :, None]
        nodes[8].output[0] = "free"
        nodes[9:9] = [
            helper.make_node("Mul", ["share", contract.STILL_BORDER], ["stillness"]),
            helper.make_node("Sub", ["grid", "free"], ["back"]),
            helper.make_node("Mul", ["stillness", "back"], ["withheld"]),
            helper.make_node("Add", ["free", "withheld"], ["where"]),
        ]
    save_graph(path, nodes, constants, inputs, {contract.IMAGE: (TensorProto.UINT8, (side, side, 3))}, version=IR)


def make_toy_model(folder: Path, side: int = 64, keypoint_count: int = 4, *, still_border: bool = False) -> ModelCard:
    """Write a whole model folder at `folder` (made if absent) and return its card.

    `points` are a ring of radius 0.3 around the picture's centre of brightness; `jacobians` the identity times (0.5 + mean
    brightness). `animate` shifts the portrait by the mean shift of the points, and zooms it by the mean change of Jacobians; its border can
    stand still only with `still_border`, as in folders of today.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _appearance(folder / contract.APPEARANCE, side)
    _keypoints(folder / contract.KEYPOINTS, side, keypoint_count)
    _animate(folder / contract.ANIMATE, side, keypoint_count, still_border)
    card = ModelCard(
        name="toy",
        family="compact",
        side=side,
        keypoint_count=keypoint_count,
        align_corners=False,
        precision="fp32",
        licence="MIT",
        steps=0,
        samples=0,
    )
    return write_card(folder, card)
