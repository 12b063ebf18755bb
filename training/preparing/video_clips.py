"""One raw video made into clips: looked through, then cut out and judged."""

import logging
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from puppet.animator import FaceFinder
from puppet.errors import MediaError
from puppet.faces.tracker import MARGIN
from puppet.media.video_reader import Video, open_video
from puppet.media.video_writer import VideoWriter
from puppet.picture import Picture, crop_from_frame, cut
from puppet.portraits.blur import measure_blur
from training.data.clip_entry import ClipEntry
from training.data.clip_video import CODEC_ERRORS
from training.data.split import split_of
from training.preparing.preparation import LeftOut, Preparation, Reason, VideoRecord
from training.preparing.raw_videos import RawVideo
from training.preparing.video_survey import Survey, Take, survey_faces, survey_figures

EFFORT, QUALITY = "veryfast", 12
"""x264's preset and constant rate factor of the clips: what they change is below a camera's own noise."""

BLUR_EVERY = 10
"""Blur is measured on every n-th frame of a clip."""

LOOKING = 0.75
"""Share of the work that looking through takes, for the progress alone."""

Frames = Generator[tuple[Picture, float]]


class DamagedVideoError(MediaError):
    """A raw video that can't be read."""


def prepare_video(
    video: RawVideo, wish: Preparation, finder: FaceFinder | None, output: Path, advance: Callable[[float], None]
) -> VideoRecord:
    """Make the clips of one video in `output`/real, all of them or none; what can be read of a damaged file is used.

    `finder` may be None for figures alone. `advance` is told the share that is done, and may raise to stop. Raises `MediaError`
    where nothing can be written.
    """
    scratch = output / ".partial" / video.key
    shutil.rmtree(scratch, ignore_errors=True)  # left by a process that was killed
    scratch.mkdir(parents=True, exist_ok=True)
    job = _Job(video, wish, scratch, advance)
    with _complaints() as complaints:
        try:
            job.run(finder)
            for made in sorted(scratch.iterdir()):
                made.replace(output / "real" / made.name)
        except DamagedVideoError as error:
            complaints.append(error.sentence)
            job.record.clips.clear()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    if complaints:
        job.record.damage = " ".join(complaints)
        seconds = job.record.seconds
        job.record.left_out.append(LeftOut(source=video.source, start=seconds, end=seconds, reason="damaged", detail=job.record.damage))
    return job.record


class _Job:
    """The making of one video's clips in a folder of their own; `record` says what came of it."""

    def __init__(self, raw: RawVideo, wish: Preparation, scratch: Path, advance: Callable[[float], None]) -> None:
        self.record = VideoRecord(key=raw.key, source=raw.source)
        self._raw = raw
        self._wish = wish
        self._scratch = scratch
        self._advance = advance
        self._least_face = wish.min_crop / MARGIN
        self._times: list[float] = []

    def run(self, finder: FaceFinder | None) -> None:
        """Look through the video, then cut out what is worth it. Raises `DamagedVideoError`."""
        with _told_as_damage(self._raw.path):
            video = open_video(self._raw.path)
        with closing(self._read(video, 0.0, LOOKING)) as frames:
            found = self._look_through(frames, video.rate, finder)
        self._times = [*found.times, found.times[-1] + float(1 / video.rate)]
        self.record.seconds = round(self._times[-1], 3)
        if not self._wish.body:
            self._leave_out_faceless(found.takes)
        takes = [take for take in found.takes if self._is_worth_cutting(take)]
        if not takes:
            return
        position = 0
        with closing(self._read(video, LOOKING, 1.0)) as frames:
            for number, take in enumerate(takes):
                skipped = islice(frames, take.start - position)
                for _ in skipped:
                    pass
                position = take.end
                self._cut_out(take, islice(frames, take.end - take.start), video.rate, f"{self._raw.name}_{number:03d}")

    def _look_through(self, frames: Frames, rate: Fraction, finder: FaceFinder | None) -> Survey:
        if self._wish.body:
            return survey_figures(frames, self._wish.pad)
        assert finder is not None
        return survey_faces(frames, rate, finder, self._least_face)

    def _is_worth_cutting(self, take: Take) -> bool:
        seconds = self._times[take.end] - self._times[take.start]
        if seconds < self._wish.min_seconds:
            self._leave_out(take.start, take.end, "short", f"{seconds:.2f} s")
        elif take.square.side < self._wish.min_crop:
            self._leave_out(take.start, take.end, "small", f"{take.square.side:.0f} px")
        else:
            return True
        return False

    def _cut_out(self, take: Take, frames: Iterator[tuple[Picture, float]], rate: Fraction, name: str) -> None:
        """Write a clip and its landmarks, unless it turns out blurred."""
        side, landmarks = self._wish.side, _in_crop(take, self._wish.side)
        path = self._scratch / f"{name}.mp4"
        blurs = []
        writer = VideoWriter(path, side, side, rate, effort=EFFORT, quality=QUALITY)
        try:
            for index, (picture, time) in enumerate(frames):
                crop = cut(picture, take.square, side)
                writer.write(crop, time - self._times[take.start])
                if index % BLUR_EVERY == 0 and (landmarks is None or np.isfinite(landmarks[index]).all()):
                    blurs.append(measure_blur(crop if landmarks is None else _face_of(crop, landmarks[index])))
            writer.close()
        finally:
            writer.discard()
        blur = float(np.median(blurs))
        if blur > self._wish.max_blur:
            self._leave_out(take.start, take.end, "blurred", f"{blur:.2f}")
            path.unlink()
            return
        if landmarks is not None:
            np.save(path.with_suffix(".npy"), landmarks.astype(np.float16))
        entry = ClipEntry(
            clip=f"real/{path.name}",
            identity=self._raw.identity,
            split=split_of(self._raw.identity, self._wish.val_share),
            frames=take.end - take.start,
            landmarks="none" if landmarks is None else "tracked",
            source=self._raw.source,
            start=round(self._times[take.start], 3),
            end=round(self._times[take.end], 3),
            face=None if take.face is None else round(take.face, 1),
            crop=round(take.square.side, 1),
            blur=round(blur, 3),
        )
        self.record.clips.append(entry)

    def _leave_out(self, start: int, end: int, reason: Reason, detail: str = "") -> None:
        first, last = round(self._times[start], 3), round(self._times[end], 3)
        self.record.left_out.append(LeftOut(source=self._raw.source, start=first, end=last, reason=reason, detail=detail))

    def _leave_out_faceless(self, takes: list[Take]) -> None:
        """Note the stretches between takes that would be long enough for one."""
        edges = [(0, 0), *((take.start, take.end) for take in takes), (len(self._times) - 1, 0)]
        for (_, start), (end, _) in pairwise(edges):
            if self._times[end] - self._times[start] >= self._wish.min_seconds:
                self._leave_out(start, end, "no face", f"none of {self._least_face:.0f} px or more")

    def _read(self, video: Video, done: float, whole: float) -> Frames:
        """The frames of the video; advances from the share `done` to `whole`. What fails here is the file's fault."""
        frames = video.read()
        for index in range(1, 1 << 62):
            with _told_as_damage(self._raw.path):
                frame = next(frames, None)
            if frame is None:
                return
            share = min(1.0, index / video.frame_count) if video.frame_count else 0.0
            self._advance(done + (whole - done) * share)
            yield frame


@contextmanager
def _told_as_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except MediaError as error:
        raise DamagedVideoError(error.sentence, error.hint) from error
    except (*CODEC_ERRORS, ValueError) as error:
        raise DamagedVideoError(f"{path} can't be decoded: {error}.") from error


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the reader has to say about damage, gathered instead of printed."""
    said: list[str] = []

    class Gatherer(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    reader, gatherer = logging.getLogger(open_video.__module__), Gatherer(logging.WARNING)
    before, reader.propagate = reader.propagate, False
    reader.addHandler(gatherer)
    try:
        yield said
    finally:
        reader.removeHandler(gatherer)
        reader.propagate = before


def _in_crop(take: Take, side: int) -> np.ndarray | None:
    """The landmarks of a take as (frames, 68, 2) float32 in [-1, 1] of its crop, NaN where lost."""
    if take.landmarks is None:
        return None
    affine = crop_from_frame(take.square, side)
    lost = np.full((68, 2), np.nan)
    pixels = np.stack([lost if points is None else points for points in take.landmarks]) @ affine[:, :2].T + affine[:, 2]
    return np.asarray((pixels + 0.5) * 2 / side - 1, np.float32)


def _face_of(crop: Picture, landmarks: np.ndarray) -> Picture:
    """The part of a crop within the box of landmarks (68, 2) in [-1, 1]."""
    side = len(crop)
    low, high = ((np.clip(edge, -1, 1) + 1) * side / 2 for edge in (landmarks.min(axis=0), landmarks.max(axis=0)))
    return crop[int(low[1]) : int(high[1]) + 2, int(low[0]) : int(high[0]) + 2]
