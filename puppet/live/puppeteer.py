"""The drivers' frame in, the portrait in their poses out: what happens to every frame, in order."""

from collections.abc import Callable
from pathlib import Path

from puppet.animator import Restorer
from puppet.cameras.live_frame import LiveFrame
from puppet.contract import ModelCard
from puppet.errors import EngineError, ModelError
from puppet.live.cast import Cast
from puppet.live.costumes import Costume, Costumes, make_costume
from puppet.live.cross_fade import CrossFade
from puppet.live.drivers import Drivers
from puppet.live.recovery import Recovery
from puppet.live.sharpening import Sharpening
from puppet.live.shown import Facts, Parts, Shown, State
from puppet.live.stand_in import Performance
from puppet.live.timings import Timings
from puppet.outputs.words_card import words_card
from puppet.picture import Picture
from puppet.portraits.portrait import Portrait
from puppet.settings import LiveSettings


class Puppeteer:
    """Moves the faces of the worn portrait as the drivers move. Created, used and closed on one thread; closes what it opened."""

    def __init__(self, open_parts: Callable[[], Parts], portrait: Portrait, settings: LiveSettings, timings: Timings) -> None:
        """Opens the model and puts on the portrait. Raises what `open_parts` raises."""
        self._open_parts = open_parts
        self._settings = settings
        self._timings = timings
        self._costumes = Costumes()
        self._fade = CrossFade(settings.portraits.fade)
        self._portrait = portrait
        self._sharpening = Sharpening()
        self._recovery = Recovery()
        self._real_face = self._uncovered = False  # asked for; seen in the newest picture
        self._frame: LiveFrame | None = None
        self._image: Picture | None = None
        parts = open_parts()
        self._drivers = Drivers(parts.finder, settings, timings)
        self._take_parts(parts)

    # What happens to every frame

    def __call__(self, frame: LiveFrame) -> Shown:
        """Track, detect, steer, animate; without a face, or with trouble, what the safety settings say."""
        picture, now = frame.picture, frame.captured
        self._frame = frame = self._drivers.mirrored(frame)
        self._uncovered = self._real_face
        if self._real_face:
            return self._show("real face", now)._replace(image=picture)  # as others see the driver, not as a mirror does
        if self._recovery.trouble and not self._mend():
            return self._nobody("engine trouble", now)
        try:
            return self._perform(now) if self._drivers.performance is not None else self._follow(frame)
        except EngineError as error:
            self.fail(error)
            return self._nobody("engine trouble", now)

    def _follow(self, frame: LiveFrame) -> Shown:
        state, steered, match = self._drivers.follow(frame, self._animator)
        self._draw(frame.captured)
        if state == "no face":
            return self._nobody(state, frame.captured)
        shown = self._show(state, frame.captured)._replace(match=match)
        if steered is None:
            return shown
        return shown._replace(driving=steered.driving, neutral=steered.neutral, posed=steered.posed, eased=steered.eased)

    def stand_in(self, now: float, camera_lost: bool) -> Shown | None:
        """What is to be shown although no frame came; None while one may be expected any moment."""
        if self._uncovered and not self._real_face:  # cover it now: a camera that hangs must not leave it in sight
            self._uncovered = False
            return self._show("no face", now)
        if self._recovery.trouble and not self._mend():
            return self._nobody("engine trouble", now)
        try:
            if self._drivers.performance is not None and not self._real_face:
                return self._perform(now)
            if camera_lost:
                self._drivers.miss(now)
                self._draw(now)
                return self._nobody("camera lost", now)
        except EngineError as error:
            self.fail(error)
        return None

    def _perform(self, now: float) -> Shown:
        """Let a take move the portrait."""
        self._drivers.perform(now)
        self._draw(now)
        return self._show("take", now)._replace(posed=self._drivers.lead.posed)

    def _nobody(self, state: State, now: float) -> Shown:
        """What is held or idles, or a card."""
        broken = state == "engine trouble"
        if broken:
            self._fade.end()
        shown = self._show(state, now)
        if not self._drivers.wants_card(now, broken):
            return shown
        words, (height, width) = self._settings.safety.card_words, self._held.shape[:2]
        return shown._replace(image=words_card(words, width, height), words=words)

    def _draw(self, now: float) -> None:
        """Draw what was posed; where nothing was, the picture is held."""
        if self._sharpening.trouble and self._cast.is_enhanced:
            self._set_up()
        image = self._cast.draw(self._timings)
        if image is None:
            self._fade.end()  # what is held is the new portrait already
        else:
            self._image = self._fade(image, now)

    def _show(self, state: State, now: float) -> Shown:
        first, *others = self._drivers.tracked
        shown = Shown(self._frame, now, first, self._held, state, trouble=self._recovery.trouble)
        return shown._replace(others=tuple(others), place=self._drivers.lead.place, remark=self._sharpening.trouble or self._drivers.remark)

    # Orders

    @property
    def facts(self) -> Facts:
        """What draws the pictures."""
        return self._facts._replace(enhancer=self._sharpening.name, faces=len(self._cast.actors))

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
        """Put on a portrait that was kept; False if it never was, or had to make room. Raises `EngineError`."""
        portrait = self._costumes.portrait(path)
        if portrait is None:
            return False
        self._portrait = portrait
        if not self._recovery.trouble:  # else it is put on when the engine is open again
            self._put_on(self._costumes.get(path, self._animator))
        return True

    def wear(self, portrait: Portrait) -> None:
        """Put on a portrait; the neutral poses stay. Raises `EngineError`."""
        self._portrait = portrait
        if not self._recovery.trouble:
            self._put_on(make_costume(portrait, self._animator))

    def recalibrate(self) -> None:
        """Make the drivers' present poses the neutral ones; with nobody there, the next steady one."""
        self._drivers.recalibrate()

    def calibrate_by_itself(self, on: bool) -> None:
        """Take every moment in which driver and portrait match better than before for the neutral pose, or stop it."""
        self._drivers.calibrate_by_themselves(on)

    def adjust(self, settings: LiveSettings) -> None:
        """Go on with other settings; what needs another camera, model, portrait or sink is left to others. Raises `EngineError`."""
        self._settings = settings
        self._fade.seconds = settings.portraits.fade
        if self._drivers.adjust(settings) and not self._recovery.trouble:
            self._put_on(self._costume)

    def swap_people(self) -> None:
        """Let each of two people move the face that the other one moved; each keeps their neutral pose."""
        self._drivers.swap()

    def enhance(self, restorer: Restorer | None) -> None:
        """Make drawn faces sharper with this, which is the puppeteer's from now on, or no longer. Raises `EngineError`."""
        self._sharpening.take(restorer)
        if not self._recovery.trouble:
            self._set_up()

    def show_real_face(self, on: bool) -> None:
        """Pass the driver's own picture through, or stop it. Never done but on an order."""
        self._real_face = on

    def perform(self, performance: Performance | None) -> None:
        """Let a take move the portrait instead of the drivers; None gives it back to them."""
        self._drivers.play(performance)

    def idle_with(self, take: Performance | None) -> None:
        """What moves faces while nobody is there for them: a take, or with None the calm motion that is always at hand."""
        self._drivers.idle_take = take

    def change_model(self, open_parts: Callable[[], Parts], parts: Parts) -> None:
        """Go on with another model, whose parts are open; the old ones are closed. `open_parts` opens it again after a failure.

        A take that is played ends: its keypoints mean something else to another model.
        """
        self._animator.close()
        self._open_parts = open_parts
        self._drivers.play(None)
        self._exchange(parts)
        self._recovery.mend()

    def fail(self, error: EngineError) -> None:
        """The engine failed: it is closed, and opened again after a pause."""
        if self._recovery.trouble:  # it is closed: this is the echo
            return
        self._recovery.fail(error)
        self._close_parts()

    def close(self) -> None:
        """Close the animator, the face finder and the restorer; may be called twice."""
        self._close_parts()
        self._sharpening.close()

    # How that is done

    @property
    def _held(self) -> Picture:
        assert self._image is not None, "a portrait is worn from the beginning"
        return self._image

    def _exchange(self, parts: Parts) -> None:
        """Go on with other parts; the drivers are where they were."""
        self._drivers.change_finder(parts.finder)
        self._take_parts(parts)

    def _take_parts(self, parts: Parts) -> None:
        """Go on with these parts; where they can't be used they are closed. Raises `EngineError`."""
        self._animator, self._facts = parts.animator, parts.facts
        self._costumes.forget_encodings()
        try:
            self._put_on(make_costume(self._portrait, self._animator))
        except EngineError:
            self._close_parts()
            raise

    def _close_parts(self) -> None:
        self._animator.close()
        self._drivers.close()

    def _put_on(self, costume: Costume) -> None:
        self._costume = costume
        self._cast = Cast(costume, self._animator, self._settings.camera.people)
        self._drivers.take_on(self._cast, self._animator.card)
        self._set_up()

    def _set_up(self) -> None:
        """Make the cast ready; what it shows takes over from the last image."""
        image = self._cast.set_up(lambda: self._sharpening.enhancement(self._drivers.finder))
        if self._image is not None:
            self._fade.begin(self._image)
        self._image = image

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
