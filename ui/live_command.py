"""`puppet-live`: a portrait follows whoever sits before the camera."""

from pathlib import Path
from typing import Annotated

import typer

from puppet.assets import portraits as bundled_portraits
from puppet.errors import MediaError
from puppet.media.video_writer import check_video_name
from puppet.media.whole_file import refuse_overwriting
from puppet.settings import (
    Background,
    CameraSettings,
    Emphasis,
    Fit,
    LiveSettings,
    MotionSettings,
    OutputSettings,
    PortraitSettings,
    RecordingSettings,
    SafetySettings,
    Shows,
    WhenLost,
    changed,
)
from puppet.settings_file import load_settings, settings_path
from ui import desktop_entry
from ui.console import notices, run_command, screen
from ui.device_list import print_devices
from ui.live_report import STANDARD_OUTPUT, check_folder, report_table, report_words, write_report
from ui.live_run import LiveOrder, run_headless, run_window
from ui.setting_option import setting_option

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")

DRIVER, PORTRAIT, MOVEMENT, OUTPUT, RUN = "Driver", "Portrait", "Motion", "Virtual camera", "Run"
LIVE, CAMERA, MOTION, SHOWN, WORN, SAFETY, RECORDING = (
    LiveSettings(),
    CameraSettings(),
    MotionSettings(),
    OutputSettings(),
    PortraitSettings(),
    SafetySettings(),
    RecordingSettings(),
)

SETTINGS = {
    "model": "model",
    "engine": "engine",
    "camera": "camera__source",
    **{name: f"camera__{name}" for name in ("width", "height", "rate", "mirror", "people", "zoom", "offset_x", "offset_y")},
    **{name: f"motion__{name}" for name in MotionSettings.model_fields},
    "output_device": "output__device",
    "output_width": "output__width",
    "output_height": "output__height",
    "output_rate": "output__rate",
    **{name: f"portraits__{name}" for name in ("shows", "lock_background", "enhance", "enhancer")},
    "fit": "output__fit",
    "background": "output__background",
    "mirror_output": "output__mirror",
    "test_card": "output__test_card",
    "when_lost": "safety__when_lost",
    "patience": "safety__patience",
    "microphone": "recording__microphone",
}
"""The setting behind each option."""


@app.command()
def live(
    context: typer.Context,
    *,
    camera: Annotated[str, setting_option(CameraSettings, "source", DRIVER, "--camera", metavar="N|PATH|URL")] = CAMERA.source,
    width: Annotated[int, setting_option(CameraSettings, "width", DRIVER)] = CAMERA.width,
    height: Annotated[int, setting_option(CameraSettings, "height", DRIVER)] = CAMERA.height,
    rate: Annotated[float, setting_option(CameraSettings, "rate", DRIVER)] = CAMERA.rate,
    mirror: Annotated[bool, setting_option(CameraSettings, "mirror", DRIVER)] = CAMERA.mirror,
    people: Annotated[int, setting_option(CameraSettings, "people", DRIVER)] = CAMERA.people,
    zoom: Annotated[float, setting_option(CameraSettings, "zoom", DRIVER)] = CAMERA.zoom,
    offset_x: Annotated[float, setting_option(CameraSettings, "offset_x", DRIVER)] = CAMERA.offset_x,
    offset_y: Annotated[float, setting_option(CameraSettings, "offset_y", DRIVER)] = CAMERA.offset_y,
    portrait: Annotated[
        list[Path] | None,
        typer.Option(
            help="A portrait; name several to have them on the keys 1 to 9 and 0.",
            rich_help_panel=PORTRAIT,
            show_default="your own and the bundled ones",
        ),
    ] = None,
    shows: Annotated[Shows, setting_option(PortraitSettings, "shows", PORTRAIT)] = WORN.shows,
    lock_background: Annotated[bool, setting_option(PortraitSettings, "lock_background", PORTRAIT)] = WORN.lock_background,
    enhance: Annotated[bool, setting_option(PortraitSettings, "enhance", PORTRAIT)] = WORN.enhance,
    enhancer: Annotated[str, setting_option(PortraitSettings, "enhancer", PORTRAIT, metavar="FILE")] = WORN.enhancer,
    model: Annotated[str, setting_option(LiveSettings, "model", PORTRAIT, metavar="NAME|FOLDER")] = LIVE.model,
    engine: Annotated[str, setting_option(LiveSettings, "engine", PORTRAIT)] = LIVE.engine,
    relative: Annotated[bool, setting_option(MotionSettings, "relative", MOVEMENT, "--relative/--absolute")] = MOTION.relative,
    adapt_scale: Annotated[bool, setting_option(MotionSettings, "adapt_scale", MOVEMENT)] = MOTION.adapt_scale,
    emphasis: Annotated[Emphasis, setting_option(MotionSettings, "emphasis", MOVEMENT)] = MOTION.emphasis,
    strength: Annotated[float, setting_option(MotionSettings, "strength", MOVEMENT)] = MOTION.strength,
    smoothing: Annotated[bool, setting_option(MotionSettings, "smoothing", MOVEMENT)] = MOTION.smoothing,
    min_cutoff: Annotated[float, setting_option(MotionSettings, "min_cutoff", MOVEMENT)] = MOTION.min_cutoff,
    beta: Annotated[float, setting_option(MotionSettings, "beta", MOVEMENT)] = MOTION.beta,
    guard: Annotated[bool, setting_option(MotionSettings, "guard", MOVEMENT)] = MOTION.guard,
    virtual_camera: Annotated[
        bool,
        typer.Option("--virtual-camera/--no-virtual-camera", help="Send to a virtual camera from the start.", rich_help_panel=OUTPUT),
    ] = False,
    output_device: Annotated[str, setting_option(OutputSettings, "device", OUTPUT, "--output-device")] = SHOWN.device,
    output_width: Annotated[int, setting_option(OutputSettings, "width", OUTPUT, "--output-width")] = SHOWN.width,
    output_height: Annotated[int, setting_option(OutputSettings, "height", OUTPUT, "--output-height")] = SHOWN.height,
    output_rate: Annotated[float, setting_option(OutputSettings, "rate", OUTPUT, "--output-rate")] = SHOWN.rate,
    fit: Annotated[Fit, setting_option(OutputSettings, "fit", OUTPUT)] = SHOWN.fit,
    background: Annotated[Background, setting_option(OutputSettings, "background", OUTPUT)] = SHOWN.background,
    mirror_output: Annotated[bool, setting_option(OutputSettings, "mirror", OUTPUT, "--mirror-output")] = SHOWN.mirror,
    test_card: Annotated[bool, setting_option(OutputSettings, "test_card", OUTPUT, "--test-card")] = SHOWN.test_card,
    when_lost: Annotated[WhenLost, setting_option(SafetySettings, "when_lost", OUTPUT)] = SAFETY.when_lost,
    patience: Annotated[float, setting_option(SafetySettings, "patience", OUTPUT)] = SAFETY.patience,
    headless: Annotated[
        bool, typer.Option("--headless", help="Run without a window and print what each stage takes.", rich_help_panel=RUN)
    ] = False,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="Use and keep settings of their own under this name.", rich_help_panel=RUN)
    ] = "",
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="End after this time; without it, at Ctrl-C or when the window is closed.", rich_help_panel=RUN),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record the portrait as a video (.mp4, .mov, .mkv, .webm).", rich_help_panel=RUN)
    ] = None,
    microphone: Annotated[str, setting_option(RecordingSettings, "microphone", RUN, metavar="NAME")] = RECORDING.microphone,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was measured as JSON; - prints it.", rich_help_panel=RUN)
    ] = None,
    devices: Annotated[
        bool,
        typer.Option("--devices", help="List cameras with their modes, virtual cameras and microphones, and end.", rich_help_panel=RUN),
    ] = False,
    install_desktop_entry: Annotated[
        bool, typer.Option("--install-desktop-entry", help="Add Puppet to the desktop's menu, and end. Linux.", rich_help_panel=RUN)
    ] = False,
    remove_desktop_entry: Annotated[
        bool, typer.Option("--remove-desktop-entry", help="Take it out of the menu, and end.", rich_help_panel=RUN)
    ] = False,
) -> None:
    """Let a portrait follow you, live.

    puppet-live --portrait me.jpg --portrait mona_lisa.jpg

    Without a camera the bundled clip drives. What is set in the window is kept for the next time; options given here hold for
    this run alone. F1 in the window lists all keys: 1 to 9 and 0 change the portrait, X makes your present pose the neutral one.
    """
    if devices:
        print_devices()
        return
    if install_desktop_entry or remove_desktop_entry:
        for line in desktop_entry.install() if install_desktop_entry else desktop_entry.remove():
            screen.print(line, highlight=False, markup=False, soft_wrap=True)
        return
    path = settings_path(profile)
    stored, troubles = load_settings(path)
    for trouble in troubles:
        notices.print(trouble, style="yellow", highlight=False, markup=False, soft_wrap=True)
    settings = changed(stored, **{setting: context.params[name] for name, setting in SETTINGS.items() if _is_given(context, name)})
    if _is_given(context, "enhancer") and not _is_given(context, "enhance"):  # whoever names it wants it
        settings = changed(settings, portraits__enhance=bool(enhancer))
    named = _named(portrait)
    _check_results(record, json, (*named, Path(settings.camera.source), Path(settings.portraits.enhancer)))
    order = LiveOrder(settings, named, seconds, record, virtual_camera=virtual_camera, stored=stored, path=path, troubles=troubles)
    report = run_headless(order) if headless else run_window(order)
    if report is None:
        if headless:
            notices.print("No picture was drawn.")
            raise typer.Exit(1)
        return
    words = notices if json == STANDARD_OUTPUT else screen
    if headless:
        words.print(report_table(report))
    if headless or record is not None:
        for line in report_words(report):
            words.print(line, highlight=False, markup=False, soft_wrap=True)
    if json is not None:
        write_report(json, report)


def _check_results(record: Path | None, json: Path | None, kept: tuple[Path, ...]) -> None:
    """Raise `MediaError` now rather than after the run where a result can't be written, or would be written over one of `kept`."""
    if record is not None:
        check_video_name(record)
        refuse_overwriting(record, kept)
    if json is not None and json != STANDARD_OUTPUT:
        check_folder(json)
        refuse_overwriting(json, kept)


def _is_given(context: typer.Context, option: str) -> bool:
    """Whether an option was named on the command line."""
    source = context.get_parameter_source(option)
    return source is not None and source.name not in ("DEFAULT", "DEFAULT_MAP")


def _named(portraits: list[Path] | None) -> tuple[Path, ...]:
    """The portraits named. Raises `MediaError` where a file is missing, or where none is named and none is bundled."""
    for path in portraits or ():
        if not path.is_file():
            raise MediaError(f"There is no portrait {path}.", "Check the name and the folder.")
    if not portraits and not bundled_portraits():
        raise MediaError("There is no bundled portrait in this copy of Puppet.", "Name one with --portrait.")
    return tuple(portraits or ())


def main() -> None:
    """The console script."""
    run_command(app)
