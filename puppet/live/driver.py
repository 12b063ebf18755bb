"""One person before the camera and the faces that they move; without them these are held, then idle."""

from collections.abc import Sequence
from typing import NamedTuple

from puppet.contract import ModelCard
from puppet.live.actor import Actor
from puppet.live.matching import Matching
from puppet.live.reframing import is_reframed, reframed
from puppet.live.shown import State
from puppet.live.stand_in import Performance, StandIn
from puppet.motion import FloatArray, Motion
from puppet.settings import LiveSettings
from puppet.steering.steering import Steered, Steering


class Turn(NamedTuple):
    """What became of one frame of one driver. steered: on the first of their faces; match: how alike the two hold themselves, 0 to 1."""

    state: State
    steered: Steered | None = None
    match: float | None = None


class Driver:
    """Moves faces, each by a steering of its own, all from one neutral pose, which stays whatever faces these are. Render thread."""

    def __init__(self, settings: LiveSettings) -> None:
        self.actors: Sequence[Actor] = ()
        self.matching = Matching()
        self._settings = settings
        self._stand_in = StandIn(settings.safety)
        self._steerings = [Steering(settings.motion)]
        self._card: ModelCard | None = None

    @property
    def neutral(self) -> Motion | None:
        """The person's neutral pose, None while there is none."""
        return self._steerings[0].neutral

    def take_on(self, actors: Sequence[Actor], card: ModelCard) -> None:
        """Move these faces from now on, or none at all; the neutral pose stays, unless another model saw it."""
        if self._card != card:
            self.forget()
            self._stand_in = StandIn(self._settings.safety)
        self.actors, self._card = actors, card
        neutral, first = self.neutral, self._steerings[0]
        self._steerings = [first, *(Steering(self._settings.motion) for _ in actors[1:])]
        for steering in self._steerings[1:]:
            if neutral is not None:
                steering.take_neutral(neutral)
        for actor, steering in zip(actors, self._steerings, strict=False):
            steering.wear(actor.source, card)
        if actors:
            self.matching.wear(actors[0].landmarks)

    def follow(self, seen: Motion, landmarks: FloatArray, now: float) -> Turn:
        """Pose the faces by what is seen of the person at `now`, s. landmarks: theirs (68, 2). There must be a face to move."""
        steered = [steering.steer(seen, now) for steering in self._steerings]
        for actor, one in zip(self.actors, steered, strict=True):
            if one.posed is not None:
                actor.pose(one.posed)
        match, better = self.matching.look(steered[0].driving, landmarks, now)
        if better is not None:
            self.take_neutral(better)
        self._stand_in.end()
        return Turn("settling" if steered[0].posed is None else "live", steered[0], match)

    def miss(self, now: float, take: Performance | None) -> Turn:
        """The person is not there: the faces are held, then idle, by a take or each in a way of its own."""
        for steering in self._steerings:
            steering.lose()
        idle = self._stand_in.idles(now)
        if idle is not None:
            self.perform(take, idle, now)
        return Turn("no face")

    def perform(self, performance: Performance | None, time: float, now: float) -> None:
        """Pose the faces by a motion that is not the person's, `time` seconds after its beginning; with None each idles in its own way."""
        for actor, steering in zip(self.actors, self._steerings, strict=False):
            actor.pose((performance or actor.idle).pose(steering, actor.source, time, now))

    def wants_card(self, now: float, broken: bool) -> bool:
        """Whether a card is to be shown as far as this person is concerned; `broken`: nothing can be drawn."""
        return self._stand_in.wants_card(now, broken)

    def take_neutral(self, neutral: Motion | None) -> None:
        """Measure the person's motion from this pose; without any, from the next steady one."""
        if neutral is None:
            self.forget()
            return
        for steering in self._steerings:
            steering.take_neutral(neutral)

    def recalibrate(self) -> None:
        """Make the person's present pose the neutral one; with nobody there, the next steady one."""
        for steering in self._steerings:
            steering.recalibrate()

    def forget(self) -> None:
        """Somebody else drives, or the same is seen otherwise: the neutral pose holds no longer."""
        for steering in self._steerings:
            steering.forget()

    def adjust(self, settings: LiveSettings) -> None:
        """Go on with other settings."""
        before, self._settings = self._settings, settings
        if settings.camera.mirror != before.camera.mirror:
            self.forget()
        if self.neutral is not None and is_reframed(before.camera, settings.camera):
            self.take_neutral(reframed(self.neutral, before.camera, settings.camera))
        for steering in self._steerings:
            steering.adjust(settings.motion)
        self._stand_in.settings = settings.safety
