"""Programs beside the checks: their words, their status, and that none outlives its use."""

import os
import sys
import time
from pathlib import Path

import pytest

from scripts.virtual_devices.programs import Program, puppet
from tests.live_parts import eventually

# Python warns of a fork while threads run; those of NumPy and OpenCV rest at that moment.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def _speak_and_end() -> None:
    os.write(1, b"on one\n")
    os.write(2, b"on the other\n")
    sys.exit(5)


def test_words_and_status(tmp_path: Path) -> None:
    with Program(tmp_path, "speaker", _speak_and_end) as program:
        assert program.wait(10) == 5
    assert program.words.splitlines() == ["on one", "on the other"]
    assert not program.running


def test_program_that_hangs_is_told_of_and_killed(tmp_path: Path) -> None:
    with Program(tmp_path, "sleeper", lambda: time.sleep(60)) as program:
        with pytest.raises(TimeoutError, match=r"had not ended after 0\.1 s; it said: nothing"):
            program.wait(0.1)
        assert program.running
    assert not program.running


def test_interrupt_is_ctrl_c(tmp_path: Path) -> None:
    def wait_for_it() -> None:
        try:
            os.write(1, b"ready\n")
            time.sleep(60)
        except KeyboardInterrupt:
            sys.exit(3)

    with Program(tmp_path, "waiter", wait_for_it) as program:
        eventually(lambda: "ready" in program.words)
        program.interrupt()
        assert program.wait(10) == 3


def test_puppet_is_the_command_itself(tmp_path: Path) -> None:
    with puppet(tmp_path, "--camera", "/dev/video_that_is_not_there", "--seconds", "1") as program:
        assert program.wait(30) == 2
    assert "/dev/video_that_is_not_there" in program.words
