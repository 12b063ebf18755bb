"""One live run as a person steers it: settings, portraits, camera, model, outputs and takes, without a window.

The owner's thread calls everything here; nothing blocks it. What is slow runs on the pipeline's worker, what changes the picture is
an order on the render thread, and what other threads have to say waits in the inbox until `look`.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from puppet.errors import PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.timings import Timings
from puppet.outputs.sink import Sink
from puppet.portraits.scene import Staging, staging_of
from puppet.settings import LiveSettings, changed
from ui.session.devices import Devices, find_devices
from ui.session.enhance_control import EnhanceControl, Enhancing
from ui.session.inbox import Inbox
from ui.session.model_change import ModelChange, Running
from ui.session.opening import Opening
from ui.session.output_control import OutputControl
from ui.session.portrait_rack import PortraitRack
from ui.session.real_face import RealFaceSwitch
from ui.session.recording_control import RecordingControl
from ui.session.slow_tasks import SlowTasks
from ui.session.status import Status, status_of
from ui.session.stored_settings import StoredSettings
from ui.session.take_control import TakeControl

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
        self.timings = Timings()
        self.rack = rack
        self.calibrating = False
        self.real_face = RealFaceSwitch()
        self._worn: Path | None = None
        self._notice = ("", 0.0)
        self._inbox = Inbox()
        self._opening = Opening(settings, rack.first_portrait, self.timings, fallback=True, tell=self._say_soon, build=False)
        self.pipeline = Pipeline(self._opening.camera, self._opening.puppeteer, sinks, self.timings, patient=True)
        self.tasks = SlowTasks(self.pipeline, self._inbox)
        self._stored = StoredSettings(settings if stored is None else stored, path, self.tasks, self.complain)
        running = Running(settings.model, settings.engine)
        self.model = ModelChange(
            running, self.tasks, self._inbox, rack, changed=self._model_changed, refused=self._take_model_back, say=self.say
        )
        self.enhancing = EnhanceControl(self.pipeline, self.tasks, lambda: self.model.running.model, self._take_enhancing_back)
        self._begun = False
        self.output = OutputControl(self.pipeline, self._inbox, settings.output)
        self.recording = RecordingControl(self.pipeline, self._inbox, self.tasks, self.say)
        self.takes = TakeControl(self.pipeline, self._inbox, self.tasks, lambda: self.model.card, self.say)
        rack.attach(self.pipeline, self._inbox, self.say)

    def __enter__(self) -> Self:
        self.rack.fetch_all()
        self.recording.recover(self.settings)
        if self.settings.safety.idle_take:
            self.takes.idle_with(self.settings.safety.idle_take)
        self.pipeline.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.rack.give_up()
        self.tasks.cancel()  # a compiler must not be at work any more when the process ends
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
        if not self._begun and self.pipeline.facts is not None:
            self._begun = True
            self.enhancing.change(_enhancing(self.settings))
            self.model.prepare_better()
        worn = self.rack.worn_path if self.rack.is_ready else None
        if worn is not None and worn != self._worn:
            if self._worn is not None:  # somebody chose it
                self.adjust(portraits__last=str(worn))
            self._worn = worn
        self._stored.write_if_due()

    # What is told

    @property
    def side(self) -> int:
        """Side of the pictures that the model draws, px."""
        return self.model.card.side

    @property
    def notice(self) -> str:
        """The newest thing to be told once; empty after a while."""
        words, since = self._notice
        return words if perf_counter() - since < NOTICE else ""

    def say(self, words: str) -> None:
        """Tell something once."""
        self._notice = (words, perf_counter())

    def _say_soon(self, words: str) -> None:
        """Tell something once. Any thread."""
        self._inbox.post(lambda: self.say(words))

    def complain(self, error: PuppetError) -> None:
        """Tell what went wrong with an order; what went on before goes on."""
        self.say(str(error))

    @property
    def status(self) -> Status:
        """What runs, in words."""
        _, there = self.rack.worn_faces()
        return status_of(self.pipeline, self.output, self.settings)._replace(faces_there=max(1, there))

    @property
    def work(self) -> tuple[str, float | None]:
        """What is being done that takes a while, in words, and how much of it is done, 0 to 1 where that is known; empty for nothing."""
        done, total = self.rack.progress
        if self.tasks.words:
            return f"{self.tasks.words[0]} …", self.tasks.share
        if self.rack.awaited:
            return f"Preparing {self.rack.awaited} …", None
        if done < total:
            return f"Reading portraits: {done} of {total}", done / total
        return "", None

    # Settings

    def adjust(self, **fields: Any) -> None:
        """Change settings, named `section__field`, at once. Raises `SettingsError`, and then nothing changes."""
        before, self.settings = self.settings, changed(self.settings, **fields)
        self._stored.change(**fields)
        if self.settings != before:
            self._apply(before, self.settings)

    def _apply(self, before: LiveSettings, after: LiveSettings) -> None:
        if _device(before) != _device(after):
            self.change_camera()
        if (before.model, before.engine) != (after.model, after.engine):
            self.model.change(Running(after.model, after.engine))
        if staging_of(before) != staging_of(after):
            self.rack.change_staging(staging_of(after), partial(self._take_staging_back, staging_of(after)))
        if self._begun:
            self.enhancing.change(_enhancing(after))
        if before.output != after.output:
            self.output.adjust(after.output)
        if before.safety.idle_take != after.safety.idle_take:
            self.takes.idle_with(after.safety.idle_take)
        self.pipeline.post(lambda puppeteer: puppeteer.adjust(after))

    def save(self) -> None:
        """Write the settings now; what stands in the way is told. May block for as long as the disk takes."""
        self._stored.save()

    def find_devices(self, show: Callable[[Devices], None]) -> None:
        """Look for everything that can be chosen; `show` hears of it on the owner's thread."""
        self.tasks.ask(find_devices, show, self.complain)

    # The driver

    def change_camera(self) -> None:
        """Open the camera that the settings name, or open it again."""
        camera = self.settings.camera
        model = self.model.running.model
        self.pipeline.change_camera(lambda: self._opening.camera(camera, model))

    def recalibrate(self) -> None:
        """Make the present pose the neutral one."""
        self.pipeline.post(Puppeteer.recalibrate)

    def calibrate_by_itself(self, on: bool) -> None:
        """Look for the moment in which driver and portrait match best."""
        self.calibrating = on
        self.pipeline.post(lambda puppeteer: puppeteer.calibrate_by_itself(on))

    def press_real_face(self) -> None:
        """Arm the switch, show the real face, or hide it again."""
        shown = self.real_face.press() == "shown"
        self.pipeline.post(lambda puppeteer: puppeteer.show_real_face(shown))

    # The model

    def _model_changed(self) -> None:
        self.takes.change_model()
        self.enhancing.reopen()
        if self.settings.safety.idle_take:
            self.takes.idle_with(self.settings.safety.idle_take)

    def _take_model_back(self, asked: Running, error: PuppetError | None) -> None:
        """It was refused or cancelled: the old model goes on, and the settings say so again unless another was asked for meanwhile."""
        if (self.settings.model, self.settings.engine) == asked:
            self._take_back(**self.model.running._asdict())
        if error is not None:
            self.complain(error)

    # What is shown

    def swap_people(self) -> None:
        """Let each of two people move the face that the other one moved."""
        self.pipeline.post(Puppeteer.swap_people)

    def _take_staging_back(self, asked: Staging, shown: Staging) -> None:
        """The picture around the face can't be shown so: the settings say what is shown, unless another was asked for meanwhile."""
        if staging_of(self.settings) == asked:
            around = {"portraits__shows": shown.shows, "portraits__lock_background": shown.lock_background}
            self._take_back(**around, output__background=shown.background)

    def _take_enhancing_back(self, asked: Enhancing, running: Enhancing, error: PuppetError | None) -> None:
        """It was refused or cancelled: the settings say what runs, unless another was asked for meanwhile."""
        if _enhancing(self.settings) == asked:
            self._take_back(portraits__enhance=running.on, portraits__enhancer=running.enhancer)
        if error is not None:
            self.complain(error)

    def _take_back(self, **fields: Any) -> None:
        settings = self.settings = changed(self.settings, **fields)
        self._stored.change(**fields)
        self.pipeline.post(lambda puppeteer: puppeteer.adjust(settings))

    # What goes out

    def toggle_recording(self) -> None:
        """Start or finish a recording."""
        self._try(lambda: self.recording.toggle(self.settings))

    def snapshot(self) -> None:
        """Save the newest picture."""
        self.recording.snapshot(self.settings)

    def toggle_take(self) -> None:
        """Record a motion take, or finish it."""
        self._try(self.takes.toggle)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except PuppetError as error:
            self.complain(error)


def _device(settings: LiveSettings) -> tuple[object, ...]:
    """What a camera is opened with."""
    camera = settings.camera
    return camera.source, camera.width, camera.height, camera.rate


def _enhancing(settings: LiveSettings) -> Enhancing:
    """Whether faces are to be made sharper, and what with."""
    return Enhancing(settings.portraits.enhance, settings.portraits.enhancer)
