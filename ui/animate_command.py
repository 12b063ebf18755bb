"""`puppet-animate`: a portrait and a driving clip become a video, offline."""

import json
import logging
from collections import Counter
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.logging import RichHandler
from rich.markup import escape

from puppet.assets import EMBEDDED_MODEL
from puppet.errors import SettingsError
from puppet.portraits.seam import RATIO
from ui.animate_order import Order, Report
from ui.animate_run import LONGEST, animate
from ui.console import notices, run_command, screen
from ui.model_choice import model_for

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")

MOTION, PICTURE, MODEL, RESULT = "Motion", "Picture", "Model", "Result"


@app.command()
def animate_portrait(
    source: Annotated[Path, typer.Argument(help="The portrait: a picture of any size, or a gif or video whose first frame is taken.")],
    driving: Annotated[Path, typer.Argument(help="Who moves it: a video, an animated gif, a picture or a folder of pictures.")],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The video to write (.mp4, .mov, .mkv, .webm), or a folder for PNG frames.", rich_help_panel=RESULT
        ),
    ] = Path("result.mp4"),
    audio: Annotated[
        bool, typer.Option("--audio/--no-audio", help="Keep the driver's sound; a folder of frames has none.", rich_help_panel=RESULT)
    ] = True,
    matte: Annotated[
        bool,
        typer.Option(
            "--matte", rich_help_panel=RESULT,
            help="Make what is behind the person transparent: in a .webm (VP9), a .mov (ProRes 4444) or a folder of PNG frames.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object about the result on standard output.", rich_help_panel=RESULT)
    ] = False,
    relative: Annotated[
        bool,
        typer.Option(
            "--relative/--absolute",
            help="Carry over how the driver moves away from a neutral frame, or the driver's pose itself.",
            rich_help_panel=MOTION,
        ),
    ] = True,
    adapt_scale: Annotated[
        bool,
        typer.Option(
            "--adapt-scale/--no-adapt-scale", help="Scale relative motion to the size of the portrait's face.", rich_help_panel=MOTION
        ),
    ] = True,
    find_best_frame: Annotated[
        bool,
        typer.Option("--find-best-frame", help="Take the frame most like the portrait's pose for neutral.", rich_help_panel=MOTION),
    ] = False,
    best_frame: Annotated[
        int | None,
        typer.Option(
            "--best-frame", min=0, metavar="N", help="Take frame N, counted from 0, for neutral.", rich_help_panel=MOTION,
            show_default="the first with a face",
        ),
    ] = None,
    no_face: Annotated[
        bool,
        typer.Option("--no-face", help="Look for no faces: take the middle squares of source and driver.", rich_help_panel=PICTURE),
    ] = False,
    paste_back: Annotated[
        bool | None,
        typer.Option(
            "--paste-back/--no-paste-back", rich_help_panel=PICTURE, show_default="only with --multi-person",
            help="Put the face back into the whole picture, where it turns but stays in its place, or show it alone.",
        ),
    ] = None,
    multi_person: Annotated[
        bool, typer.Option("--multi-person", help="Move every face of the picture, each in its place.", rich_help_panel=PICTURE)
    ] = False,
    ratio: Annotated[
        float | None,
        typer.Option(
            min=0.3, max=0.5, rich_help_panel=PICTURE, show_default=str(RATIO),
            help="How much around a face is put back: a radius, as a share of the side of its crop.",
        ),
    ] = None,
    lock_background: Annotated[
        bool | None,
        typer.Option(
            "--lock-background/--no-lock-background", rich_help_panel=PICTURE, show_default="where faces are put back",
            help="Move faces and hair alone, and keep what is behind them as it is.",
        ),
    ] = None,
    enhance: Annotated[
        bool, typer.Option("--enhance", help="Draw faces sharper, and a face shown alone larger; takes time.", rich_help_panel=PICTURE)
    ] = False,
    enhancer: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=PICTURE, show_default="the embedded network",
            help="Draw faces sharper by a GFPGAN, CodeFormer, GPEN or RestoreFormer as an ONNX file.",
        ),
    ] = None,
    image_size: Annotated[
        int | None,
        typer.Option(
            min=32, max=8192, help="Side of the face shown alone, or longest side of the whole picture, px.", rich_help_panel=PICTURE,
            show_default=f"the model's, or the enhancer's; at most {LONGEST} with --paste-back",
        ),
    ] = None,
    frame_rate: Annotated[
        float, typer.Option(min=1, max=240, help="Pictures a second where the driver is a folder.", rich_help_panel=PICTURE)
    ] = 25.0,
    model: Annotated[
        str | None,
        typer.Option(
            help="An embedded model by name, a model folder, or demo (no network).", rich_help_panel=MODEL,
            show_default=f"{EMBEDDED_MODEL}, or compact-512 for a face shown alone at an --image-size from 512 on without --enhance",
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What runs it: auto, or an engine that puppet-engine list names.", rich_help_panel=MODEL)
    ] = "auto",
) -> None:  # fmt: skip
    """Animate a portrait with the motion of a driving clip.

    puppet-animate mona_lisa.jpg webcam.mp4 -o result.mp4

    Ctrl-C ends early and keeps what was done as a playable video.
    """
    if find_best_frame and best_frame is not None:
        raise SettingsError("--find-best-frame and --best-frame both choose the neutral frame.", "Leave one of them out.")
    if find_best_frame and no_face:
        raise SettingsError(
            "--find-best-frame compares faces, and --no-face looks for none.", "Leave one of them out, or use --best-frame."
        )
    if multi_person and no_face:
        raise SettingsError("--multi-person moves every face, and --no-face looks for none.", "Leave one of them out.")
    if multi_person and paste_back is False:
        raise SettingsError("--multi-person puts faces back, and --no-paste-back shows one alone.", "Leave one of them out.")
    enhanced = enhance or enhancer is not None
    if enhanced and no_face:
        option = "--enhance" if enhancer is None else "--enhancer"
        raise SettingsError(f"{option} makes faces sharper, and --no-face looks for none.", "Leave one of them out.")
    pasted = multi_person or bool(paste_back)
    if ratio is not None and not pasted:
        raise SettingsError("--ratio says how much around a face is put back, and none is.", "Add --paste-back or --multi-person.")
    if lock_background and not pasted:
        raise SettingsError("--lock-background keeps still what is around a face that is put back.", "Add --paste-back or --multi-person.")
    logging.basicConfig(
        handlers=[RichHandler(console=notices, show_time=False, show_path=False)], level=logging.WARNING, format="%(message)s"
    )
    order = Order(
        source=source,
        driving=driving,
        output=output,
        relative=relative,
        adapt_scale=adapt_scale,
        find_best_frame=find_best_frame,
        best_frame=best_frame,
        no_face=no_face,
        paste_back=pasted,
        multi_person=multi_person,
        ratio=RATIO if ratio is None else ratio,
        lock_background=pasted and not no_face if lock_background is None else lock_background,
        matte=matte,
        image_size=image_size,
        frame_rate=Fraction(frame_rate).limit_denominator(1001),
        audio=audio,
        model=model or model_for(None if pasted or enhanced else image_size),
        engine=engine,
        enhance=enhanced,
        enhancer=enhancer or "",
    )
    report = animate(order)
    if as_json:
        print(json.dumps(asdict(report)))  # noqa: T201  data, not words: rich would wrap it
    else:
        _tell(report, wanders=report.crop == "following" and not pasted)
    if report.interrupted:
        raise typer.Exit(130)


def _tell(report: Report, wanders: bool) -> None:
    """Say what was written and what a person should know of it; `wanders`: the crop had to follow the driver."""
    if report.interrupted:
        notices.print("Interrupted." if report.frames else "Interrupted before the first frame: nothing was written.")
    if report.frames:
        sound = ", with sound" if report.sound else ""
        size = f"{report.width}x{report.height}"
        faces = f", {report.faces} faces" if report.faces > 1 else ""
        screen.print(
            f"{escape(report.output)}: {_frames(report.frames)}, {size}{faces}{sound}, at {report.fps:.1f} frames a second",
            highlight=False,
            soft_wrap=True,
        )
    if report.faces_left:
        reasons = Counter(str(left["reason"]) for left in report.faces_left)
        told = "; ".join(f"{count} {reason}" for reason, count in reasons.items())
        count = len(report.faces_left)
        stays = f"{count} more face{' stays' if count == 1 else 's stay'}"
        notices.print(f"{stays} still: {told}.", highlight=False, soft_wrap=True)
    if report.frames_without_face:
        missing = f"The driver's face was missing in {report.frames_without_face} of {_frames(report.frames)}"
        notices.print(f"{missing}: the portrait held still there.", highlight=False, soft_wrap=True)
    if report.faces_unread:
        drawn = report.faces * report.frames
        notices.print(f"In {report.faces_unread} of {drawn} drawn faces no face was found to make sharper.", soft_wrap=True)
    if wanders:
        notices.print("The driver's face wanders far, so the crop follows it: its slow shifts are not carried over.", soft_wrap=True)


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


def main() -> None:
    """The console script."""
    run_command(app)
