"""Motion takes: the driver's keypoints recorded, and played on whatever portrait is worn."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puppet.contract import ModelCard
from puppet.errors import MediaError, PuppetError
from puppet.folders import data_folder
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.stand_in import Replay
from puppet.media.whole_file import named_path
from puppet.outputs.result_folder import fresh_name
from puppet.outputs.take_sink import TakeSink
from puppet.steering.motion_take import TakePlayer, load_take
from ui.session.inbox import Inbox
from ui.session.slow_tasks import SlowTasks

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
    """Records takes and lets them move the portrait. Owner's thread; `say` hears what becomes of a take."""

    def __init__(
        self, pipeline: Pipeline, inbox: Inbox, tasks: SlowTasks, card: Callable[[], ModelCard], say: Callable[[str], None]
    ) -> None:
        """`card` is that of the model that runs: a take is of one model."""
        self.playing: Path | None = None
        self._pipeline = pipeline
        self._inbox = inbox
        self._tasks = tasks
        self._card = card
        self._say = say
        self._sink: TakeSink | None = None

    # Recording

    @property
    def is_recording(self) -> bool:
        """Whether a take is being recorded."""
        return self._sink is not None

    def start(self) -> None:
        """Record the driver's motion until `stop`. Raises `MediaError` where it could not be kept, or the last is not done."""
        if self._pipeline.attached(NAME):
            raise MediaError("Another motion take is still being written.", "Try again when it is done.")
        path = fresh_name(take_folder(), f"take {datetime.now():%Y-%m-%d %H.%M.%S}", ".npz")
        sink = self._sink = TakeSink(path, self._card())
        self._say("Recording a motion take")
        self._pipeline.attach(sink, lambda failure: self._inbox.post(lambda: self._ended(sink, failure)))

    def stop(self) -> None:
        """Write the take."""
        self._sink = None
        self._pipeline.detach(NAME)

    def toggle(self) -> None:
        """Start or stop. Raises `MediaError`."""
        self.stop() if self.is_recording else self.start()

    def _ended(self, sink: TakeSink, failure: Exception | None) -> None:
        if sink is self._sink:
            self._sink = None
        if failure is not None:
            self._say(str(failure) if isinstance(failure, PuppetError) else f"The take failed: {failure}.")
        else:
            self._say(f"Recorded the take {sink.path.stem}" if sink.seconds else "No take was recorded: no motion was seen.")

    # Playing

    def play(self, path: Path | None = None) -> None:
        """Let a take move the portrait, the newest when none is named."""
        chosen = path or next(iter(list_takes()), None)
        if chosen is None:
            self._say("There is no motion take yet: record one first.")
            return

        def start(puppeteer: Puppeteer, replay: Replay) -> None:
            puppeteer.perform(replay)
            self._inbox.post(lambda: setattr(self, "playing", chosen))

        self._open(f"Reading the take {chosen.stem}", lambda: chosen, start)

    def stop_playing(self) -> None:
        """Give the portrait back to the driver."""
        self.playing = None
        self._pipeline.post(lambda puppeteer: puppeteer.perform(None))

    def idle_with(self, named: str) -> None:
        """What moves the portrait while nobody is there: a take, by its file; the calm motion where none is named."""
        if named:
            self._open("Reading the idle motion", lambda: named_path(named), lambda puppeteer, replay: puppeteer.idle_with(replay))
        else:
            self._pipeline.post(lambda puppeteer: puppeteer.idle_with(None))

    def change_model(self) -> None:
        """Another model runs: its keypoints mean something else, so what is recorded or played ends."""
        self.playing = None
        self.stop()

    def _open(self, words: str, path: Callable[[], Path], use: Callable[[Puppeteer, Replay], None]) -> None:
        card = self._card()

        def ready(puppeteer: Puppeteer, replay: Replay) -> None:
            replay.player.take.check(puppeteer.card)  # another model may run by now
            use(puppeteer, replay)

        self._tasks.run(words, lambda: open_replay(path(), card), ready, lambda error: self._say(str(error)))
