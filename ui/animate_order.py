"""What `puppet-animate` is asked for, and what it tells of what came of it."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """What was asked for; the options of `puppet-animate` under their own names."""

    source: Path
    driving: Path
    output: Path
    relative: bool
    adapt_scale: bool
    find_best_frame: bool
    best_frame: int | None
    no_face: bool
    paste_back: bool
    multi_person: bool
    ratio: float
    lock_background: bool
    matte: bool
    image_size: int | None
    frame_rate: Fraction
    audio: bool
    model: str
    engine: str
    enhance: bool = False
    enhancer: str = ""


@dataclass
class Report:
    """What came of it, as --json prints it: sizes in pixels, speed and time of the animation alone, stages in milliseconds.

    faces: how many move; faces_left: those that don't, by their middle and size in the picture, and why. enhancer: what made the drawn
    faces sharper and what it ran on, empty without one; faces_unread: drawn faces in which none was found, so that they were only enlarged.
    """

    output: str
    model: str
    engine: str
    device: str
    width: int = 0
    height: int = 0
    frames: int = 0
    frames_without_face: int = 0
    neutral_frame: int = 0
    crop: str = "steady"
    faces: int = 0
    faces_left: list[dict[str, float | str]] = field(default_factory=list)
    sound: bool = False
    fps: float = 0.0
    seconds: float = 0.0
    stages: dict[str, float] | None = None
    interrupted: bool = False
    enhancer: str = ""
    faces_unread: int = 0
