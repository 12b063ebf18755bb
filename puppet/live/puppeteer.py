"""One driver's frame in, the portrait in the driver's pose out: what happens to every frame, in order."""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from puppet.animator import Animator
from puppet.cameras.live_frame import LiveFrame
from puppet.faces.tracker import FaceTracker, Tracked
from puppet.live.timings import Timings
from puppet.motion import Motion, retarget
from puppet.picture import Picture, cut, freeze
from puppet.portraits.portrait import Portrait
from puppet.settings import MotionSettings
from puppet.steering.one_euro import MotionFilter
from puppet.steering.settling import Settling

State = Literal["live", "settling", "no face"]
"""Live: the portrait follows. Settling: a face is there, its neutral pose not yet. No face: the last picture is held."""


class Facts(NamedTuple):
    """What draws the pictures, in words."""

    model: str
    engine: str
    device: str


class Shown(NamedTuple):
    """One frame and what became of it. frame: mirrored where that is asked for; image: (side, side, 3), immutable."""

    frame: LiveFrame
    tracked: Tracked
    image: Picture
    state: State


class Puppeteer:
    """Moves the worn portrait as the driver moves. Created, used and closed on one thread; closes what it is given."""

    def __init__(
        self,
        animator: Animator,
        tracker: FaceTracker,
        portrait: Portrait,
        settings: MotionSettings,
        *,
        mirror: bool,
        facts: Facts,
        timings: Timings,
    ) -> None:
        """Takes over the animator and the tracker, and puts on the portrait."""
        self.facts = facts
        self.mirror = mirror
        self._animator = animator
        self._tracker = tracker
        self._settings = settings
        self._timings = timings
        self._smooth = MotionFilter(settings.min_cutoff, settings.beta)
        self._driving: Motion | None = None
        self._neutral: Motion | None = None
        self._settling = Settling()
        self._source: Motion
        self._image: Picture
        self.wear(portrait)

    def __call__(self, frame: LiveFrame) -> Shown:
        """Track, detect, smooth, retarget, animate; without a face the last picture is held."""
        if self.mirror:
            frame = frame._replace(picture=freeze(np.asarray(cv2.flip(frame.picture, 1), dtype=np.uint8)))
        with self._timings.stage("track"):
            tracked = self._tracker(frame.picture, frame.captured)
        if tracked.square is None or tracked.face is None:
            self._lose()
            return Shown(frame, tracked, self._image, "no face")
        if tracked.jumped:
            self._forget()
        with self._timings.stage("detect"):
            crop = cut(frame.picture, tracked.square, self._animator.card.side)
            seen = self._animator.detect(crop)
        driving = self._driving = self._smooth(seen, frame.captured) if self._settings.smoothing else seen
        neutral = self._settle(driving, frame.captured)
        if neutral is None:
            return Shown(frame, tracked, self._image, "settling")
        posed = retarget(
            self._source,
            driving,
            neutral,
            relative=self._settings.relative,
            adapt_scale=self._settings.adapt_scale,
            lids=self._animator.card.lids,
            lips=self._animator.card.lips,
        )
        with self._timings.stage("animate"):
            self._image = self._animator.animate(posed)
        return Shown(frame, tracked, self._image, "live")

    def wear(self, portrait: Portrait) -> None:
        """Put on a portrait cut for this model; the neutral pose stays."""
        self._source = self._animator.wear(portrait.face)
        self._image = portrait.face

    def recalibrate(self) -> None:
        """Make the driver's present pose the neutral one; with nobody there, the next steady one."""
        self._neutral = self._driving

    def turn_mirror(self) -> None:
        """Mirror the driver, or stop; the face and the neutral pose are taken anew, because left and right change."""
        self.mirror = not self.mirror
        self._tracker.reset()
        self._forget()

    def close(self) -> None:
        """Close the animator and the face finder; may be called twice."""
        self._animator.close()
        self._tracker.close()

    def _settle(self, driving: Motion, now: float) -> Motion | None:
        """The neutral pose; None while there is none yet. Absolute motion needs none, so there any will do."""
        if not self._settings.relative:
            return driving
        if self._neutral is None:
            self._neutral = self._settling.watch(driving, now)
        return self._neutral

    def _lose(self) -> None:
        """Nobody is there: the next face begins without a past, but with the same neutral pose."""
        self._settling.reset()
        self._driving = None
        self._smooth.reset()

    def _forget(self) -> None:
        """Another face, or the same seen otherwise: the neutral pose holds no longer."""
        self._lose()
        self._neutral = None
