"""The drawn pack, made once a run."""

from pathlib import Path

import pytest

from tests.training.small_pack import write_pack


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is a face pack; whoever changes it copies it first."""
    return write_pack(tmp_path_factory.mktemp("data") / "faces")
