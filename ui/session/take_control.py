"""Motion takes: the driver's keypoints recorded, and played on whatever portrait is worn."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puppet.contract import ModelCard
from puppet.errors import MediaError, PuppetError
from puppet.folders import data_folder
from puppet.live.pipeline import Pipeline
from puppet.live.stand_in import Replay
from puppet.outputs.result_folder import fresh_name
from puppet.outputs.take_sink import TakeSink
from puppet.steering.motion_take import TakePlayer, load_take
from ui.session.inbox import Inbox

NAME = TakeSink.name


def take_folder() -> Path:
    """Where takes lie."""
    return data_folder() / "takes"


def list_takes() -> list[Path]:
    """The takes there are, the newest first."""
    return sorted(take_folder().glob("*.npz"), key=lambda path: path.name, reverse=True)


def open_replay(path: Path, card: ModelCard) -> Replay:
    """A take, ready to be played on a model. Raises `MediaError`."""
    take = load_take(path)
    take.check(card)
    return Replay(TakePlayer(take))


class TakeControl:
    """Records a take; what plays one is the puppeteer. Owner's thread; `say` hears what becomes of a take."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox, say: Callable[[str], None]) -> None:
        self._pipeline = pipeline
        self._inbox = inbox
        self._say = say
        self._sink: TakeSink | None = None

    @property
    def is_recording(self) -> bool:
        """Whether a take is being recorded."""
        return self._sink is not None

    def start(self, card: ModelCard) -> None:
        """Record the driver's motion until `stop`. Raises `MediaError` where it could not be kept, or the last is not done."""
        if self._pipeline.attached(NAME):
            raise MediaError("Another motion take is still being written.", "Try again when it is done.")
        path = fresh_name(take_folder(), f"take {datetime.now():%Y-%m-%d %H.%M.%S}", ".npz")
        sink = self._sink = TakeSink(path, card)
        self._say("Recording a motion take")
        self._pipeline.attach(sink, lambda failure: self._inbox.post(lambda: self._ended(sink, failure)))

    def stop(self) -> None:
        """Write the take."""
        self._sink = None
        self._pipeline.detach(NAME)

    def _ended(self, sink: TakeSink, failure: Exception | None) -> None:
        if sink is self._sink:
            self._sink = None
        if failure is not None:
            self._say(str(failure) if isinstance(failure, PuppetError) else f"The take failed: {failure}.")
        else:
            self._say(f"Recorded the take {sink.path.stem}" if sink.seconds else "No take was recorded: no motion was seen.")
