"""One driver's frame in, the portrait in the driver's pose out: what happens to every frame, in order."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from puppet.animator import Encoded
from puppet.cameras.live_frame import LiveFrame
from puppet.contract import ModelCard
from puppet.errors import EngineError, ModelError
from puppet.faces.tracker import FaceTracker
from puppet.live.costumes import Costumes, portrait_face
from puppet.live.cross_fade import CrossFade
from puppet.live.matching import Matching
from puppet.live.recovery import Recovery
from puppet.live.reframing import driver_square, is_reframed, reframed
from puppet.live.shown import NOBODY, Facts, Parts, Shown, State
from puppet.live.stand_in import Performance, StandIn
from puppet.live.timings import Timings
from puppet.motion import Motion
from puppet.outputs.words_card import words_card
from puppet.picture import Picture, cut, freeze
from puppet.portraits.portrait import Portrait
from puppet.settings import LiveSettings
from puppet.steering.steering import Steering


class Puppeteer:
    """Moves the worn portrait as the driver moves. Created, used and closed on one thread; closes what it opened."""

    def __init__(self, open_parts: Callable[[], Parts], portrait: Portrait, settings: LiveSettings, timings: Timings) -> None:
        """Opens the model and puts on the portrait. Raises what `open_parts` raises."""
        self._open_parts = open_parts
        self._settings = settings
        self._timings = timings
        self._costumes = Costumes()
        self._steering = Steering(settings.motion)
        self._fade = CrossFade(settings.portraits.fade)
        self._portrait = portrait
        self._performance: tuple[Performance, float | None] | None = None
        self._matching = Matching()
        self._recovery = Recovery()
        self._real_face = self._uncovered = False  # asked for; seen in the newest picture
        self._frame: LiveFrame | None = None
        self._tracked = NOBODY
        self._image: Picture | None = None
        parts = open_parts()
        self._stand_in = StandIn(settings.safety, parts.animator.card)
        self._tracker = FaceTracker(parts.finder)
        self._take_parts(parts)

    # What happens to every frame

    def __call__(self, frame: LiveFrame) -> Shown:
        """Track, detect, steer, animate; without a face, or with trouble, what the safety settings say."""
        picture, now = frame.picture, frame.captured
        self._frame = frame = self._mirrored(frame)
        self._uncovered = self._real_face
        if self._real_face:
            return self._show("real face", now)._replace(image=picture)  # as others see the driver, not as a mirror does
        if self._recovery.trouble and not self._mend():
            return self._nobody("engine trouble", now)
        try:
            return self._perform(now) if self._performance is not None else self._follow(frame)
        except EngineError as error:
            self.fail(error)
            return self._nobody("engine trouble", now)

    def _follow(self, frame: LiveFrame) -> Shown:
        with self._timings.stage("track"):
            tracked = self._tracked = self._tracker(frame.picture, frame.captured)
        if tracked.square is None or tracked.face is None:
            self._steering.lose()
            return self._nobody("no face", frame.captured)
        if tracked.jumped:
            self._steering.forget()
        with self._timings.stage("detect"):
            square = driver_square(tracked.square, self._settings.camera)
            seen = self._animator.detect(cut(frame.picture, square, self._animator.card.side))
        steered = self._steering.steer(seen, frame.captured)
        match, better = self._matching.look(steered.driving, tracked.face.landmarks, frame.captured)
        if better is not None:
            self._steering.take_neutral(better)
        self._stand_in.end()
        if steered.posed is None:
            self._fade.end()
            return self._show("settling", frame.captured)._replace(driving=steered.driving, match=match)
        self._draw(steered.posed, frame.captured)
        shown = self._show("live", frame.captured)._replace(match=match)
        return shown._replace(driving=steered.driving, neutral=steered.neutral, posed=steered.posed, eased=steered.eased)

    def stand_in(self, now: float, camera_lost: bool) -> Shown | None:
        """What is to be shown although no frame came; None while one may be expected any moment."""
        if self._uncovered and not self._real_face:  # cover it now: a camera that hangs must not leave it in sight
            self._uncovered = False
            return self._show("no face", now)
        if self._recovery.trouble and not self._mend():
            return self._nobody("engine trouble", now)
        try:
            if self._performance is not None and not self._real_face:
                return self._perform(now)
            if camera_lost:
                self._tracked = NOBODY
                self._steering.lose()
                return self._nobody("camera lost", now)
        except EngineError as error:
            self.fail(error)
        return None

    def _nobody(self, state: State, now: float) -> Shown:
        """Hold the last picture, then idle or show a card."""
        broken = state == "engine trouble"
        posed = None if broken else self._stand_in.pose(self._steering, self._source, now)
        if posed is not None:
            self._draw(posed, now)
        else:
            self._fade.end()  # what is held is the new portrait already
        shown = self._show(state, now)
        if not self._stand_in.wants_card(now, broken):
            return shown
        words, (height, width) = self._settings.safety.card_words, self._held.shape[:2]
        return shown._replace(image=words_card(words, width, height), words=words)

    def _perform(self, now: float) -> Shown:
        """Let a take move the portrait."""
        assert self._performance is not None
        performance, begun = self._performance
        if begun is None:
            self._performance, begun = (performance, now), now
        posed = performance.pose(self._steering, self._source, now - begun, now)
        self._draw(posed, now)
        return self._show("take", now)._replace(posed=posed)

    def _draw(self, posed: Motion, now: float) -> None:
        with self._timings.stage("animate"):
            image = self._animator.animate(posed)
        self._image = self._fade(image, now)

    def _show(self, state: State, now: float) -> Shown:
        return Shown(self._frame, now, self._tracked, self._held, state, trouble=self._recovery.trouble)

    def _mirrored(self, frame: LiveFrame) -> LiveFrame:
        if not self._settings.camera.mirror:
            return frame
        return frame._replace(picture=freeze(np.asarray(cv2.flip(frame.picture, 1), dtype=np.uint8)))

    # Orders

    @property
    def facts(self) -> Facts:
        """What draws the pictures."""
        return self._facts

    @property
    def settings(self) -> LiveSettings:
        """What is in force."""
        return self._settings

    @property
    def card(self) -> ModelCard:
        """What the model is."""
        return self._animator.card

    def keep(self, path: Path, portrait: Portrait) -> None:
        """Encode a portrait ahead, so that `wear_kept` takes no time; later where the engine is in trouble. Raises `EngineError`."""
        self._costumes.keep(path, portrait)
        if not self._recovery.trouble:
            self._costumes.get(path, self._animator)

    def drop(self, path: Path) -> None:
        """Keep a portrait no longer; it may be worn on."""
        self._costumes.drop(path)

    def wear_kept(self, path: Path) -> bool:
        """Put on a portrait that was kept; False if it never was. Raises `EngineError`."""
        portrait = self._costumes.portrait(path)
        if portrait is None:
            return False
        self._portrait = portrait
        if not self._recovery.trouble:  # else it is put on when the engine is open again
            self._put_on(self._costumes.get(path, self._animator))
        return True

    def wear(self, portrait: Portrait) -> None:
        """Put on a portrait; the neutral pose stays. Raises `EngineError`."""
        self._portrait = portrait
        if not self._recovery.trouble:
            self._put_on(self._worn_face)

    def recalibrate(self) -> None:
        """Make the driver's present pose the neutral one; with nobody there, the next steady one."""
        self._steering.recalibrate()

    def calibrate_by_itself(self, on: bool) -> None:
        """Take every moment in which driver and portrait match better than before for the neutral pose, or stop it."""
        self._matching.calibrate(on)

    def adjust(self, settings: LiveSettings) -> None:
        """Go on with other settings; what needs another camera, model or sink is left to others."""
        before, self._settings = self._settings, settings
        if settings.camera.mirror != before.camera.mirror:
            self._tracker.reset()
            self._steering.forget()
        neutral = self._steering.neutral
        if neutral is not None and is_reframed(before.camera, settings.camera):
            self._steering.take_neutral(reframed(neutral, before.camera, settings.camera))
        self._steering.adjust(settings.motion)
        self._fade.seconds = settings.portraits.fade
        self._stand_in.settings = settings.safety

    def turn_mirror(self) -> None:
        """Mirror the driver, or stop; the face and the neutral pose are taken anew, because left and right change."""
        camera = self._settings.camera
        self.adjust(self._settings.model_copy(update={"camera": camera.model_copy(update={"mirror": not camera.mirror})}))

    def show_real_face(self, on: bool) -> None:
        """Pass the driver's own picture through, or stop it. Never done but on an order."""
        self._real_face = on

    def perform(self, performance: Performance | None) -> None:
        """Let a take move the portrait instead of the driver; None gives it back to the driver."""
        self._performance = None if performance is None else (performance, None)

    def idle_with(self, take: Performance | None) -> None:
        """What moves the portrait while nobody is there: a take, or with None the calm motion that is always at hand."""
        self._stand_in.take = take

    def change_model(self, open_parts: Callable[[], Parts], parts: Parts) -> None:
        """Go on with another model, whose parts are open; the old ones are closed. `open_parts` opens it again after a failure.

        A take that is played ends: its keypoints mean something else to another model.
        """
        self._animator.close()
        self._open_parts = open_parts
        self._performance = None
        self._exchange(parts)
        self._recovery.mend()

    def fail(self, error: EngineError) -> None:
        """The engine failed: it is closed, and opened again after a pause."""
        if self._recovery.trouble:  # it is closed: this is the echo
            return
        self._recovery.fail(error)
        self._close_parts()

    def close(self) -> None:
        """Close the animator and the face finder; may be called twice."""
        self._close_parts()

    # How that is done

    @property
    def _held(self) -> Picture:
        assert self._image is not None, "a portrait is worn from the beginning"
        return self._image

    @property
    def _worn_face(self) -> Picture:
        return portrait_face(self._portrait, self._animator.card.side)

    def _exchange(self, parts: Parts) -> None:
        """Go on with other parts; the driver is where it was."""
        self._tracker.change_finder(parts.finder)
        self._take_parts(parts)

    def _take_parts(self, parts: Parts) -> None:
        """Go on with these parts; where they can't be used they are closed. Raises `EngineError`."""
        self._animator, self._facts = parts.animator, parts.facts
        self._costumes.forget_encodings()
        take = self._stand_in.take if self._stand_in.card == parts.animator.card else None
        self._stand_in = StandIn(self._settings.safety, self._animator.card, take)
        try:
            self._put_on(self._worn_face)
        except EngineError:
            self._close_parts()
            raise

    def _close_parts(self) -> None:
        self._animator.close()
        self._tracker.close()

    def _put_on(self, portrait: Picture | Encoded) -> None:
        self._source = self._animator.wear(portrait)
        self._steering.wear(self._source, self._animator.card)
        self._matching.wear(self._portrait.landmarks)
        if self._image is not None:
            self._fade.begin(self._image)
        self._image = self._worn_face

    def _mend(self) -> bool:
        """Open the engine again once its pause is over; whether all is well."""
        if not self._recovery.is_due:
            return False
        try:
            self._exchange(self._open_parts())
        except (EngineError, ModelError) as error:
            self._recovery.fail(error)
            return False
        self._recovery.mend()
        return True
