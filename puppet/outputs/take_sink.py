"""A motion take, recorded while the run goes on: the driver's keypoints, never a picture."""

from pathlib import Path

from puppet.contract import ModelCard
from puppet.live.shown import Shown
from puppet.media.whole_file import unwritable
from puppet.steering.motion_take import TakeRecorder

ROOM = 90
"""Motions kept while this thread is busy: three seconds' worth."""


class TakeSink:
    """A sink that keeps motion alone; the file is in its place once it is closed, or never was. Its sink's thread."""

    name = "take"
    backlog = ROOM
    rate = 0.0

    def __init__(self, path: Path, card: ModelCard) -> None:
        """`card`: of the model that sees the driver; what another model sees meanwhile is not kept."""
        self.path = path
        self._recorder = TakeRecorder(card)
        self._count = card.keypoint_count

    @property
    def seconds(self) -> float:
        """How much is recorded."""
        return self._recorder.seconds

    def show(self, shown: Shown | None) -> None:
        """Keep the motion of one frame in which the driver was followed."""
        if shown is None or shown.driving is None or shown.neutral is None or len(shown.driving.points) != self._count:
            return
        self._recorder.add(shown.driving, shown.neutral, shown.moment)

    def close(self) -> None:
        """Write the file, making its folder; without motion there is none. Raises `MediaError`."""
        if self.seconds == 0:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._recorder.take().save(self.path)
