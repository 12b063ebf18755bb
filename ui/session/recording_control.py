"""Recordings and snapshots, begun and ended while the run goes on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

from puppet.errors import MediaError, PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.outputs.cut_off import recover_recordings
from puppet.outputs.recorder import Recorder
from puppet.outputs.result_folder import folder_meant, fresh_name, result_folder
from puppet.outputs.snapshot import save_snapshot
from puppet.settings import LiveSettings
from ui.session.inbox import Inbox
from ui.session.slow_tasks import SlowTasks

NAME = "recorder"


class RecordingControl:
    """What the buttons Record and Save do. Owner's thread; `say` hears what becomes of a recording or a picture."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox, tasks: SlowTasks, say: Callable[[str], None]) -> None:
        self._pipeline = pipeline
        self._inbox = inbox
        self._tasks = tasks
        self._say = say
        self._begun: float | None = None
        self._recorder: Recorder | None = None

    @property
    def seconds(self) -> float | None:
        """How long the recording has run, s; None while there is none."""
        return None if self._begun is None else perf_counter() - self._begun

    def start(self, settings: LiveSettings) -> None:
        """Record to a new file in the folder of the settings. Raises `MediaError` where there can be none, or the last is not done."""
        if self._pipeline.attached(NAME):
            raise MediaError("Another recording is still being written.", "Try again when it is done.")
        recording = settings.recording
        path = fresh_name(result_folder(recording.folder), f"Puppet {datetime.now():%Y-%m-%d %H.%M.%S}", ".mp4")
        recorder = Recorder(path, settings.camera.rate, recording.microphone)
        self._begun, self._recorder = perf_counter(), recorder
        self._pipeline.attach(recorder, lambda failure: self._inbox.post(lambda: self._ended(path, recorder, failure)))
        self._say(f"Recording to {path}")

    def stop(self) -> None:
        """Finish the file; it is told when it is done."""
        self._begun = None
        self._pipeline.detach(NAME)

    def toggle(self, settings: LiveSettings) -> None:
        """Start or stop."""
        self.start(settings) if self._begun is None else self.stop()

    def snapshot(self, settings: LiveSettings) -> None:
        """Save the newest picture in the folder of the settings."""
        newest = self._pipeline.shown.reader().take()
        if newest is None:
            self._say("There is no picture to save yet.")
            return
        folder, image, now = settings.recording.folder, newest.value.image, datetime.now()
        self._tasks.run(
            "Saving a snapshot",
            lambda: save_snapshot(result_folder(folder), image, now),
            lambda _, path: self._inbox.post(lambda: self._say(f"Saved {path}")),
            lambda error: self._say(str(error)),
        )

    def recover(self, settings: LiveSettings) -> None:
        """Give what a crash left of recordings their names, and tell it."""

        def told(_: Puppeteer, found: list[Path]) -> None:
            if found:
                words = f"A recording that was cut off has been recovered: {', '.join(path.name for path in found)}"
                self._inbox.post(lambda: self._say(words))

        folder = settings.recording.folder
        refused = lambda error: self._inbox.post(lambda: self._say(str(error)))  # noqa: E731
        self._pipeline.prepare(lambda: recover_recordings(folder_meant(folder)), told, refused)

    def _ended(self, path: Path, recorder: Recorder, failure: Exception | None) -> None:
        if recorder is self._recorder:
            self._recorder = self._begun = None
        if failure is not None:
            self._say(str(failure) if isinstance(failure, PuppetError) else f"The recording failed: {failure}.")
        else:
            self._say(f"Recorded {path}" if recorder.frame_count else "Nothing was recorded: no picture came.")
