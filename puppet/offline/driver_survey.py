"""A first, cheap pass over a driving clip: where its face is, which square to look at, and which frame is neutral."""

from typing import NamedTuple

import numpy as np

from puppet.animator import FaceFinder
from puppet.errors import FaceError, SettingsError
from puppet.media.clip import Clip
from puppet.motion import FloatArray
from puppet.offline.driver_crop import plan_crops
from puppet.picture import Picture, Square
from puppet.portraits.portrait import middle_square
from puppet.steering.best_frame import pose_distance


class Survey(NamedTuple):
    """What the first pass found.

    squares: one for each frame, None where the face is missing; steady: they are all the same; neutral: number of the frame
    that relative motion starts from; neutral_picture: that frame; missing: how many frames have no face.
    """

    squares: list[Square | None]
    steady: bool
    neutral: int
    neutral_picture: Picture
    missing: int


class Surveyor:
    """Looks at a clip's frames in order and sums them up. Keeps one frame and the landmarks, not the clip."""

    def __init__(self, finder: FaceFinder | None, source: FloatArray | None = None, neutral: int | None = None) -> None:
        """The neutral frame is number `neutral`, or the one most like the `source` landmarks (68, 2), or the first with a face.

        Without a finder every frame's middle square is taken.
        """
        self._finder = finder
        self._source = source
        self._wanted = neutral
        self._landmarks: list[FloatArray | None] = []
        self._neutral: tuple[int, Picture] | None = None
        self._nearest = np.inf
        self._square: Square | None = None

    def look(self, picture: Picture) -> None:
        """The next frame."""
        index = len(self._landmarks)
        if self._finder is None:
            self._square = middle_square(picture.shape[1], picture.shape[0])
            self._landmarks.append(None)
            found = True
        else:
            face = self._finder.find(picture, self._landmarks[-1] if self._landmarks else None)
            self._landmarks.append(None if face is None else face.landmarks)
            found = face is not None
        if found and self._is_neutral(index):
            self._neutral = (index, picture)

    def _is_neutral(self, index: int) -> bool:
        if self._wanted is not None:
            return index == self._wanted
        landmarks = self._landmarks[-1]
        if self._source is None or landmarks is None:
            return self._neutral is None
        distance = pose_distance(self._source, landmarks)
        nearer, self._nearest = distance < self._nearest, min(distance, self._nearest)
        return nearer

    def sum_up(self, clip: Clip, follow: bool = False) -> Survey:
        """The survey of all frames of `clip`, once each was looked at; `follow` wants crops that go with the face.

        Raises `FaceError` when it has no face at all or none in the neutral frame asked for, `SettingsError` when there is no such frame.
        """
        count = len(self._landmarks)
        if self._neutral is None and self._wanted is not None and self._wanted >= count:
            raise SettingsError(f"{clip.path} has {count} frames: there is no frame {self._wanted}.", f"Count from 0 to {count - 1}.")
        if self._square is None and all(points is None for points in self._landmarks):
            raise FaceError(f"No face was found in {clip.path}.", "Use a clip with a clear face, or take it as it is with --no-face.")
        if self._neutral is None:
            raise FaceError(f"Frame {self._wanted} of {clip.path} has no face.", "Name another frame, or let --find-best-frame choose.")
        index, picture = self._neutral
        if self._square is not None:
            return Survey([self._square] * count, True, index, picture, 0)
        squares, steady = plan_crops(self._landmarks, float(clip.rate), follow)
        return Survey(squares, steady, index, picture, sum(square is None for square in squares))
