"""What the tests of the commands of `puppet-engine` share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines import registry
from tests.toy_model import make_toy_model
from tests.ui.engine.pretended_builder import PretendedBuilder
from ui.engine_command import app

Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A toy model's folder."""
    make_toy_model(tmp_path / "toy", side=32)
    return tmp_path / "toy"


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> PretendedBuilder:
    """A builder among the runtimes, and no other that builds."""
    for name in [name for name, runtime in registry.RUNTIMES.items() if hasattr(runtime, "build")]:
        monkeypatch.delitem(registry.RUNTIMES, name)
    fake = PretendedBuilder()
    monkeypatch.setitem(registry.RUNTIMES, fake.name, fake)
    return fake


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types a command; returns what it printed on standard output. `status`: what it is to end with."""
    monkeypatch.setenv("COLUMNS", "200")

    def typed(*words: str, status: int = 0) -> str:
        ended = app(list(words), standalone_mode=False)
        assert (ended or 0) == status
        return capsys.readouterr().out

    return typed
