"""A fake GPU with TensorRT-RTX, and one with classic TensorRT."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engines.building.tensorrt_package import CLASSIC
from tests.engines.tensorrt_machine import Machine, tensorrt_machine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    with tensorrt_machine(monkeypatch, tmp_path) as machine:
        yield machine


@pytest.fixture
def classic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    with tensorrt_machine(monkeypatch, tmp_path, CLASSIC) as machine:
        yield machine
