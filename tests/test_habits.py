"""The habits of conftest.py, each shown to bite."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

LEAVES_THREAD = """
import threading

def test_leaves_a_thread(request):
    end = threading.Event()
    threading.Thread(target=end.wait, args=(2,), name="puppet-left", daemon=True).start()
"""

DRAWS_WARNING = """
def test_draws_a_qt_warning(application):
    from PySide6.QtCore import qWarning
    qWarning("a wheel is loose")
"""


@pytest.mark.parametrize(
    ("source", "complaint"), [(LEAVES_THREAD, "left threads running: puppet-left"), (DRAWS_WARNING, "Qt complained: ['a wheel is loose'")]
)
def test_bad_habit_fails_the_test(source: str, complaint: str, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_bad.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stdout
    assert complaint in run.stdout


def test_network_is_out_of_reach() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"network: 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    with pytest.raises(pytest.fail.Exception, match=r"network: example\.invalid"):
        socket.getaddrinfo("example.invalid", 80)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=1) as connection:
        assert connection.getpeername() == server.getsockname()


def test_home_is_empty_and_our_own(home: Path, tmp_path: Path) -> None:
    assert Path.home() == home
    assert [entry.name for entry in home.iterdir()] == ["runtime"]
    assert home != tmp_path


def test_qt_draws_offscreen(application: "QApplication") -> None:
    assert application.platformName() == "offscreen"
