"""From the motion that was seen to the one that is drawn: every step between the two models, in order."""

from typing import NamedTuple

import numpy as np

from puppet.contract import ModelCard
from puppet.motion import Motion, retarget
from puppet.settings import MotionSettings
from puppet.steering.affine_power import FLAT
from puppet.steering.crossing import Crossing
from puppet.steering.distortion_guard import DistortionGuard, is_finite
from puppet.steering.emphasis import HeadFit
from puppet.steering.one_euro import MotionFilter
from puppet.steering.settling import Settling
from puppet.steering.strength import strengthen


class Steered(NamedTuple):
    """What became of one motion.

    posed: the motion to draw, None while the neutral pose isn't settled. driving: the driver's own, calmed where that is asked
    for; None where nothing usable was seen yet. neutral: what it is measured from, None while there is none. eased: how much the
    distortion guard held back, 0 to 1.
    """

    posed: Motion | None
    driving: Motion | None
    neutral: Motion | None
    eased: float = 0.0


class _Worn(NamedTuple):
    """The portrait: its own motion, the model that sees it, and how its head is found in a motion."""

    source: Motion
    card: ModelCard
    head: HeadFit


class Steering:
    """Steers the worn portrait by what is seen of the driver; used on one thread.

    Whatever changes between two frames (settings, the neutral pose, who gives the motion) is crossed over in a moment, without a
    jump; only another portrait begins at once.
    """

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._smooth = MotionFilter(settings.min_cutoff, settings.beta)
        self._settling = Settling()
        self._crossing = Crossing()
        self._guard = DistortionGuard()
        self._played = False
        self._driving: Motion | None = None
        self._neutral: Motion | None = None
        self._worn: _Worn | None = None

    @property
    def neutral(self) -> Motion | None:
        """The driver's neutral pose, None while there is none."""
        return self._neutral

    def wear(self, source: Motion, card: ModelCard) -> None:
        """A portrait with this motion of its own was put on; the neutral pose stays, unless another model saw it."""
        if self._worn is not None and self._worn.card != card:
            self.forget()
        self._worn = _Worn(source, card, HeadFit(source, lids=card.lids, lips=card.lips))
        self._guard = DistortionGuard(lids=card.lids, lips=card.lips)
        self._crossing.reset()

    def steer(self, seen: Motion, now: float) -> Steered:
        """The motion to draw for what was seen at `now`, s. A portrait must be worn."""
        driving = self._calm(seen, now)
        if driving is None:
            return Steered(None, None, self._neutral)
        if self._neutral is None:
            self._neutral = _usable(self._settling.watch(driving, now))
        neutral = self._neutral if self._settings.relative else driving
        if neutral is None:
            return Steered(None, driving, None)
        if self._played:
            self._played = False
            self._crossing.begin()
        posed, eased = self._pose(driving, neutral, now)
        return Steered(self._crossing(posed, now), driving, self._neutral, eased)

    def play(self, motion: Motion, now: float) -> Motion:
        """The motion to draw where one of other origin (idle, a take) moves the portrait at `now`, s."""
        if not self._played:
            self._played = True
            self._crossing.begin()
            self._guard.reset()
        return self._crossing(motion, now)

    def replay(self, driving: Motion, neutral: Motion, now: float) -> Motion:
        """The motion to draw for a recorded moment of a driver, measured from the neutral pose recorded with it, at `now`, s."""
        posed, _ = self._pose(driving, neutral, now)
        return self.play(posed, now)

    def adjust(self, settings: MotionSettings) -> None:
        """Steer by other settings from the next frame on; the neutral pose stays."""
        if settings == self._settings:
            return
        if settings.smoothing != self._settings.smoothing:
            self._smooth.reset()
        self._smooth.adjust(settings.min_cutoff, settings.beta)
        self._settings = settings
        self._crossing.begin()

    def recalibrate(self) -> None:
        """Make the driver's present pose the neutral one; with nobody there, the next steady one."""
        self._neutral = _usable(self._driving)
        self._crossing.begin()

    def take_neutral(self, neutral: Motion) -> None:
        """Measure motion from this pose of the driver from now on."""
        self._neutral = _usable(neutral)
        self._smooth.reset()  # the crop may be another one from here on
        self._crossing.begin()

    def lose(self) -> None:
        """Nobody is there: the next face begins without a past, but with the same neutral pose."""
        self._settling.reset()
        self._smooth.reset()
        if self._driving is not None:
            self._crossing.begin()
        self._driving = None

    def forget(self) -> None:
        """Another face, or the same seen otherwise: the neutral pose holds no longer."""
        self.lose()
        self._neutral = None
        self._crossing.begin()

    def _calm(self, seen: Motion, now: float) -> Motion | None:
        """The driver's motion, calmed where that is asked for; what is not all numbers changes nothing."""
        if is_finite(seen):
            self._driving = self._smooth(seen, now) if self._settings.smoothing else seen
        return self._driving

    def _pose(self, driving: Motion, neutral: Motion, now: float) -> tuple[Motion, float]:
        """Carry the motion over to the portrait, as much of it and as strongly as is asked for, within what the model can draw."""
        assert self._worn is not None, "a portrait is worn before anything is steered"
        source, card, head = self._worn
        relative, adapt_scale, strength = self._settings.relative, self._settings.adapt_scale, self._settings.strength
        posed = retarget(source, driving, neutral, relative=relative, adapt_scale=adapt_scale, lids=card.lids, lips=card.lips)
        posed = head.emphasise(posed, self._settings.emphasis)
        if self._settings.guard:
            return self._guard.ease(source, posed, now, strength)
        return strengthen(source, posed, strength, lids=card.lids, lips=card.lips), 0.0


def _usable(neutral: Motion | None) -> Motion | None:
    """The neutral pose, unless a Jacobian of it is flat: nothing can be measured from that, so the next steady pose is awaited."""
    if neutral is None or (np.abs(np.linalg.det(neutral.jacobians)) < FLAT).any():
        return None
    return neutral
