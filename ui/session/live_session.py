"""One live run as a person steers it: settings, portraits, camera, model, outputs and takes, without a window.

The owner's thread calls everything here; nothing blocks it. What is slow runs on the pipeline's worker, what changes the picture is
an order on the render thread, and what other threads have to say waits in the inbox until `look`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from puppet.contract import ModelCard
from puppet.errors import PuppetError
from puppet.live.pipeline import Order, Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from puppet.live.stand_in import Replay
from puppet.live.timings import Timings
from puppet.media.whole_file import named_path
from puppet.outputs.cut_off import recover_recordings
from puppet.outputs.result_folder import folder_meant, result_folder
from puppet.outputs.sink import Sink
from puppet.outputs.snapshot import save_snapshot
from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings
from ui.model_choice import model_card
from ui.session.devices import Devices, find_devices
from ui.session.inbox import Inbox
from ui.session.opening import Opening, open_parts
from ui.session.output_control import OutputControl
from ui.session.portrait_rack import PortraitRack
from ui.session.real_face import RealFaceSwitch
from ui.session.recording_control import RecordingControl
from ui.session.slow_tasks import SlowTasks
from ui.session.status import Status
from ui.session.take_control import TakeControl, list_takes, open_replay

SAVE_AFTER = 1.0
"""Settings are written this long after the last change, s."""

NOTICE = 8.0
"""How long a notice stays, s."""


class LiveSession:
    """A context manager; the run goes on while it is entered."""

    def __init__(
        self,
        settings: LiveSettings,
        rack: PortraitRack,
        *,
        stored: LiveSettings | None = None,
        path: Path | None = None,
        sinks: tuple[Sink, ...] = (),
    ) -> None:
        """Changes of settings are written to the file `path`, upon `stored`, so that what holds for this run alone is not kept.

        Opens nothing yet but the model's card. Raises `ModelError`.
        """
        self.settings = settings
        self._stored = settings if stored is None else stored
        self.timings = Timings()
        self.rack = rack
        self.calibrating = False
        self.playing: Path | None = None
        self.real_face = RealFaceSwitch()
        self._path = path
        self._worn: Path | None = None
        self._dirty_since: float | None = None
        self._notice = ("", 0.0)
        self._inbox = Inbox()
        self._card = model_card(settings.model)
        self._running = settings.model, settings.engine  # as they were asked for
        self._opening = Opening(settings, rack.first_portrait, self.timings, fallback=True)
        self.pipeline = Pipeline(self._opening.camera, self._opening.puppeteer, sinks, self.timings, patient=True)
        self.tasks = SlowTasks(self.pipeline, self._inbox)
        self.output = OutputControl(self.pipeline, self._inbox, settings.output)
        self.recording = RecordingControl(self.pipeline, self._inbox, self.say)
        self.takes = TakeControl(self.pipeline, self._inbox, self.say)
        rack.attach(self.pipeline, self._inbox, self.say)

    def __enter__(self) -> Self:
        self.rack.fetch_all()
        self._recover_recordings()
        if self.settings.safety.idle_take:
            self._load_idle_take()
        self.pipeline.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.rack.give_up()
        self.output.stop()
        try:
            self.pipeline.stop()
        finally:
            self.save()
            self.rack.close()
            self._inbox.open()

    def look(self) -> None:
        """Hear what other threads have to say, and write settings whose time has come. Several times a second."""
        self._inbox.open()
        worn = self.rack.worn_path if self.rack.is_ready else None
        if worn is not None and worn != self._worn:
            if self._worn is not None:  # somebody chose it
                self.adjust(portraits__last=str(worn))
            self._worn = worn
        if self._dirty_since is not None and perf_counter() - self._dirty_since > SAVE_AFTER:
            self._dirty_since = None
            self.tasks.run("Saving settings", partial(self._write, self._stored), lambda *_: None, self.complain)

    # What is told

    @property
    def side(self) -> int:
        """Side of the pictures that the model draws, px."""
        return self._card.side

    @property
    def notice(self) -> str:
        """The newest thing to be told once; empty after a while."""
        words, since = self._notice
        return words if perf_counter() - since < NOTICE else ""

    def say(self, words: str) -> None:
        """Tell something once."""
        self._notice = (words, perf_counter())

    def complain(self, error: PuppetError) -> None:
        """Tell what went wrong with an order; what went on before goes on."""
        self.say(str(error))

    @property
    def status(self) -> Status:
        """What runs, in words."""
        facts, camera = self.pipeline.facts, self.pipeline.camera
        newest = self.pipeline.shown.reader().take()
        trouble, hint = "", ""
        if newest is not None and newest.value.trouble:
            trouble, hint = newest.value.trouble, "It is opened again by itself; another engine can be chosen in the settings."
        elif camera.lost:
            trouble, hint = camera.words, camera.hint
        elif self.output.state == "failed":
            trouble, hint = self.output.words, self.output.hint
        return Status(
            device=facts.device if facts else "opening …",
            engine=facts.engine if facts else self.settings.engine,
            model=facts.model if facts else self.settings.model,
            camera=camera.words,
            output=self.output.words if self.output.state != "failed" else "could not be opened",
            trouble=trouble,
            hint=hint,
        )

    @property
    def work(self) -> tuple[str, float | None]:
        """What is being done that takes a while, in words, and how much of it is done, 0 to 1 where that is known; empty for nothing."""
        done, total = self.rack.progress
        if self.tasks.words:
            return f"{self.tasks.words[0]} …", None
        if done < total:
            return f"Reading portraits: {done} of {total}", done / total
        return "", None

    # Settings

    def adjust(self, **fields: Any) -> None:
        """Change settings, named `section__field`, at once. Raises `SettingsError`, and then nothing changes."""
        before, self.settings = self.settings, changed(self.settings, **fields)
        self._stored = changed(self._stored, **fields)
        self._apply(before, self.settings)

    def _apply(self, before: LiveSettings, after: LiveSettings) -> None:
        if before == after:
            return
        self._dirty_since = perf_counter()
        if _device(before) != _device(after):
            self.change_camera()
        if (before.model, before.engine) != (after.model, after.engine):
            self._change_model()
        if before.output != after.output:
            self.output.adjust(after.output)
        if before.safety.idle_take != after.safety.idle_take:
            self._load_idle_take()
        self._order(lambda puppeteer: puppeteer.adjust(after))

    def save(self) -> None:
        """Write the settings now; what stands in the way is told. May block for as long as the disk takes."""
        try:
            self._write(self._stored)
        except PuppetError as error:
            self.complain(error)

    def _write(self, settings: LiveSettings) -> None:
        if self._path is not None:
            save_settings(self._path, settings)

    def find_devices(self, show: Callable[[Devices], None]) -> None:
        """Look for everything that can be chosen; `show` hears of it on the owner's thread."""
        self.pipeline.prepare(find_devices, lambda _, found: self._inbox.post(lambda: show(found)), self._refuse)

    # The driver

    def change_camera(self) -> None:
        """Open the camera that the settings name, or open it again."""
        camera = self.settings.camera
        model = self._running[0]
        self.pipeline.change_camera(lambda: self._opening.camera(camera, model))

    def recalibrate(self) -> None:
        """Make the present pose the neutral one."""
        self._order(Puppeteer.recalibrate)

    def calibrate_by_itself(self, on: bool) -> None:
        """Look for the moment in which driver and portrait match best."""
        self.calibrating = on
        self._order(lambda puppeteer: puppeteer.calibrate_by_itself(on))

    def press_real_face(self) -> None:
        """Arm the switch, show the real face, or hide it again."""
        shown = self.real_face.press() == "shown"
        self._order(lambda puppeteer: puppeteer.show_real_face(shown))

    # The model

    def _change_model(self) -> None:
        asked = model, engine = self.settings.model, self.settings.engine

        def opened(puppeteer: Puppeteer, parts: Parts) -> None:
            puppeteer.change_model(lambda: open_parts(model, engine), parts)
            self._inbox.post(lambda: self._model_changed(parts.animator.card, asked))

        self.tasks.run(
            f"Opening the model {model}",
            lambda: open_parts(model, engine),
            opened,
            lambda error: self._take_model_back(asked, error),
            undo=close_parts,
            cancelled=lambda: self._take_model_back(asked),
        )

    def _model_changed(self, card: ModelCard, asked: tuple[str, str]) -> None:
        self._card, self._running = card, asked
        self.playing = None
        self.takes.stop()
        self.rack.encode_again()
        if self.settings.safety.idle_take:
            self._load_idle_take()

    def _take_model_back(self, asked: tuple[str, str], error: PuppetError | None = None) -> None:
        """It was refused or cancelled: the old model goes on, and the settings say so again unless another was asked for meanwhile."""
        if (self.settings.model, self.settings.engine) == asked:
            model, engine = self._running
            self.settings = changed(self.settings, model=model, engine=engine)
            self._stored = changed(self._stored, model=model, engine=engine)
        if error is not None:
            self.complain(error)

    # Outputs

    def _recover_recordings(self) -> None:
        """Give what a crash left of a recording its name, and tell it."""

        def told(_: Puppeteer, found: list[Path]) -> None:
            if found:
                words = f"A recording that was cut off has been recovered: {', '.join(path.name for path in found)}"
                self._inbox.post(lambda: self.say(words))

        folder = self.settings.recording.folder
        self.pipeline.prepare(lambda: recover_recordings(folder_meant(folder)), told, self._refuse)

    def toggle_recording(self) -> None:
        """Start or finish a recording."""
        self._try(lambda: self.recording.toggle(self.settings))

    def snapshot(self) -> None:
        """Save the newest picture."""
        newest = self.pipeline.shown.reader().take()
        if newest is None:
            self.say("There is no picture to save yet.")
            return
        folder, image, now = self.settings.recording.folder, newest.value.image, datetime.now()

        def saved(_: Puppeteer, path: Path) -> None:
            self._inbox.post(lambda: self.say(f"Saved {path}"))

        self.tasks.run("Saving a snapshot", lambda: save_snapshot(result_folder(folder), image, now), saved, self.complain)

    # Motion takes

    def toggle_take(self) -> None:
        """Record a motion take, or finish it."""
        self.takes.stop() if self.takes.is_recording else self._try(lambda: self.takes.start(self._card))

    def play_take(self, path: Path | None = None) -> None:
        """Let a take move the portrait, the newest when none is named."""
        chosen = path or next(iter(list_takes()), None)
        if chosen is None:
            self.say("There is no motion take yet: record one first.")
            return

        def started(puppeteer: Puppeteer, replay: Replay) -> None:
            replay.player.take.check(puppeteer.card)  # another model may run by now
            puppeteer.perform(replay)
            self._inbox.post(lambda: setattr(self, "playing", chosen))

        load = partial(open_replay, chosen, self._card)
        self.tasks.run(f"Reading the take {chosen.stem}", load, started, self.complain)

    def stop_take(self) -> None:
        """Give the portrait back to the driver."""
        self.playing = None
        self._order(lambda puppeteer: puppeteer.perform(None))

    def _load_idle_take(self) -> None:
        named = self.settings.safety.idle_take
        if not named:
            self._order(lambda puppeteer: puppeteer.idle_with(None))
            return

        def ready(puppeteer: Puppeteer, replay: Replay) -> None:
            replay.player.take.check(puppeteer.card)
            puppeteer.idle_with(replay)

        card = self._card
        self.tasks.run("Reading the idle motion", lambda: open_replay(named_path(named), card), ready, self.complain)

    # How orders are given

    def _refuse(self, error: PuppetError) -> None:
        """On the worker."""
        self._inbox.post(lambda: self.complain(error))

    def _order(self, order: Order) -> None:
        self.pipeline.post(order)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except PuppetError as error:
            self.complain(error)


def close_parts(parts: Parts) -> None:
    """Close what was opened for nothing."""
    parts.animator.close()
    parts.finder.close()


def _device(settings: LiveSettings) -> tuple[object, ...]:
    """What a camera is opened with."""
    camera = settings.camera
    return camera.source, camera.width, camera.height, camera.rate
