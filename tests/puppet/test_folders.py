"""The user's folders, by the custom of the system the tests run on."""

import sys
from pathlib import Path

import pytest

from puppet.folders import cache_folder, data_folder, settings_folder


@pytest.mark.skipif(sys.platform != "linux", reason="the custom of Linux")
def test_linux_says_where(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, folder in (("XDG_CONFIG_HOME", settings_folder), ("XDG_DATA_HOME", data_folder), ("XDG_CACHE_HOME", cache_folder)):
        monkeypatch.setenv(name, str(tmp_path / name))
        assert folder() == tmp_path / name / "puppet"
        monkeypatch.delenv(name)
        assert folder().is_relative_to(home)


def test_they_are_apart_and_not_made_by_asking() -> None:
    folders = {settings_folder(), data_folder() / "portraits", cache_folder()}
    assert len(folders) == 3
    assert not any(folder.exists() for folder in folders)
