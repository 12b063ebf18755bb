"""A portrait animated by a whole clip, offline: every frame, in order, on one thread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from puppet.animator import Animator
from puppet.live.timings import Timings
from puppet.media.clip import Frame
from puppet.motion import Motion, retarget
from puppet.picture import Picture, Square, cut


class AnimatedFrame(NamedTuple):
    """One result: the face (side, side, 3), when it is shown in seconds, and whether the driver's face was there."""

    face: Picture
    time: float
    found: bool


class Animation:
    """The worn portrait, moved as a driver's crops move. Uses the animator, does not close it."""

    def __init__(self, animator: Animator, portrait: Picture, *, relative: bool = True, adapt_scale: bool = True) -> None:
        """`portrait` is the (side, side, 3) crop to wear."""
        self._animator = animator
        self._relative = relative
        self._adapt_scale = adapt_scale
        self._source = animator.wear(portrait)
        self._neutral: Motion | None = None
        self._face: Picture | None = None

    def settle(self, neutral: Picture) -> None:
        """Take the (side, side, 3) crop as the driver's neutral pose, the one in which the portrait stands as it was painted."""
        self._neutral = self._animator.detect(neutral)

    def move(self, crop: Picture, timings: Timings) -> Picture:
        """The portrait in the pose of a (side, side, 3) crop; the first crop is neutral where none was settled on."""
        with timings.stage("detect"):
            driving = self._animator.detect(crop)
        self._neutral = self._neutral or driving
        posed = retarget(
            self._source,
            driving,
            self._neutral,
            relative=self._relative,
            adapt_scale=self._adapt_scale,
            lids=self._animator.card.lids,
            lips=self._animator.card.lips,
        )
        with timings.stage("animate"):
            self._face = self._animator.animate(posed)
        return self._face

    def hold(self) -> Picture:
        """The portrait as it last was; at rest before the driver's face was ever seen."""
        if self._face is None:
            self._face = self._animator.animate(self._source)
        return self._face


def animate_clip(
    animation: Animation, frames: Iterable[Frame], squares: Sequence[Square | None], side: int, timings: Timings
) -> Iterator[AnimatedFrame]:
    """Each frame's result as it is made; where a square is missing the portrait holds still."""
    for frame, square in zip(frames, squares, strict=False):
        if square is None:
            yield AnimatedFrame(animation.hold(), frame.time, False)
            continue
        with timings.stage("crop"):
            crop = cut(frame.picture, square, side)
        yield AnimatedFrame(animation.move(crop, timings), frame.time, True)
