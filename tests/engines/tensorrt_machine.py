"""A fake GPU with a fake TensorRT on it and a toy model, and what its engines should draw."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from engines.building.engine_store import EngineStore
from engines.building.tensorrt_package import RTX, TensorRtPackage
from engines.engine import Engine, EngineOptions
from engines.tensorrt import TensorRtRuntime
from engines.tensorrt_engine import TensorRtEngine
from puppet import contract
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.engines.fake_cuda import FakeCuda
from tests.engines.fake_tensorrt import FakeTensorRt
from tests.toy_model import FEATURES, make_toy_model

SIDE, COUNT = 32, 3
EXACT = EngineOptions(precision="f32")


class Machine(NamedTuple):
    """A fake GPU with a fake TensorRT, the runtime that uses them, and a toy model folder."""

    cuda: FakeCuda
    trt: FakeTensorRt
    runtime: TensorRtRuntime
    folder: Path

    def make(self, graph: str, options: EngineOptions = EXACT) -> TensorRtEngine:
        """An engine, built and opened."""
        if not self.runtime.built(self.folder / graph, options):
            self.runtime.build(self.folder / graph, options, silent)
        return self.runtime.open(self.folder / graph, options)


def silent(share: float, words: str) -> bool:
    return True


@contextmanager
def tensorrt_machine(
    monkeypatch: pytest.MonkeyPatch, folder: Path, package: TensorRtPackage = RTX, binding: str = "cuda-python"
) -> Iterator[Machine]:
    """One with a toy model in a folder of its own; in the end nothing may be left on the GPU, nor anything have been misused."""
    make_toy_model(folder / "toy", SIDE, COUNT)
    cuda = FakeCuda(monkeypatch, binding=binding)
    trt = FakeTensorRt(monkeypatch, cuda, package.module, "1.7.1.116" if package is RTX else "11.4.0.106")
    yield Machine(cuda, trt, TensorRtRuntime(package, EngineStore(folder / "store")), folder / "toy")
    gc.collect()
    if not cuda.lost:
        assert set(cuda.left()) <= {"pushed"}
        assert not cuda.misuses


def picture(seed: int = 0) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)


def features(seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).random((1, 3, SIDE, SIDE), dtype=np.float32)


def pose(shift: float = 0.0) -> tuple[FloatArray, FloatArray]:
    return np.full((COUNT, 2), shift, np.float32), np.repeat(np.eye(2, dtype=np.float32)[None], COUNT, axis=0)


def wear(engine: Engine, seed: int = 0) -> None:
    points, jacobians = pose()
    engine.bind(**{FEATURES: features(seed), contract.SOURCE_POINTS: points, contract.SOURCE_JACOBIANS: jacobians})


def draw(engine: Engine, shift: float = 0.0) -> Picture:
    points, jacobians = pose(shift)
    return engine.run(**{contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians})[contract.IMAGE]


def drawn_by_hand(seed: int = 0) -> Picture:
    return np.asarray(np.rint(features(seed)[0].transpose(1, 2, 0) * 255), np.uint8)
