"""How far an offline animation is: a bar, frames a second and the time left, on standard error."""

from collections.abc import Iterable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from puppet.media.clip import Frame
from ui.console import notices
from ui.interrupt import Interrupt


class SpeedColumn(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        """The speed, empty until there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} frames/s", style="progress.data.speed")


class AnimateProgress(Progress):
    """One line for each pass over the clip."""

    def __init__(self, interrupt: Interrupt) -> None:
        """`interrupt` is checked between frames."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), SpeedColumn(), TimeRemainingColumn(compact=True))
        super().__init__(*columns, console=notices)
        self._interrupt = interrupt

    def follow(self, frames: Iterable[Frame], words: str, total: int | None) -> Iterator[Frame]:
        """The frames as they come, counted; `total` is None where nobody knows how many there are.

        Raises `KeyboardInterrupt` between two frames.
        """
        task = self.add_task(words, total=total)
        done = 0
        for frame in frames:
            self._interrupt.check()
            yield frame
            done += 1
            self.advance(task)
        self._interrupt.check()
        self.update(task, total=done, completed=done)
