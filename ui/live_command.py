"""`puppet-live`: a portrait follows whoever sits before the camera."""

from pathlib import Path
from typing import Annotated

import typer

from puppet.assets import portraits as bundled_portraits
from puppet.errors import MediaError
from puppet.media.whole_file import refuse_overwriting
from puppet.media.video_writer import check_video_name
from puppet.settings import CameraSettings, LiveSettings, MotionSettings, live_settings
from ui.console import notices, run_command, screen
from ui.live_report import check_folder, report_table, report_words, write_report
from ui.live_run import LiveOrder, run_headless, run_window
from ui.setting_option import setting_option

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")

DRIVER, PORTRAIT, MOVEMENT, RUN = "Driver", "Portrait", "Motion", "Run"
LIVE, CAMERA, MOTION = LiveSettings(), CameraSettings(), MotionSettings()


@app.command()
def live(
    *,
    camera: Annotated[str, setting_option(CameraSettings, "source", DRIVER, "--camera", metavar="N|PATH|URL")] = CAMERA.source,
    width: Annotated[int, setting_option(CameraSettings, "width", DRIVER)] = CAMERA.width,
    height: Annotated[int, setting_option(CameraSettings, "height", DRIVER)] = CAMERA.height,
    rate: Annotated[float, setting_option(CameraSettings, "rate", DRIVER)] = CAMERA.rate,
    mirror: Annotated[bool, setting_option(CameraSettings, "mirror", DRIVER)] = CAMERA.mirror,
    portrait: Annotated[
        list[Path] | None,
        typer.Option(
            help="A portrait; name several to have them on the keys 1 to 9 and 0.",
            rich_help_panel=PORTRAIT,
            show_default="the bundled ones",
        ),
    ] = None,
    model: Annotated[str, setting_option(LiveSettings, "model", PORTRAIT, metavar="NAME|FOLDER")] = LIVE.model,
    engine: Annotated[str, setting_option(LiveSettings, "engine", PORTRAIT)] = LIVE.engine,
    relative: Annotated[bool, setting_option(MotionSettings, "relative", MOVEMENT, "--relative/--absolute")] = MOTION.relative,
    adapt_scale: Annotated[bool, setting_option(MotionSettings, "adapt_scale", MOVEMENT)] = MOTION.adapt_scale,
    smoothing: Annotated[bool, setting_option(MotionSettings, "smoothing", MOVEMENT)] = MOTION.smoothing,
    min_cutoff: Annotated[float, setting_option(MotionSettings, "min_cutoff", MOVEMENT)] = MOTION.min_cutoff,
    beta: Annotated[float, setting_option(MotionSettings, "beta", MOVEMENT)] = MOTION.beta,
    headless: Annotated[
        bool, typer.Option("--headless", help="Run without a window and print what each stage takes.", rich_help_panel=RUN)
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="End after this time; without it, at Ctrl-C or when the window is closed.", rich_help_panel=RUN),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record the portrait as a video (.mp4, .mov, .mkv).", rich_help_panel=RUN)
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was measured as JSON.", rich_help_panel=RUN)] = None,
) -> None:
    """Let a portrait follow you, live.

    puppet-live --portrait me.jpg --portrait mona_lisa.jpg

    Without a camera the bundled clip drives. Keys in the window: 1 to 9 and 0 change the portrait, X makes your present
    pose the neutral one, M mirrors, Esc quits.
    """
    settings = live_settings(
        {
            "model": model,
            "engine": engine,
            "camera": {"source": camera, "width": width, "height": height, "rate": rate, "mirror": mirror},
            "motion": {
                "relative": relative,
                "adapt_scale": adapt_scale,
                "smoothing": smoothing,
                "min_cutoff": min_cutoff,
                "beta": beta,
            },
        }
    )
    portraits = _portraits(portrait)
    if record is not None:
        check_video_name(record)
        refuse_overwriting(record, (*portraits, Path(camera)))
    if json is not None:
        check_folder(json)
        refuse_overwriting(json, (*portraits, Path(camera)))
    order = LiveOrder(settings, portraits, seconds, record)
    report = run_headless(order) if headless else run_window(order)
    if report is None:
        notices.print("No picture was drawn.")
        raise typer.Exit(1)
    if headless:
        screen.print(report_table(report))
    if headless or record is not None:
        for line in report_words(report):
            screen.print(line, highlight=False, markup=False, soft_wrap=True)
    if json is not None:
        write_report(json, report)


def _portraits(named: list[Path] | None) -> tuple[Path, ...]:
    """The portraits named, or those that ship with Puppet. Raises `MediaError` where a file is missing."""
    paths = tuple(named or bundled_portraits())
    for path in paths:
        if not path.is_file():
            raise MediaError(f"There is no portrait {path}.", "Check the name and the folder.")
    if not paths:
        raise MediaError("There is no bundled portrait in this copy of Puppet.", "Name one with --portrait.")
    return paths


def main() -> None:
    """The console script."""
    run_command(app)
