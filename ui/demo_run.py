"""What `make run` shows: the live window or, with no display, some seconds of it as a video and a contact sheet."""

import os
import sys
from contextlib import closing
from pathlib import Path

from puppet.assets import demo_portrait, driving_clip
from puppet.errors import EngineError
from puppet.live.moments import Moments
from puppet.media.picture_file import write_picture
from puppet.portraits.portrait import load_portrait
from puppet.settings import CameraSettings, LiveSettings
from ui.console import notices, run_command, screen
from ui.display import has_display
from ui.live_command import main as show_window
from ui.live_report import LiveReport, report_table, report_words
from ui.live_run import LiveOrder, run_headless
from ui.model_choice import open_finder

SECONDS = 10.0
COLUMNS = 8

UNSEEN = ("offscreen", "minimal", "vnc")
"""Qt platforms that nobody looks at."""


def main() -> None:
    """Start `puppet-live` where there is a screen; elsewhere write result.mp4 and result.png here."""
    if has_display() and os.environ.get("QT_QPA_PLATFORM") not in UNSEEN:
        sys.argv = ["puppet-live"]
        show_window()
    else:
        run_command(lambda: animate_demo(Path.cwd()))


def animate_demo(folder: Path, seconds: float = SECONDS, settings: LiveSettings | None = None) -> LiveReport:
    """Let the bundled clip drive a bundled portrait without a window; print the stage table, write the video and the sheet.

    Raises `EngineError` when not one picture was drawn.
    """
    notices.print(f"There is no display: the bundled clip drives a portrait for {seconds:g} seconds instead.", highlight=False)
    settings = settings or LiveSettings(camera=CameraSettings(source=str(driving_clip())))
    portrait = demo_portrait()
    video, sheet = folder / "result.mp4", folder / "result.png"
    moments = Moments(seconds, COLUMNS)
    report = run_headless(LiveOrder(settings, (portrait,), seconds, video), (moments,))
    if report is None or not moments.kept:
        raise EngineError("The demo drew no picture.", "See what can run here: puppet-engine list")
    with closing(open_finder(settings.model)) as finder:
        source = load_portrait(portrait, finder, moments.kept[0].image.shape[0]).face
    write_picture(sheet, moments.sheet(source))
    screen.print(report_table(report))
    for line in report_words(report):
        screen.print(line, highlight=False, markup=False, soft_wrap=True)
    screen.print(f"Wrote {video} and {sheet} (source, driver, result).", highlight=False, markup=False, soft_wrap=True)
    return report
