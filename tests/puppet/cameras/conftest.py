"""Devices for the tests of this room."""

from pathlib import Path

import pytest

from tests.puppet.cameras.devices import WEBCAM, System


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A system with one webcam plugged in, which gives pictures."""
    folder = tmp_path / "dev"
    folder.mkdir()
    system = System(folder, monkeypatch)
    system.plug(WEBCAM)
    return system
