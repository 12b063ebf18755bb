"""What the guest finds, and how it is told."""

import json
from pathlib import Path

import pytest

from scripts.virtual_devices.findings import Failed, Findings


def test_check_passes_unless_something_is_raised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = Findings(tmp_path, ["first", "second"])
    with findings.check("first") as measured:
        measured.append("30 a second")
    assert not findings.complete
    with findings.check("second") as measured:
        measured.append("so far well")
        raise Failed("then not")
    assert not findings.complete
    assert json.loads((tmp_path / "findings.json").read_text()) == [
        {"check": "first", "passed": True, "words": "30 a second"},
        {"check": "second", "passed": False, "words": "then not; so far well"},
    ]
    assert "FAILED: second" in capsys.readouterr().out


def test_complete_when_every_check_passed(tmp_path: Path) -> None:
    findings = Findings(tmp_path, ["first", "second"])
    for name in ("first", "second"):
        with findings.check(name):
            pass
    assert findings.complete


def test_what_nobody_expected_is_not_swallowed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Findings(tmp_path, ["one"]).check("one"):
        raise ZeroDivisionError
