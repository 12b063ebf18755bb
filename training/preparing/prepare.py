"""Any folder of videos made into a pack: on many processes, in many shards, in as many goes as it takes."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

import cv2

from puppet.animator import FaceFinder
from puppet.errors import TrainingError
from puppet.plugins import open_face_finder
from training.preparing.preparation import Preparation, VideoRecord
from training.preparing.prepared_dataset import PreparedDataset
from training.preparing.raw_videos import RawVideo, find_videos
from training.preparing.video_clips import prepare_video

LOOK_EVERY_S = 0.2
"""How often the one who waits looks up: for an interruption and for progress."""


class Progress(NamedTuple):
    """done, whole: bytes of video; clips: how many there are; videos_left: of this shard."""

    done: int
    whole: int
    clips: int
    videos_left: int


class Outcome(NamedTuple):
    """records: of every video of the shard that is done, by this run or one before; left: videos that are not, after an interruption."""

    records: list[VideoRecord]
    left: int


def usable_cores() -> int:
    """How many processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare(
    raw: Path,
    output: Path,
    wish: Preparation,
    *,
    jobs: int = 1,
    shard: tuple[int, int] = (1, 1),
    on_progress: Callable[[Progress], None] | None = None,
) -> Outcome:
    """Make clips of all videos of `raw` (a folder or one file) that are not done yet, `jobs` at a time.

    SIGINT and SIGTERM end it early, with the index written of what is done; the same call goes on. A damaged video is told of in its
    record. Raises `TrainingError` where there is no video or `output` was begun in another way, `MediaError` where it can't be
    written, `EngineError` without a face finder.
    """
    videos = find_videos(raw, output, shard)
    dataset = PreparedDataset(output, wish, shard)
    todo = [video for video in videos if not dataset.is_done(video.key)]
    whole = sum(video.size for video in todo)
    context = multiprocessing.get_context("spawn")
    stop, done = context.Event(), context.Value("d", 0.0)
    left = {video.key for video in todo}
    try:
        with _stopped_by_signals(stop), _open_pool(jobs, (wish, output, stop, done)) as pool:
            pending = {pool.submit(_prepare, video) for video in todo}
            try:
                while pending and not stop.is_set():
                    finished, pending = wait(pending, LOOK_EVERY_S, FIRST_COMPLETED)
                    left -= _note(finished, dataset)
                    if on_progress:
                        clips = sum(len(record.clips) for record in dataset.records.values())
                        on_progress(Progress(min(whole, round(done.value)), whole, clips, len(left)))
            finally:
                stop.set()
                pool.shutdown(cancel_futures=True)
            left -= _note({future for future in pending if not future.cancelled()}, dataset)
    finally:
        dataset.write_index()
        with suppress(OSError):  # another shard has work there
            (output / ".partial").rmdir()
    return Outcome([dataset.records[video.key] for video in videos if video.key in dataset.records and video.key not in left], len(left))


def _note(finished: set["Future[VideoRecord | None]"], dataset: PreparedDataset) -> set[str]:
    """Enter what came of the videos that ended; returns their keys."""
    keys = set()
    for future in finished:
        try:
            record = future.result()
        except BrokenProcessPool as error:
            hint = "Most often memory ran out: lower --jobs. The same command goes on where this one stopped."
            raise TrainingError("A worker was ended by the system.", hint) from error
        if record is not None:
            dataset.add(record)
            keys.add(record.key)
    return keys


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    """A first SIGINT or SIGTERM raises the flag; a second one does what it always does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def heed(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, heed)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Interrupted(BaseException):
    """Ends the work on a video from within."""


class _Worker(NamedTuple):
    """What a process keeps from video to video."""

    wish: Preparation
    output: Path
    stop: Event
    done: "Synchronized[float]"
    finder: FaceFinder | None


_workers: list[_Worker] = []
"""The worker of this process, once it was begun."""


@contextmanager
def _open_pool(jobs: int, given: tuple[Preparation, Path, Event, "Synchronized[float]"]) -> Iterator[Executor]:
    """Processes with a worker each, or for one job a thread of this one."""
    if jobs > 1:
        context = multiprocessing.get_context("spawn")  # a fork would carry the threads of networks and decoders along
        with ProcessPoolExecutor(jobs, context, _begin_process, given) as pool:
            yield pool
        return
    with ThreadPoolExecutor(1, "puppet-prepare", _begin, given) as pool:
        try:
            yield pool
        finally:
            pool.shutdown()
            for worker in _workers:
                if worker.finder:
                    worker.finder.close()
            _workers.clear()


def _begin_process(*given: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all: the first process tells the others
    cv2.setNumThreads(1)
    _begin(*given)  # type: ignore[arg-type]


def _begin(wish: Preparation, output: Path, stop: Event, done: "Synchronized[float]") -> None:
    _workers.append(_Worker(wish, output, stop, done, None))


def _prepare(video: RawVideo) -> VideoRecord | None:
    """The record of a video, None where the work was interrupted."""
    worker = _workers[0]
    if worker.finder is None and not worker.wish.body:  # here, not at the beginning: only here an error reaches its owner
        worker = _workers[0] = worker._replace(finder=open_face_finder())
    before = 0.0

    def advance(share: float) -> None:
        nonlocal before
        if worker.stop.is_set():
            raise _Interrupted
        with worker.done.get_lock():
            worker.done.value += (share - before) * video.size
        before = share

    try:
        record = prepare_video(video, worker.wish, worker.finder, worker.output, advance)
    except _Interrupted:
        return None
    with worker.done.get_lock():
        worker.done.value += (1 - before) * video.size
    return record
