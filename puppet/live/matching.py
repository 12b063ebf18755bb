"""How well the driver's pose matches the portrait's, and the neutral pose taken when it matches best."""

from typing import NamedTuple

from puppet.motion import FloatArray, Motion
from puppet.steering.auto_calibration import AutoCalibration
from puppet.steering.pose_match import PoseMatch


class Matched(NamedTuple):
    """match: 0 to 1, None where the portrait's pose is not known. neutral: a better neutral pose than before, if there is one."""

    match: float | None
    neutral: Motion | None


class Matching:
    """Compares driver and portrait by their landmarks; render thread."""

    def __init__(self) -> None:
        self._match: PoseMatch | None = None
        self._auto: AutoCalibration | None = None

    def wear(self, landmarks: FloatArray | None) -> None:
        """Another portrait is worn, with these landmarks (68, 2) if its face was looked for."""
        self._match = None if landmarks is None else PoseMatch(landmarks)
        self.calibrate(self._auto is not None)

    def calibrate(self, on: bool) -> None:
        """Look for the best moment from now on, or no longer."""
        self._auto = AutoCalibration(self._match) if on and self._match is not None else None

    def look(self, driving: Motion | None, landmarks: FloatArray, now: float) -> Matched:
        """Compare one moment of the driver, at `now` in seconds."""
        if self._match is None:
            return Matched(None, None)
        better = self._auto.look(driving, landmarks, now) if self._auto is not None and driving is not None else None
        return Matched(self._match.of(landmarks), better)
