"""Faces made sharper, or as the model draws them: what does it is opened while pictures go on, and let go of where it can't be had."""

from collections.abc import Callable
from typing import NamedTuple

from puppet.animator import Restorer
from puppet.errors import EngineError, PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from ui.model_choice import open_restorer
from ui.session.slow_tasks import SlowTasks


class Enhancing(NamedTuple):
    """What was asked for: whether faces are made sharper, and the file that does it, empty for the embedded network."""

    on: bool = False
    enhancer: str = ""


class EnhanceControl:
    """Owner's thread, but where said otherwise."""

    def __init__(
        self,
        pipeline: Pipeline,
        tasks: SlowTasks,
        model: Callable[[], str],
        refused: Callable[[Enhancing, Enhancing, PuppetError | None], None],
    ) -> None:
        """`model` tells which one draws; `refused` hears what was asked for and could not be had, what goes on, and why: without an
        error it was cancelled."""
        self.running = self._asked = Enhancing()
        self._pipeline = pipeline
        self._tasks = tasks
        self._model = model
        self._refused = refused

    def change(self, asked: Enhancing) -> None:
        """Make faces sharper with this network, or no longer."""
        before, self._asked = self._asked, asked
        if asked.on and asked != before:
            self._open(asked)
        elif not asked.on:
            self.running = asked
            if before.on:
                self._pipeline.post(lambda puppeteer: puppeteer.enhance(None))

    def reopen(self) -> None:
        """Another model draws: what goes with it may be another network."""
        if self._asked.on:
            self._open(self._asked)

    def _open(self, asked: Enhancing) -> None:
        model = self._model()
        self._tasks.run(
            f"Opening the enhancer {asked.enhancer}".rstrip(),
            lambda: open_restorer(model, asked.enhancer),
            lambda puppeteer, restorer: self._swap(asked, puppeteer, restorer),
            lambda error: self._go_on_without(asked, error),
            undo=lambda restorer: restorer.close(),
            cancelled=lambda: self._go_on_without(asked, None),
        )

    def _swap(self, asked: Enhancing, puppeteer: Puppeteer, restorer: Restorer) -> None:
        """On the render thread: draw with this one, unless something else was asked for meanwhile."""
        if asked != self._asked:
            restorer.close()
            return
        try:
            puppeteer.enhance(restorer)
        except EngineError as error:  # of what draws the faces: it is opened again, and keeps the restorer
            puppeteer.fail(error)
        self.running = asked

    def _go_on_without(self, asked: Enhancing, error: PuppetError | None) -> None:
        if self._asked == asked:
            self._asked = self.running
            self._refused(asked, self.running, error)
