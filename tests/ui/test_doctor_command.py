"""`puppet-doctor` as a person types it."""

import io
import json
import subprocess
import sys

import pytest
from rich.console import Console

from tests.ui.doctor.machines import installation, machine
from ui import doctor_command
from ui.doctor import examination
from ui.doctor.report import Report, Sound
from ui.doctor_command import main

STOPPED = machine(puppet=installation().model_copy(update={"lacks": ["numpy"]}))


def run(report: Report, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Type the command on a computer of which this is found; its exit status."""
    monkeypatch.setattr(examination, "examine", lambda profile, models: report)
    monkeypatch.setattr(sys, "argv", ["puppet-doctor", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(str(ended.value.code))


def test_page_is_printed_and_the_status_is_0_where_a_live_run_is_possible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine(), monkeypatch) == 0
    told = capsys.readouterr().out
    assert "Verdict: live use is possible here" in told.splitlines()[-1]
    assert "\x1b" not in told


def test_status_is_1_where_it_is_not(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(STOPPED, monkeypatch) == 1
    assert "live use is NOT possible here: The package numpy is not installed." in capsys.readouterr().out


def test_json_says_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(STOPPED, monkeypatch, "--json") == 1
    told = capsys.readouterr().out
    assert Report.model_validate(json.loads(told)) == STOPPED
    assert told.isascii()


def test_output_that_lacks_letters_shows_others(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(doctor_command, "screen", Console(file=file))
    assert run(machine(sound=Sound(microphones=["マイク"])), monkeypatch) == 0
    file.seek(0)
    assert "microphones ???" in file.read()


def test_screen_shows_titles_in_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(doctor_command, "screen", Console(file=file, force_terminal=True, color_system="standard", no_color=False))
    monkeypatch.setenv("TERM", "xterm")
    run(machine(), monkeypatch)
    assert "\x1b[1m    System" in file.getvalue()


def test_profile_that_is_no_name_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["puppet-doctor", "--profile", "../x"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "A profile can't be called" in capsys.readouterr().err


def test_this_computer_gets_its_page_without_a_window() -> None:
    """The real thing, with every probe: Qt and the runtimes are loaded by others than the process that prints."""
    program = """
import sys
sys.argv = ["puppet-doctor"]
from ui.doctor_command import main
try:
    main()
finally:
    print(*(name for name in ("PySide6", "openvino", "onnxruntime", "tensorrt_rtx", "miniaudio") if name in sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr.split() == []
    assert "Verdict: live use is" in done.stdout
    assert "everything" not in done.stdout
