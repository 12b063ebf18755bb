"""What goes on in a run besides the pictures, as the stage is told it."""

from typing import NamedTuple

from puppet.errors import PuppetError
from puppet.live.capture import OPENING, CameraState
from ui.session.live_session import LiveSession
from ui.session.output_control import OutputState

NO_PORTRAIT = "add a portrait to begin: drop a picture here, paste one, or press +"


class Situation(NamedTuple):
    """Told now and then.

    opening: what is being opened, while there is no picture yet. recording: how long it has run, s, None while there is none. arming: s in
    which a second press shows the real face, 0 where it is not armed. hide_key: the key that hides it again, as a person reads it.
    message: something to tell now, empty for nothing. failure: what ended the run, and what to do about it; empty while it goes on.
    """

    camera: CameraState = OPENING
    opening: str = ""
    output: OutputState = "off"
    test_card: bool = False
    recording: float | None = None
    taking: bool = False
    arming: float = 0.0
    hide_key: str = ""
    message: str = ""
    failure: tuple[str, str] = ("", "")


def situation_of(session: LiveSession, hide_key: str, failure: BaseException | None) -> Situation:
    """How things stand. Only an expected `failure` is told."""
    output = session.output
    return Situation(
        camera=session.pipeline.camera,
        opening=_awaited(session),
        output=output.state,
        test_card=session.settings.output.test_card and output.wanted,
        recording=session.recording.seconds,
        taking=session.takes.is_recording,
        arming=session.real_face.seconds_left,
        hide_key=hide_key,
        message=session.notice,
        failure=(failure.sentence, failure.hint) if isinstance(failure, PuppetError) else ("", ""),
    )


def _awaited(session: LiveSession) -> str:
    """What there is to wait for before the first picture."""
    done, total = session.rack.progress
    if not session.rack.is_ready and done == total:
        return NO_PORTRAIT
    return "waiting for the first picture" if session.pipeline.facts is not None else f"opening {session.settings.model}"
