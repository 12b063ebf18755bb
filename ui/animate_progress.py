"""How far an offline animation is: a bar, frames a second and the time left, on standard error."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ui.console import notices
from ui.interrupt import Interrupt

Item = TypeVar("Item")


class SpeedColumn(ProgressColumn):
    """Frames, or what else is counted, a second."""

    def render(self, task: Task) -> Text:
        """The speed, empty until there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} {task.fields['unit']}/s", style="progress.data.speed")


class AnimateProgress(Progress):
    """One line for each pass over the clip, and one for the faces where they take a while."""

    def __init__(self, interrupt: Interrupt) -> None:
        """`interrupt` is checked between frames, and between faces."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), SpeedColumn(), TimeRemainingColumn(compact=True))
        super().__init__(*columns, console=notices)
        self._interrupt = interrupt

    def follow(self, items: Iterable[Item], words: str, total: int | None, unit: str = "frames") -> Iterator[Item]:
        """The items (frames or faces) as they come, counted in `unit`; `total` is None where nobody knows how many there are.

        Raises `KeyboardInterrupt` between two of them.
        """
        task = self.add_task(words, total=total, unit=unit)
        done = 0
        for item in items:
            self._interrupt.check()
            yield item
            done += 1
            self.advance(task)
        self._interrupt.check()
        self.update(task, total=done, completed=done)
