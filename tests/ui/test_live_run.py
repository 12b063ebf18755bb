"""What a run without a window says before it begins."""

import pytest

from ui.live_run import Announcement


def test_an_engine_that_is_not_ready_is_announced_once(capsys: pytest.CaptureFixture[str]) -> None:
    announcement = Announcement()
    assert announcement.report(0.0, "trying openvino CPU")
    assert announcement.report(0.5, "trying onnxruntime CPU")
    told = capsys.readouterr().err
    assert told.count("Preparing an engine") == 1
    assert not told.startswith("Building"), "comparing what is there builds nothing"


def test_one_that_is_ready_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert Announcement().report(1.0, "")
    assert capsys.readouterr().err == ""
