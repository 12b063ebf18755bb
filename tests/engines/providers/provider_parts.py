"""What the tests of ONNX Runtime's providers share: the stand-in put in the package's place, and the toy's portrait and pose."""

import sys
from types import ModuleType

import numpy as np
import pytest

from engines.engine import Engine, EngineOptions
from engines.onnxruntime import OnnxRuntime
from engines.providers.execution_providers import PLUGIN
from puppet import contract
from tests.engines.providers.fake_onnxruntime import CUDA, FakeOnnxRuntime, make_card
from tests.toy_model import FEATURES

SIDE, COUNT = 32, 3
CARD = make_card(CUDA, "NVIDIA GeForce RTX 3060", "8.6")
ON_CUDA = EngineOptions("CUDA", "f32")


def put_in(monkeypatch: pytest.MonkeyPatch, package: FakeOnnxRuntime, plugin: ModuleType | None = None) -> FakeOnnxRuntime:
    """Have `import onnxruntime` give the stand-in until the test is over."""
    monkeypatch.setitem(sys.modules, "onnxruntime", package)
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    return package


def put_in_cuda(monkeypatch: pytest.MonkeyPatch) -> FakeOnnxRuntime:
    """A build for CUDA with one card, in place of the package."""
    return put_in(monkeypatch, FakeOnnxRuntime(CUDA, cards=[CARD], plugin=True))


def picture(seed: int = 0, side: int = SIDE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)


def portrait(seed: int = 0) -> dict[str, np.ndarray]:
    """What the toy's `animate` has bound for a portrait."""
    features = np.random.default_rng(seed).random((1, 3, SIDE, SIDE), dtype=np.float32)
    points, jacobians = pose()
    return {FEATURES: features, contract.SOURCE_POINTS: points, contract.SOURCE_JACOBIANS: jacobians}


def pose(shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    return np.full((COUNT, 2), shift, np.float32), np.repeat(np.eye(2, dtype=np.float32)[None], COUNT, axis=0)


def draw(engine: Engine, shift: float = 0.0) -> np.ndarray:
    points, jacobians = pose(shift)
    return engine.run(**{contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians})[contract.IMAGE]


def drawn_by_hand(seed: int = 0) -> np.ndarray:
    """What the toy draws of a portrait that has not moved."""
    return np.asarray(np.rint(portrait(seed)[FEATURES][0].transpose(1, 2, 0) * 255), np.uint8)


def names(runtime: OnnxRuntime) -> list[str]:
    return [device.name for device in runtime.devices()]
