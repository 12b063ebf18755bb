"""Everybody who drives: the people before the camera, and for each a driver that moves the faces which are theirs."""

import cv2
import numpy as np

from puppet.animator import CrowdFinder, LiveAnimator
from puppet.cameras.live_frame import LiveFrame
from puppet.contract import ModelCard
from puppet.faces.people import People
from puppet.faces.tracker import Tracked
from puppet.live.actor import Actor
from puppet.live.cast import Cast
from puppet.live.driver import Driver, Turn
from puppet.live.reframing import driver_square
from puppet.live.shown import NOBODY
from puppet.live.stand_in import Performance
from puppet.live.timings import Timings
from puppet.picture import cut, freeze
from puppet.settings import LiveSettings


class Drivers:
    """Finds the people in each frame and lets each of them pose faces. Owns the face finder; render thread.

    tracked: where everybody was in the last frame; idle_take: what moves the faces of those who are away, None for the calm motion.
    """

    def __init__(self, finder: CrowdFinder, settings: LiveSettings, timings: Timings) -> None:
        self.idle_take: Performance | None = None
        self._performance: tuple[Performance, float | None] | None = None
        self._card: ModelCard | None = None
        self._settings = settings
        self._timings = timings
        self._people = People(finder, settings.camera.people)
        self._drivers = [Driver(settings) for _ in range(settings.camera.people)]
        self._calibrating = False
        self.see_nobody()

    @property
    def finder(self) -> CrowdFinder:
        """The face finder, to be used on this thread."""
        return self._people.finder

    def take_on(self, cast: Cast, card: ModelCard) -> None:
        """Move the faces of this portrait from now on, each person theirs from left to right; the neutral poses stay.

        Where another model sees them nothing stays that was made of its keypoints.
        """
        if self._card != card:
            self.idle_take, self._card = (None if self._card is not None else self.idle_take), card
        for driver, actors in zip(self._drivers, cast.shares(len(self._drivers)), strict=True):
            driver.take_on(actors, card)

    def mirrored(self, frame: LiveFrame) -> LiveFrame:
        """The frame as a mirror shows it, where that is asked for."""
        if not self._settings.camera.mirror:
            return frame
        return frame._replace(picture=freeze(np.asarray(cv2.flip(frame.picture, 1), dtype=np.uint8)))

    def follow(self, frame: LiveFrame, animator: LiveAnimator) -> Turn:
        """Pose the faces by what is seen in a frame; the first person's turn, in the state of whoever is farthest. Raises `EngineError`."""
        with self._timings.stage("track"):
            self.tracked, exchanged = self._people(frame.picture, frame.captured)
        if exchanged:
            first, second = self._drivers
            before = first.neutral
            first.take_neutral(second.neutral)
            second.take_neutral(before)
        pairs = zip(self._drivers, self.tracked, strict=True)
        turns = [self._lead(driver, tracked, frame, animator) for driver, tracked in pairs if driver.actors]
        return turns[0]._replace(state=min((turn.state for turn in turns), key=("live", "settling", "no face").index))

    def miss(self, now: float) -> None:
        """No frame comes: nobody can be followed."""
        self.see_nobody()
        for driver in self._drivers:
            driver.miss(now, self.idle_take)

    def see_nobody(self) -> None:
        """Nobody is in the last frame, or there was none."""
        self.tracked = (NOBODY,) * len(self._drivers)

    @property
    def performance(self) -> Performance | None:
        """The take that moves all faces instead of the drivers."""
        return None if self._performance is None else self._performance[0]

    def perform(self, now: float) -> None:
        """Pose every face by the take at `now`, s; the first call begins it."""
        assert self._performance is not None
        performance, begun = self._performance
        if begun is None:
            self._performance, begun = (performance, now), now
        for driver in self._drivers:
            driver.perform(performance, now - begun, now)

    def wants_card(self, now: float, broken: bool) -> bool:
        """Whether a card is to be shown, nobody being there; `broken`: nothing can be drawn."""
        wanted = [driver.wants_card(now, broken) for driver in self._drivers if driver.actors]  # asking begins the wait of each
        return all(wanted)

    @property
    def lead(self) -> Actor:
        """The face that the first person moves, or the first of them."""
        return self._drivers[0].actors[0]

    @property
    def remark(self) -> str:
        """What is to be known of who moves what, in words; empty where that is plain."""
        if all(driver.actors for driver in self._drivers):
            return ""
        if self._settings.portraits.shows == "everyone":
            return "One face of this picture moves: the first person moves it."
        return "One face moves: the first person moves it. Show everyone of the picture to move two."

    # Orders

    def play(self, performance: Performance | None) -> None:
        """Let a take move all faces instead of the drivers; None gives them back."""
        self._performance = None if performance is None else (performance, None)

    def recalibrate(self) -> None:
        """Make everybody's present pose the neutral one; for who isn't there, the next steady one."""
        for driver in self._drivers:
            driver.recalibrate()

    def calibrate_by_themselves(self, on: bool) -> None:
        """Take every moment in which a driver and their face match better than before for the neutral pose, or stop it."""
        self._calibrating = on
        for driver in self._drivers:
            driver.matching.calibrate(on)

    def swap(self) -> None:
        """Let each of two people move what the other one moved."""
        self._people.swap()

    def adjust(self, settings: LiveSettings) -> bool:
        """Go on with other settings; whether there are more drivers now or fewer, who must take on faces anew."""
        before, self._settings = self._settings, settings
        for driver in self._drivers:
            driver.adjust(settings)
        if settings.camera.mirror != before.camera.mirror:
            self._people.reset()
        count = settings.camera.people
        if count == len(self._drivers):
            return False
        self._people.expect(count)
        self._drivers = self._drivers[:count] + [Driver(settings) for _ in range(count - len(self._drivers))]
        self.calibrate_by_themselves(self._calibrating)
        self.see_nobody()
        return True

    def change_finder(self, finder: CrowdFinder) -> None:
        """Go on with another finder; the old one is closed, and everybody stays where they are."""
        self._people.change_finder(finder)

    def close(self) -> None:
        """Close the face finder; may be called twice."""
        self._people.close()

    def _lead(self, driver: Driver, tracked: Tracked, frame: LiveFrame, animator: LiveAnimator) -> Turn:
        """One person's turn."""
        if tracked.square is None or tracked.face is None:
            return driver.miss(frame.captured, self.idle_take)
        if tracked.jumped:
            driver.forget()
        with self._timings.stage("detect"):
            square = driver_square(tracked.square, self._settings.camera)
            seen = animator.detect(cut(frame.picture, square, animator.card.side))
        return driver.follow(seen, tracked.face.landmarks, frame.captured)
