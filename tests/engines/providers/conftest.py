"""The toy model, and a build of ONNX Runtime for CUDA in the package's place."""

from pathlib import Path

import pytest

from tests.engines.providers.fake_onnxruntime import FakeOnnxRuntime
from tests.engines.providers.provider_parts import COUNT, SIDE, put_in_cuda
from tests.toy_model import make_toy_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, SIDE, COUNT)
    return folder


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> FakeOnnxRuntime:
    return put_in_cuda(monkeypatch)
