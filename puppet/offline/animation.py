"""Portraits animated by a whole clip, offline: every frame, in order, on one thread; its motion is read once and carried over to each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from puppet.animator import Encoded, LiveAnimator
from puppet.live.timings import Timings
from puppet.media.clip import Frame
from puppet.motion import Motion, retarget
from puppet.picture import Picture, Square, cut


class Drawn(NamedTuple):
    """The portraits in one pose: each one's face and, where mattes were given, its matte in the same pose; (side, side, 3)."""

    faces: tuple[Picture, ...]
    mattes: tuple[Picture, ...]


class AnimatedFrame(NamedTuple):
    """One result: the portraits as drawn, when they are shown in seconds, and whether the driver's face was there."""

    drawn: Drawn
    time: float
    found: bool


class Animation:
    """Portraits moved as one driver's crops move. Uses the animator, does not close it.

    Every portrait is encoded once and worn anew for each of its pictures, so that memory grows by one `Encoded` a face.
    """

    def __init__(
        self,
        animator: LiveAnimator,
        portraits: Sequence[Picture],
        *,
        relative: bool = True,
        adapt_scale: bool = True,
        mattes: Sequence[Picture] = (),
        still_border: bool = False,
    ) -> None:
        """`portraits` are the (side, side, 3) crops to wear; `still_border` keeps their borders still where the animator can.

        mattes: for each a grey picture of where the person is, or none at all. The model moves it as it moves the portrait, so that
        it stays on the person, and as steady.
        """
        self._animator = animator
        self._relative = relative
        self._adapt_scale = adapt_scale
        self._encoded = [animator.encode(portrait, still_border=still_border) for portrait in portraits]
        self._mattes = [
            animator.encode(matte, still_border=still_border)._replace(motion=encoded.motion)
            for matte, encoded in zip(mattes, self._encoded if mattes else (), strict=True)
        ]
        self._neutral: Motion | None = None
        self._drawn: Drawn | None = None
        self._worn: Encoded | None = None

    def settle(self, neutral: Picture) -> None:
        """Take the (side, side, 3) crop as the driver's neutral pose, the one in which the portraits stand as they were painted."""
        self._neutral = self._animator.detect(neutral)

    def rest(self) -> Drawn:
        """The portraits in their own poses, as the model draws them."""
        return self._draw([encoded.motion for encoded in self._encoded])

    def move(self, crop: Picture, timings: Timings) -> Drawn:
        """The portraits in the pose of a (side, side, 3) crop; the first crop is neutral where none was settled on."""
        with timings.stage("detect"):
            driving = self._animator.detect(crop)
        self._neutral = neutral = self._neutral or driving
        card = self._animator.card
        posed = [
            retarget(
                encoded.motion, driving, neutral,
                relative=self._relative, adapt_scale=self._adapt_scale, lids=card.lids, lips=card.lips,
            )
            for encoded in self._encoded
        ]  # fmt: skip
        with timings.stage("animate"):
            self._drawn = self._draw(posed)
        return self._drawn

    def hold(self) -> Drawn:
        """The portraits as they last were; at rest before the driver's face was ever seen."""
        if self._drawn is None:
            self._drawn = self.rest()
        return self._drawn

    def _draw(self, posed: Sequence[Motion]) -> Drawn:
        faces, mattes = (
            tuple(self._animate(*pair) for pair in zip(worn, posed if worn else (), strict=True)) for worn in (self._encoded, self._mattes)
        )
        return Drawn(faces, mattes)

    def _animate(self, encoded: Encoded, posed: Motion) -> Picture:
        if self._worn is not encoded:
            self._animator.wear(encoded)
            self._worn = encoded
        return self._animator.animate(posed)


def animate_clip(
    animation: Animation, frames: Iterable[Frame], squares: Sequence[Square | None], side: int, timings: Timings
) -> Iterator[AnimatedFrame]:
    """Each frame's result as it is made; where a square is missing the portraits hold still."""
    for frame, square in zip(frames, squares, strict=False):
        if square is None:
            yield AnimatedFrame(animation.hold(), frame.time, False)
            continue
        with timings.stage("crop"):
            crop = cut(frame.picture, square, side)
        yield AnimatedFrame(animation.move(crop, timings), frame.time, True)
