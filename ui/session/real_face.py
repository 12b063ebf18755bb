"""The switch that lets the real camera through: armed by one press, thrown by a second one soon after."""

from time import perf_counter
from typing import Literal

ARMED = 3.0
"""How long the second press may take, s."""

RealFaceState = Literal["off", "armed", "shown"]


class RealFaceSwitch:
    """Owner's thread; the time is `perf_counter`'s."""

    def __init__(self) -> None:
        self._armed_at: float | None = None
        self._shown = False

    @property
    def state(self) -> RealFaceState:
        """Armed lasts `ARMED` seconds."""
        if self._shown:
            return "shown"
        return "armed" if self.seconds_left > 0 else "off"

    @property
    def seconds_left(self) -> float:
        """How long it stays armed, s; 0 where it is not."""
        return 0.0 if self._armed_at is None else max(0.0, self._armed_at + ARMED - perf_counter())

    def press(self) -> RealFaceState:
        """Arm it, throw it if it is armed, or hide the face again."""
        if self._shown:
            self._shown, self._armed_at = False, None
        elif self.seconds_left > 0:
            self._shown, self._armed_at = True, None
        else:
            self._armed_at = perf_counter()
        return self.state

    def hide(self) -> None:
        """Back to the portrait, whatever the state."""
        self._shown, self._armed_at = False, None
