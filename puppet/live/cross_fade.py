"""From one portrait to the next without a cut."""

import cv2
import numpy as np

from puppet.picture import Picture, freeze


class CrossFade:
    """Lays the last picture of the old portrait over those of the new one, ever fainter."""

    def __init__(self, seconds: float) -> None:
        """`seconds`: how long it takes; 0 changes at once."""
        self.seconds = seconds
        self._old: Picture | None = None
        self._begun: float | None = None

    def begin(self, old: Picture) -> None:
        """What comes from now on is another portrait than `old`."""
        self._old, self._begun = (old, None) if self.seconds > 0 else (None, None)

    def end(self) -> None:
        """What is shown now is the new portrait, whole."""
        self._old = None

    def __call__(self, picture: Picture, now: float) -> Picture:
        """The picture to show at `now`, s; the time runs from the first one."""
        if self._old is None or self.seconds <= 0 or self._old.shape != picture.shape:
            self._old = None
            return picture
        if self._begun is None:
            self._begun = now
        share = (now - self._begun) / self.seconds
        if share >= 1:
            self._old = None
            return picture
        return freeze(np.asarray(cv2.addWeighted(picture, share, self._old, 1 - share, 0), dtype=np.uint8))
