"""What moves the portrait when no driver does: a calm motion of its own, or a take that was recorded."""

from typing import NamedTuple, Protocol

from puppet.motion import Motion
from puppet.settings import SafetySettings
from puppet.steering.idle_motion import IdleMotion
from puppet.steering.motion_take import TakePlayer
from puppet.steering.steering import Steering


class Performance(Protocol):
    """A motion that is not a driver's."""

    def pose(self, steering: Steering, source: Motion, time: float, now: float) -> Motion:
        """The motion to draw on a portrait at `now`, s, which is `time` seconds after the beginning."""
        ...


class Idle(NamedTuple):
    """The calm motion that is always at hand."""

    motion: IdleMotion

    def pose(self, steering: Steering, source: Motion, time: float, now: float) -> Motion:
        """It is made for the portrait."""
        return steering.play(self.motion.at(source, time), now)


class Replay(NamedTuple):
    """A take on any portrait, carried over as the driver's motion is."""

    player: TakePlayer

    def pose(self, steering: Steering, source: Motion, time: float, now: float) -> Motion:  # noqa: ARG002  steering knows it
        """It is measured from the neutral pose it was recorded with."""
        return steering.replay(self.player.at(time), self.player.take.neutral, now)


class StandIn:
    """Says what is shown while a driver can't be followed: the last picture for a while, then what the settings say."""

    def __init__(self, settings: SafetySettings) -> None:
        self.settings = settings
        self._since: float | None = None

    def end(self) -> None:
        """Somebody is there again."""
        self._since = None

    def idles(self, now: float) -> float | None:
        """For how long faces have moved by themselves at `now`, s; None where the picture is held or a card is shown."""
        away = self._wait(now)
        return None if away < 0 or self.settings.when_lost != "idle" else away

    def wants_card(self, now: float, broken: bool) -> bool:
        """Whether a card is to be shown. `broken`: nothing can be drawn, so a card stands for a motion too."""
        return self._wait(now) >= 0 and (self.settings.when_lost == "card" or (broken and self.settings.when_lost == "idle"))

    def _wait(self, now: float) -> float:
        """Seconds since the patience was at its end; negative before. The first call begins it."""
        if self._since is None:
            self._since = now
        return now - self._since - self.settings.patience
