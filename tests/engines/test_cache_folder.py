"""Where caches lie, by the custom of each system."""

import sys
from pathlib import Path

import pytest

from engines.cache_folder import cache_folder


@pytest.mark.parametrize(
    ("system", "name", "expected"), [("linux", "XDG_CACHE_HOME", "said/puppet"), ("win32", "LOCALAPPDATA", "said/puppet")]
)
def test_said_folder_is_taken(system: str, name: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv(name, str(tmp_path / "said"))
    assert cache_folder() == tmp_path / expected


@pytest.mark.parametrize(("system", "expected"), [("linux", ".cache"), ("darwin", "Library/Caches"), ("win32", "AppData/Local")])
def test_home_is_the_base_otherwise(system: str, expected: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder() == home / expected / "puppet"
