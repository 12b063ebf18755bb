"""What the stage says about a run: which words, in which order of importance."""

from typing import Literal, NamedTuple

from puppet.live.shown import Shown
from puppet.settings import WhenLost
from ui.window.situation import Situation

OTHERS_SEE: dict[WhenLost, str] = {"hold": "the last picture", "idle": "a calm motion", "card": "the card"}

EASED = 0.2
"""From this share of held back motion on it is told."""


class Headline(NamedTuple):
    """Large words in the middle of the stage. waiting: something is on its way."""

    icon: str
    title: str
    hint: str = ""
    waiting: bool = False


class Badge(NamedTuple):
    """A word in the corner that tells what goes on. kind: its sign and colour."""

    words: str
    kind: Literal["live", "starting", "recording", "card", "take"]


def headline(shown: Shown | None, situation: Situation) -> Headline | None:
    """What stands in the way of a picture, if anything does."""
    camera = situation.camera
    if situation.failure[0]:
        return Headline("warning", *situation.failure)
    if shown is not None and shown.state == "engine trouble":
        return Headline("warning", shown.trouble or "The engine failed.", "It is opened again by itself.")
    if (shown is None or shown.frame is None or shown.state == "camera lost") and camera.lost:
        return Headline("no camera", f"{_capital(camera.words).rstrip('.')}.", camera.hint)
    if shown is None:
        return Headline("camera", f"{_capital(situation.opening or camera.words)} …", waiting=True)
    return None


def pill_words(shown: Shown | None, situation: Situation, when_lost: WhenLost) -> str:
    """The words at the foot of the stage; empty for none."""
    if situation.message:
        return situation.message
    if shown is None:
        return ""
    if shown.state == "settling":
        return "Look straight ahead"
    if shown.state == "no face":
        seen = f": others see {OTHERS_SEE[when_lost]}" if situation.output == "live" else ""
        return f"No face in sight{seen}"
    return shown.remark


def badges(shown: Shown | None, situation: Situation) -> list[Badge]:
    """What goes on."""
    found = []
    if situation.output == "live":
        found.append(Badge("Live", "live"))
    elif situation.output == "starting":
        found.append(Badge("Starting …", "starting"))
    if situation.recording is not None:
        found.append(Badge(clock(situation.recording), "recording"))
    if situation.taking:
        found.append(Badge("Motion take", "recording"))
    if shown is not None and shown.state == "take":
        found.append(Badge("Playing a take", "take"))
    if situation.test_card:
        found.append(Badge("Test card", "card"))
    return found


def spoken(shown: Shown | None, situation: Situation, when_lost: WhenLost) -> str:
    """All of it as sentences, for those who hear the screen."""
    parts = [badge.words for badge in badges(shown, situation) if badge.kind != "recording"]
    if situation.recording is not None:
        parts.append("Recording")
    if shown is not None and shown.state == "real face":
        parts.insert(0, "Your real face is shown")
    if situation.arming > 0:
        parts.insert(0, "Press again to show your real face")
    told = headline(shown, situation)
    if told is not None:
        parts += [told.title, told.hint]
    parts.append(pill_words(shown, situation, when_lost))
    return ". ".join(part.rstrip(". …") for part in parts if part)


def clock(seconds: float) -> str:
    """A duration as a person reads it: 0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
