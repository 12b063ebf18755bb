"""One offline animation from files to file: what `puppet-animate` was asked for, carried out, and what came of it."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import cv2
import numpy as np

from puppet.animator import Animator, FaceFinder
from puppet.errors import FaceError
from puppet.live.timings import Timings
from puppet.media.clip import Clip, open_clip
from puppet.media.frame_folder import FrameFolder
from puppet.media.sound import Sound
from puppet.media.video_writer import VideoWriter, check_video_name
from puppet.media.whole_file import refuse_overwriting
from puppet.offline.animation import Animation, animate_clip
from puppet.offline.driver_survey import Survey, Surveyor
from puppet.picture import Picture, cut, freeze
from puppet.portraits.compose import PasteBack
from puppet.portraits.portrait import Portrait, load_portrait
from ui.animate_progress import AnimateProgress
from ui.build_bar import BuildBar
from ui.console import notices
from ui.interrupt import Interrupt
from ui.model_choice import open_finder, open_model

LONGEST = 1920
"""Longer side of a result with the face pasted back, px, unless another is asked for."""


@dataclass(frozen=True)
class Order:
    """What was asked for; the options of `puppet-animate` under their own names."""

    source: Path
    driving: Path
    output: Path
    relative: bool
    adapt_scale: bool
    find_best_frame: bool
    best_frame: int | None
    no_face: bool
    paste_back: bool
    image_size: int | None
    frame_rate: Fraction
    audio: bool
    model: str
    engine: str


@dataclass
class Report:
    """What came of it, as --json prints it: sizes in pixels, speed and time of the animation alone, stages in milliseconds."""

    output: str
    model: str
    engine: str
    device: str
    width: int = 0
    height: int = 0
    frames: int = 0
    frames_without_face: int = 0
    neutral_frame: int = 0
    crop: str = "steady"
    sound: bool = False
    fps: float = 0.0
    seconds: float = 0.0
    stages: dict[str, float] | None = None
    interrupted: bool = False


class Means(NamedTuple):
    """What an order is carried out with; whoever opened it closes it."""

    clip: Clip
    portrait: Portrait
    animator: Animator
    finder: FaceFinder | None


def animate(order: Order) -> Report:
    """Do what was asked; Ctrl-C ends it early with what was done. Raises `PuppetError`, and then no new video is left."""
    refuse_overwriting(order.output, (order.source, order.driving))
    if not _is_folder(order.output):
        check_video_name(order.output)
    clip = open_clip(order.driving, order.frame_rate)
    with ExitStack() as stack:
        with BuildBar() as bar:
            animator, facts = open_model(order.model, order.engine, report=bar.follow("Building engines, once"))
        stack.enter_context(closing(animator))
        finder = None if order.no_face else stack.enter_context(closing(open_finder(order.model)))
        notices.print(f"{facts.model} on {facts.engine} ({facts.device})", highlight=False, markup=False, soft_wrap=True)
        portrait = _load_portrait(order, finder, animator.card.side)
        report = Report(str(order.output), facts.model, facts.engine, facts.device)
        interrupt = stack.enter_context(Interrupt())
        try:
            _animate(order, Means(clip, portrait, animator, finder), report, AnimateProgress(interrupt))
        except KeyboardInterrupt:
            report.interrupted = True
        return report


def _load_portrait(order: Order, finder: FaceFinder | None, side: int) -> Portrait:
    longest = [order.image_size or LONGEST] if order.paste_back else []
    try:
        return load_portrait(order.source, finder, side, *longest)
    except FaceError as error:
        raise FaceError(error.sentence, f"{error.hint.rstrip('.')}, or take it as it is with --no-face.") from error


def _animate(order: Order, means: Means, report: Report, progress: AnimateProgress) -> None:
    """Go through the clip twice, to look and to animate, and keep the report up to date. Raises `KeyboardInterrupt`."""
    clip, portrait, animator, _ = means
    side = animator.card.side
    draw = PasteBack(portrait.picture, portrait.square, side) if order.paste_back else _resizer(order.image_size or side)
    report.height, report.width = draw(portrait.face).shape[:2]
    timings = Timings(window=float("inf"))
    with _open_output(order, clip, report) as writer, progress:
        report.sound = writer.sound_kept
        survey = _survey(order, means, progress)
        report.neutral_frame, report.crop = survey.neutral, "steady" if survey.steady else "following"
        animation = Animation(animator, portrait.face, relative=order.relative, adapt_scale=order.adapt_scale)
        square = survey.squares[survey.neutral]
        assert square is not None, "the neutral frame has a face"
        animation.settle(cut(survey.neutral_picture, square, side))
        begin = perf_counter()
        try:
            frames = progress.follow(clip, "Animating", len(survey.squares))
            for result in animate_clip(animation, frames, survey.squares, side, timings):
                with timings.stage("compose"):
                    image = draw(result.face)
                with timings.stage("write"):
                    writer.write(image, result.time)
                report.frames += 1
                report.frames_without_face += not result.found
        finally:
            report.seconds = round(perf_counter() - begin, 3)
            report.fps = round(report.frames / max(report.seconds, 1e-9), 2)
            report.stages = {name: round(spread.p50 * 1e3, 3) for name, spread in timings.snapshot().stages.items()}


def _survey(order: Order, means: Means, progress: AnimateProgress) -> Survey:
    surveyor = Surveyor(means.finder, means.portrait.landmarks if order.find_best_frame else None, order.best_frame)
    for frame in progress.follow(means.clip, "Looking at the driver", means.clip.frame_count):
        surveyor.look(frame.picture)
    return surveyor.sum_up(means.clip, follow=order.paste_back)  # a head back in its picture has a neck to stay on


def _open_output(order: Order, clip: Clip, report: Report) -> VideoWriter | FrameFolder:
    if _is_folder(order.output):
        return FrameFolder(order.output)
    sound = Sound(clip.path, clip.sound_start) if order.audio and clip.sound_start is not None else None
    video = VideoWriter(order.output, report.width, report.height, clip.rate, sound)
    report.width, report.height = video.width, video.height
    return video


def _is_folder(output: Path) -> bool:
    """Whether frames go there rather than a video."""
    return output.is_dir() or not output.suffix


def _resizer(side: int) -> Callable[[Picture], Picture]:
    """What brings a square picture to (side, side, 3)."""

    def resize(face: Picture) -> Picture:
        if len(face) == side:
            return face
        how = cv2.INTER_AREA if side < len(face) else cv2.INTER_CUBIC
        return freeze(np.asarray(cv2.resize(face, (side, side), interpolation=how), dtype=np.uint8))

    return resize
