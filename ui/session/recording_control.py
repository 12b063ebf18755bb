"""Recordings and snapshots, begun and ended while the run goes on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

from puppet.errors import MediaError, PuppetError
from puppet.live.pipeline import Pipeline
from puppet.outputs.recorder import Recorder
from puppet.outputs.result_folder import fresh_name, result_folder
from puppet.settings import LiveSettings
from ui.session.inbox import Inbox

NAME = "recorder"


class RecordingControl:
    """What the Record button does. Owner's thread; `say` hears what becomes of a recording."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox, say: Callable[[str], None]) -> None:
        self._pipeline = pipeline
        self._inbox = inbox
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

    def _ended(self, path: Path, recorder: Recorder, failure: Exception | None) -> None:
        if recorder is self._recorder:
            self._recorder = self._begun = None
        if failure is not None:
            self._say(str(failure) if isinstance(failure, PuppetError) else f"The recording failed: {failure}.")
        else:
            self._say(f"Recorded {path}" if recorder.frame_count else "Nothing was recorded: no picture came.")
