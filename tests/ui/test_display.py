"""Whether there is a screen, and what is said when Qt can't use it."""

import os
import subprocess
import sys

import pytest

from puppet.errors import EXIT_CODE, PuppetError
from ui import display

unix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display here")


@unix
@pytest.mark.parametrize(("name", "expected"), [("DISPLAY", True), ("WAYLAND_DISPLAY", True), ("QT_QPA_PLATFORM", True), ("TERM", False)])
def test_a_display_is_known_by_what_the_environment_says(name: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, ":7")
    assert display.has_display() is expected


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_there_is_always_one_where_windows_belong_to_the_system(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    assert display.has_display()


def test_a_qt_that_can_not_be_loaded_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    with pytest.raises(PuppetError, match="Qt can't be loaded"):
        display.open_application()


@unix
def test_a_display_that_does_not_answer_is_one_sentence() -> None:
    program = "from ui.display import open_application; open_application()"
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":4711"}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == EXIT_CODE, run.stderr
    assert "Error: Qt can't open a window:" in run.stderr
    assert "--headless" in run.stderr
