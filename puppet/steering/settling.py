"""How a driver comes by a neutral pose: by keeping still for a moment."""

import numpy as np

from puppet.motion import Motion

SETTLING = 1.0
"""How long a face is watched without a break before it has a neutral pose, s: time to read what to do, and to do it."""


class Settling:
    """Watches one face, and gives as its neutral pose what it mostly did in the second half of `SETTLING`.

    So neither a blink nor the coarse first pictures of a video decide the pose.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[float, Motion]] = []

    def reset(self) -> None:
        """Begin anew: the face was lost, or it is another one."""
        self._seen.clear()

    def watch(self, motion: Motion, now: float) -> Motion | None:
        """The neutral pose, once the face has been watched for long enough; `now` in seconds."""
        self._seen.append((now, motion))
        begun = self._seen[0][0]
        if now - begun < SETTLING:
            return None
        late = [seen for time, seen in self._seen if time - begun >= SETTLING / 2]
        self.reset()
        return Motion(*(np.median(numbers, axis=0).astype(np.float32) for numbers in zip(*late, strict=True)))
