"""What one room offers another by name."""

from pathlib import Path

import pytest

from puppet import plugins
from puppet.errors import EngineError
from puppet.plugins import open_face_finder, open_restorer
from tests.toy_restorer import make_restorer


def test_restorer_of_a_file_is_found_by_name(tmp_path: Path) -> None:
    restorer = open_restorer(make_restorer(tmp_path / "own.onnx", 64, 2))
    assert restorer.result_side == 128
    restorer.close()


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError, match=r"Nothing called absent is installed in the group puppet\.face_finders"):
        open_face_finder("absent")
    monkeypatch.setattr(plugins, "entry_points", lambda **_: ())
    with pytest.raises(EngineError, match=r"in the group puppet\.restorers"):
        open_restorer()
