"""The window's keys from a real keyboard on an X display, pressed by xdotool. Run as `xvfb-run -a -s -noreset make test-display`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ui.keys.global_keys import desktop

pytestmark = pytest.mark.display

PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from ui.keys.key_map import KeyMap
from ui.window.window_keys import install_shortcuts
application = QApplication(sys.argv)
window = QWidget()
window.setWindowTitle("Window with keys")
line = QLineEdit(window)
line.textChanged.connect(lambda text: print("text", text, flush=True))
install_shortcuts(window, KeyMap(), lambda action: line.setFocus() if action == "show_settings" else print(action, flush=True))
window.show()
window.setFocus()
sys.exit(application.exec())
"""


@pytest.fixture
def program() -> Iterator["subprocess.Popen[str]"]:
    if desktop() != "x11" or shutil.which("xdotool") is None:
        pytest.skip("needs an X display and xdotool")
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True) as program:
        try:
            window = xdotool("search", "--sync", "--onlyvisible", "--name", "Window with keys")
            xdotool("windowfocus", "--sync", window)
            yield program
        finally:
            program.kill()


def xdotool(*words: str) -> str:
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=20).stdout.strip()


def told(program: "subprocess.Popen[str]", count: int = 1) -> list[str]:
    """The next lines that the program writes."""
    assert program.stdout is not None
    return [program.stdout.readline().strip() for _ in range(count)]


def hold(key: str, seconds: str = "1.2") -> None:
    xdotool("keydown", key, "sleep", seconds, "keyup", key)


def test_keys_of_a_real_keyboard_fire(program: "subprocess.Popen[str]") -> None:
    pressed = {"w": "zoom_in", "shift+w": "zoom_in_fine", "plus": "more_strength", "minus": "less_strength", "F11": "full_screen"}
    pressed |= {"ctrl+r": "record", "KP_Add": "more_strength", "ctrl+shift+f": "arm_real_face", "0": "portrait_10"}
    for key, action in pressed.items():
        xdotool("key", key)
        assert told(program) == [action], key


def test_what_goes_on_repeats_and_nothing_else_does(program: "subprocess.Popen[str]") -> None:
    hold("w")
    assert told(program, 5) == 5 * ["zoom_in"]
    hold("d")
    hold("F11")
    xdotool("key", "F1")
    rest: list[str] = []
    while rest[-1:] != ["show_keys"]:
        rest += told(program)
    assert [action for action in rest if action != "zoom_in"] == ["next_portrait", "full_screen", "show_keys"]


def test_a_text_field_keeps_its_letters(program: "subprocess.Popen[str]") -> None:
    xdotool("key", "ctrl+comma")
    xdotool("key", "w")
    xdotool("key", "W")
    xdotool("key", "F1")
    assert told(program, 3) == ["text w", "text wW", "show_keys"]
