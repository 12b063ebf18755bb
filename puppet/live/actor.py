"""One face of the worn portrait: what the model made of it, the pose it is to take, and how it was drawn last."""

from puppet.animator import Encoded, LiveAnimator
from puppet.contract import ModelCard
from puppet.live.stand_in import Idle
from puppet.live.timings import Timings
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture, Square, freeze
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.people_matte import fill_holes
from puppet.portraits.resampling import enlarge
from puppet.steering.idle_motion import IdleMotion


class Actor:
    """A face that is drawn. Render thread.

    face: (grown, grown, 3) as drawn last, at first as painted; matte: (side, side, 3) where the person is in it, None where nobody asks;
    place: its square in the picture it is put back into; landmarks: (68, 2) in that picture, if its face was looked for.
    """

    def __init__(
        self, card: ModelCard, encoded: Encoded, matte: Encoded | None, *, place: Square | None, landmarks: FloatArray | None, seed: int
    ) -> None:
        """`matte`: the person's matte, encoded as the face is; `seed`: faces of different ones don't idle alike."""
        self.place, self.landmarks = place, landmarks
        self.idle = Idle(IdleMotion(card.lids, seed))
        self.posed = encoded.motion
        self.face: Picture = encoded.picture
        self.matte: Picture | None = None if matte is None else matte.picture
        self.is_due = self._was_drawn = False
        self._encoded, self._encoded_matte = encoded, matte
        self._enhancement: Enhancement | None = None

    @property
    def source(self) -> Motion:
        """Its own motion, as it was painted."""
        return self._encoded.motion

    @property
    def side(self) -> int:
        """Side of `face`, px."""
        drawn = len(self._encoded.picture)
        return drawn if self._enhancement is None else self._enhancement.grown(drawn)

    @property
    def is_enhanced(self) -> bool:
        """Whether it is made sharper."""
        return self._enhancement is not None

    def enhance(self, enhancement: Enhancement | None) -> None:
        """Be made sharper by this, or no longer; a face that was drawn is drawn anew."""
        self._enhancement = enhancement
        self.face = freeze(enlarge(self._encoded.picture, self.side))
        self.is_due = self._was_drawn

    def pose(self, motion: Motion) -> None:
        """Take this pose with the next drawing."""
        self.posed, self.is_due = motion, True

    def rest(self, animator: LiveAnimator) -> Picture:
        """The face as the model draws it at rest, (grown, grown, 3), but not sharpened."""
        animator.wear(self._encoded)
        return freeze(enlarge(animator.animate(self.source), self.side))

    def draw(self, animator: LiveAnimator, timings: Timings, *, is_worn: bool) -> None:
        """Draw the pose asked for. is_worn: the animator wears this face already. Raises `EngineError`."""
        with timings.stage("animate"):
            if not is_worn:
                animator.wear(self._encoded)
            self.face = animator.animate(self.posed)
        if self._enhancement is not None:
            with timings.stage("enhance"):
                self.face = self._enhancement(self.face)
        if self._encoded_matte is not None:
            with timings.stage("matte"):
                animator.wear(self._encoded_matte)
                self.matte = fill_holes(animator.animate(self.posed))
        self.is_due, self._was_drawn = False, True

    @property
    def stays_worn(self) -> bool:
        """Whether the animator still wears the face after `draw`."""
        return self._encoded_matte is None
