"""Real global keys on an X display: another window has the focus, xdotool presses. Run as `xvfb-run -a -s -noreset make test-display`."""

import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from ui.keys.global_keys import GlobalKeys, desktop

pytestmark = pytest.mark.display

OTHER_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
application = QApplication(sys.argv)
line = QLineEdit()
line.setWindowTitle("Another program")
line.textChanged.connect(lambda text: print(text, flush=True))
line.show()
sys.exit(application.exec())
"""


@pytest.fixture(autouse=True)
def needed() -> None:
    if desktop() != "x11" or shutil.which("xdotool") is None or find_spec("pynput") is None:
        pytest.skip("needs an X display, xdotool and pynput")


def xdotool(*words: str) -> str:
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=20).stdout.strip()


@pytest.fixture
def other() -> Iterator["subprocess.Popen[str]"]:
    """Another program, in a process of its own, whose text line has the focus."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    with subprocess.Popen([sys.executable, "-c", OTHER_WINDOW], env=environment, stdout=subprocess.PIPE, text=True) as program:
        try:
            window = xdotool("search", "--sync", "--onlyvisible", "--name", "Another program")
            xdotool("windowfocus", "--sync", window)
            assert xdotool("getwindowfocus") == window
            yield program
        finally:
            program.terminate()


def typed(program: "subprocess.Popen[str]") -> str:
    """What the other program's line holds after its next change."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_a_key_fires_while_another_program_has_the_focus(other: "subprocess.Popen[str]") -> None:
    fired: queue.Queue[str] = queue.Queue()
    actions = {"Ctrl+Alt+1": "portrait_1", "Ctrl+Alt+PgDown": "next_portrait", "Ctrl+Alt+X": "recalibrate", "F9": "snapshot"}
    with GlobalKeys(actions, fired.put) as keys:
        assert keys.hearing.on, keys.hearing
        for pressed, action in (
            ("ctrl+alt+1", "portrait_1"),
            ("ctrl+alt+Next", "next_portrait"),
            ("ctrl+alt+x", "recalibrate"),
            ("F9", "snapshot"),
        ):
            xdotool("key", "--clearmodifiers", pressed)
            assert fired.get(timeout=5) == action
        for pressed in ("1", "ctrl+1", "alt+1", "ctrl+alt+shift+x", "x"):
            xdotool("key", pressed)
        assert typed(other) == "1"  # it has the focus: plain keys are its own
        xdotool("key", "F9")
        assert fired.get(timeout=5) == "snapshot"
    assert fired.empty()
    xdotool("key", "ctrl+alt+1")
    time.sleep(0.3)
    assert fired.empty()


def test_a_key_that_is_held_fires_once_though_the_keyboard_repeats_it(other: "subprocess.Popen[str]") -> None:
    fired: queue.Queue[str] = queue.Queue()
    with GlobalKeys({"Ctrl+Alt+1": "portrait_1", "F9": "snapshot"}, fired.put):
        for held in (("ctrl", "alt", "1"), ("x",)):
            for key in held:
                xdotool("keydown", key)
            time.sleep(1.2)
            for key in reversed(held):
                xdotool("keyup", key)
        assert len(typed(other)) == 1
        assert len(typed(other)) == 2, "this keyboard does not repeat: the test shows nothing"
        xdotool("key", "F9")
        assert [fired.get(timeout=5), fired.get(timeout=5)] == ["portrait_1", "snapshot"]
    assert fired.empty()


def test_starting_and_stopping_is_quick_and_can_be_done_again_and_again(other: "subprocess.Popen[str]") -> None:
    fired: queue.Queue[str] = queue.Queue()
    keys = GlobalKeys({"Ctrl+Alt+1": "portrait_1"}, fired.put)
    keys.start()
    for _ in range(3):
        begun = time.perf_counter()
        keys.stop()
        keys.start()
        assert time.perf_counter() - begun < 0.5
    xdotool("key", "ctrl+alt+1")
    assert fired.get(timeout=5) == "portrait_1"
    keys.stop()
    assert fired.empty()
