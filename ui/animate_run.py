"""One offline animation from files to file: what `puppet-animate` was asked for, carried out, and what came of it."""

from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from puppet.animator import CrowdFinder, LiveAnimator, Restorer
from puppet.errors import FaceError, SettingsError
from puppet.live.timings import Timings
from puppet.media.clip import Clip, open_clip
from puppet.media.frame_folder import FrameFolder
from puppet.media.sound import Sound
from puppet.media.video_writer import TRANSPARENT, VideoWriter, check_video_name
from puppet.media.whole_file import refuse_overwriting
from puppet.offline.animation import Animation, animate_clip
from puppet.offline.driver_survey import Survey, Surveyor
from puppet.picture import cut
from puppet.portraits.crowd import Crowd, Member, load_crowd
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.portrait import load_portrait
from ui.animate_drawing import Drawing
from ui.animate_order import Order, Report
from ui.animate_progress import AnimateProgress
from ui.build_bar import BuildBar
from ui.console import notices
from ui.interrupt import Interrupt
from ui.model_choice import open_finder, open_model, open_restorer

LONGEST = 1920
"""Longer side of a result with the face pasted back, px, unless another is asked for."""

UNSTEADY = "was exported before borders could stand still: what crosses the seam shows twice while it moves. Export it again."
"""Said of a model whose faces are to be put back."""


class Means(NamedTuple):
    """What an order is carried out with; whoever opened it closes it."""

    clip: Clip
    crowd: Crowd
    animator: LiveAnimator
    finder: CrowdFinder | None
    restorer: Restorer | None = None


def animate(order: Order) -> Report:
    """Do what was asked; Ctrl-C ends it early with what was done. Raises `PuppetError`, and then no new video is left."""
    refuse_overwriting(order.output, (order.source, order.driving))
    if not _is_folder(order.output):
        check_video_name(order.output)
        if order.matte and order.output.suffix.lower() not in TRANSPARENT:
            raise SettingsError(
                f"--matte makes what is behind the person transparent, and a {order.output.suffix} video can't be.",
                "Name a .webm or .mov video for the result, or a folder for PNG frames: those can.",
            )
    clip = open_clip(order.driving, order.frame_rate)
    with ExitStack() as stack:
        with BuildBar() as bar:
            animator, facts = open_model(order.model, order.engine, report=bar.follow("Building engines, once"))
        stack.enter_context(closing(animator))
        finder = None if order.no_face else stack.enter_context(closing(open_finder(order.model)))
        notices.print(f"{facts.model} on {facts.engine} ({facts.device})", highlight=False, markup=False, soft_wrap=True)
        if order.paste_back and not animator.holds_border:
            notices.print(f"{facts.model} {UNSTEADY}", highlight=False, markup=False, soft_wrap=True)
        crowd = _load_faces(order, finder, animator.card.side)
        report = Report(str(order.output), facts.model, facts.engine, facts.device)
        restorer = stack.enter_context(closing(open_restorer(order.model, order.enhancer))) if order.enhance else None
        if restorer is not None:
            report.enhancer = restorer.name
            notices.print(f"Faces made sharper by {restorer.name}", highlight=False, markup=False, soft_wrap=True)
        report.faces, report.faces_left = len(crowd.members), [left._asdict() for left in crowd.left]
        interrupt = stack.enter_context(Interrupt())
        try:
            _animate(order, Means(clip, crowd, animator, finder, restorer), report, AnimateProgress(interrupt))
        except KeyboardInterrupt:
            report.interrupted = True
        return report


def _load_faces(order: Order, finder: CrowdFinder | None, side: int) -> Crowd:
    """The source's faces that move: all that can with `multi_person`, else one. Raises `MediaError`, `FaceError`."""
    longest = [order.image_size or LONGEST] if order.paste_back else []
    if order.multi_person:
        assert finder is not None, "several faces are looked for"
        return load_crowd(order.source, finder, side, *longest)
    try:
        portrait = load_portrait(order.source, finder, side, *longest)
    except FaceError as error:
        raise FaceError(error.sentence, f"{error.hint.rstrip('.')}, or take it as it is with --no-face.") from error
    return Crowd(portrait.picture, (Member(portrait.square, portrait.face, portrait.landmarks),), ())


def _animate(order: Order, means: Means, report: Report, progress: AnimateProgress) -> None:
    """Go through the clip twice, to look and to animate, and keep the report up to date. Raises `KeyboardInterrupt`."""
    clip, crowd, animator = means.clip, means.crowd, means.animator
    side = animator.card.side
    faces = [member.face for member in crowd.members]
    timings = Timings(window=float("inf"))
    with ExitStack() as stack:
        stack.enter_context(progress)
        enhance = _open_enhancements(means)
        shown_side = enhance[0].grown(side) if enhance else side
        still_border = order.paste_back and animator.holds_border
        drawing = Drawing(
            order, crowd, side, shown_side, lambda members: progress.follow(members, "Looking at the faces", len(members), "faces"),
            still_border=still_border,
        )  # fmt: skip
        report.height, report.width = drawing.height, drawing.width
        writer = _open_output(order, clip, report)
        stack.enter_context(writer)
        report.sound = writer.sound_kept
        survey = _survey(order, means, progress)
        report.neutral_frame, report.crop = survey.neutral, "steady" if survey.steady else "following"
        animation = Animation(
            animator, faces, relative=order.relative, adapt_scale=order.adapt_scale, mattes=drawing.mattes, still_border=still_border
        )
        square = survey.squares[survey.neutral]
        assert square is not None, "the neutral frame has a face"
        animation.settle(cut(survey.neutral_picture, square, side))
        if order.paste_back:
            drawing.match(animation.rest())
        begin = perf_counter()
        try:
            frames = progress.follow(clip, "Animating", len(survey.squares))
            for result in animate_clip(animation, frames, survey.squares, side, timings):
                drawn = result.drawn
                if enhance:
                    with timings.stage("enhance"):
                        drawn = drawn._replace(faces=tuple(each(face) for each, face in zip(enhance, drawn.faces, strict=True)))
                    report.faces_unread += sum(not each.found for each in enhance)
                with timings.stage("compose"):
                    image = drawing(drawn)
                with timings.stage("write"):
                    writer.write(image, result.time)
                report.frames += 1
                report.frames_without_face += not result.found
        finally:
            report.seconds = round(perf_counter() - begin, 3)
            report.fps = round(report.frames / max(report.seconds, 1e-9), 2)
            report.stages = {name: round(spread.p50 * 1e3, 3) for name, spread in timings.snapshot().stages.items()}


def _open_enhancements(means: Means) -> list[Enhancement]:
    """One for each face, or none where nothing makes them sharper."""
    if means.restorer is None:
        return []
    assert means.finder is not None, "faces are looked for where they are made sharper"
    return [Enhancement(means.restorer, means.finder) for _ in means.crowd.members]


def _survey(order: Order, means: Means, progress: AnimateProgress) -> Survey:
    surveyor = Surveyor(means.finder, means.crowd.members[0].landmarks if order.find_best_frame else None, order.best_frame)
    for frame in progress.follow(means.clip, "Looking at the driver", means.clip.frame_count):
        surveyor.look(frame.picture)
    return surveyor.sum_up(means.clip, follow=order.paste_back)  # a head back in its picture has a neck to stay on


def _open_output(order: Order, clip: Clip, report: Report) -> VideoWriter | FrameFolder:
    if _is_folder(order.output):
        return FrameFolder(order.output)
    sound = Sound(clip.path, clip.sound_start) if order.audio and clip.sound_start is not None else None
    video = VideoWriter(order.output, report.width, report.height, clip.rate, sound, transparent=order.matte)
    report.width, report.height = video.width, video.height
    return video


def _is_folder(output: Path) -> bool:
    """Whether frames go there rather than a video."""
    return output.is_dir() or not output.suffix
