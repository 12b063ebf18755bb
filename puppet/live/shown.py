"""One picture of a live run, and all that is known about how it came to be."""

from typing import Literal, NamedTuple

from puppet.animator import CrowdFinder, LiveAnimator
from puppet.cameras.live_frame import LiveFrame
from puppet.faces.tracker import Tracked
from puppet.motion import Motion
from puppet.picture import Picture, Square

State = Literal["live", "settling", "no face", "camera lost", "take", "engine trouble", "real face"]
"""live: the portrait follows. settling: a face is there, its neutral pose not yet. no face, camera lost: nobody can be followed, so the
last picture is held, or what the safety settings say is shown. take: a recorded motion moves the portrait. engine trouble: the engine
failed and is opened again. real face: the driver's own picture, asked for on purpose."""


class Facts(NamedTuple):
    """What draws the pictures, in words.

    passed_over: what should have drawn them and can't, why, and what to do; empty as a rule. enhancer: what makes faces sharper; empty
    for nothing. faces: how many move.
    """

    model: str
    engine: str
    device: str
    passed_over: str = ""
    enhancer: str = ""
    faces: int = 1


class Parts(NamedTuple):
    """What a puppeteer works with; whoever gets them closes them."""

    animator: LiveAnimator
    finder: CrowdFinder
    facts: Facts


class Shown(NamedTuple):
    """One frame and what became of it.

    frame: mirrored where that is asked for; None before any camera gave one. moment: when the frame was captured or, without a new
    one, when the image was drawn, s. image: (height, width, 3), immutable. driving, neutral: the driver's motion and neutral pose,
    where seen. posed: what was drawn. eased: how much of the motion the distortion guard held back, 0 to 1. match: how alike driver
    and portrait hold themselves, 0 to 1. words: what the image is a card of, empty where it is none. trouble: what is wrong with the
    engine, in words. others: where further people before the camera are, from the second on. place: where of the image `posed` is seen,
    in its pixels; None for the whole of it. remark: what a person should know of how faces are moved; empty as a rule.
    """

    frame: LiveFrame | None
    moment: float
    tracked: Tracked
    image: Picture
    state: State
    driving: Motion | None = None
    neutral: Motion | None = None
    posed: Motion | None = None
    eased: float = 0.0
    match: float | None = None
    words: str = ""
    trouble: str = ""
    others: tuple[Tracked, ...] = ()
    place: Square | None = None
    remark: str = ""


NOBODY = Tracked(None, None)
"""What the tracker says before it saw anything."""
