"""The model and the engine of a session: others are opened while the present ones serve, and taken back where they can't be had."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from puppet.contract import ModelCard
from puppet.errors import EngineError, PuppetError
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from ui.model_choice import engine_to_build, finder_name, model_card, open_finder, open_matte
from ui.session.inbox import Inbox
from ui.session.opening import open_parts
from ui.session.portrait_rack import PortraitRack
from ui.session.slow_tasks import SlowTask, SlowTasks


class Running(NamedTuple):
    """What draws the pictures, as it was asked for: a model's name or folder, and an engine's name or auto."""

    model: str
    engine: str


class ModelChange:
    """Owner's thread, but where said otherwise. The portraits go along: each is encoded, and where need be cut anew, for the new model."""

    def __init__(
        self,
        running: Running,
        tasks: SlowTasks,
        inbox: Inbox,
        rack: PortraitRack,
        *,
        changed: Callable[[], None],
        refused: Callable[[Running, PuppetError | None], None],
        say: Callable[[str], None],
    ) -> None:
        """`changed` hears when another model has begun to draw; `refused` what was asked for and could not be had: without an error it
        was cancelled. `say` hears which engine was passed over.

        Opens nothing but the model's card. Raises `ModelError`.
        """
        self.running = self._asked = running
        self.card: ModelCard = model_card(running.model)
        self._tasks = tasks
        self._inbox = inbox
        self._rack = rack
        self._changed = changed
        self._refused = refused
        self._say = say

    def change(self, asked: Running) -> None:
        """Open a model on an engine on the worker; the present one draws until it is ready, and on where it can't be had."""
        self._asked = asked
        self._open(asked, f"Opening the model {asked.model}")

    def prepare_better(self) -> None:
        """Where an engine that would serve better has to be built first, build it on the worker and go on with it."""
        running = self.running

        def build(words: str) -> None:
            if words and running == self.running == self._asked:
                self._open(running, words)

        self._tasks.ask(lambda: engine_to_build(*running), build, lambda error: self._refused(running, error))

    def _open(self, asked: Running, words: str) -> None:
        task = SlowTask(words)
        self._tasks.run(
            task,
            lambda: open_parts(*asked, tell=self._tell, report=task.report),
            partial(self._swap, asked),
            lambda error: self._go_on_without(asked, error),
            undo=close_parts,
            cancelled=lambda: self._go_on_without(asked, None),
        )

    def _tell(self, words: str) -> None:
        """Any thread."""
        self._inbox.post(lambda: self._say(words))

    def _swap(self, asked: Running, puppeteer: Puppeteer, parts: Parts) -> None:
        """On the render thread: draw with these parts. After a failure they are opened again, but nothing is built then."""
        try:
            puppeteer.change_model(lambda: open_parts(*asked, tell=self._tell, build=False), parts)
        except EngineError as error:  # at once, as it might later: the old ones are closed already
            puppeteer.fail(error)
        self._inbox.post(lambda: self._go_on_with(asked, parts.animator.card))

    def _go_on_without(self, asked: Running, error: PuppetError | None) -> None:
        if self._asked == asked:
            self._asked = self.running
        self._refused(asked, error)

    def _go_on_with(self, asked: Running, card: ModelCard) -> None:
        self.running, self.card = asked, card
        self._rack.change_model(partial(open_finder, asked.model), card.side, finder_name(asked.model), partial(open_matte, asked.model))
        self._changed()


def close_parts(parts: Parts) -> None:
    """Close what was opened for nothing. Render thread."""
    parts.animator.close()
    parts.finder.close()
