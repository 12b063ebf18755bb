"""The toy model in a folder of the test's own."""

from pathlib import Path

import pytest

from tests.toy_model import make_toy_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_toy_model(tmp_path / "toy", 32, 4)
    return tmp_path / "toy"
