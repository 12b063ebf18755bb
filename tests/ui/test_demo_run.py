"""What `make run` leaves behind, and when it opens the window instead."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture
from puppet.settings import LiveSettings
from ui import demo_run


def test_demo_leaves_a_video_and_a_sheet_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = demo_run.animate_demo(tmp_path, seconds=1.5, settings=LiveSettings(model="demo"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.mp4", "result.png"]
    assert sum(1 for _ in open_clip(tmp_path / "result.mp4")) == report.recorded_frames > 5
    sheet = read_picture(tmp_path / "result.png")
    assert sheet.shape[0] > 3 * 160
    said = capsys.readouterr().out
    assert "animate" in said
    assert str(tmp_path / "result.mp4") in said
    assert str(tmp_path / "result.png") in said


@pytest.mark.parametrize(("display", "platform", "window"), [(":0", "", True), (":0", "offscreen", False), ("", "", False)])
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display here")
def test_window_opens_where_somebody_can_see_it(display: str, platform: str, window: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[str] = []
    for name, value in (("DISPLAY", display), ("WAYLAND_DISPLAY", ""), ("QT_QPA_PLATFORM", platform)):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["run_demo.py"])
    monkeypatch.setattr(demo_run, "show_window", lambda: began.append("window"))
    monkeypatch.setattr(demo_run, "animate_demo", lambda folder: began.append("demo"))
    with suppress(SystemExit):
        demo_run.main()
    assert began == ["window" if window else "demo"]
