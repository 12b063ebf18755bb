"""A session on drawn parts, and what it shows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from puppet.demo import DemoFaceFinder, DemoMatte, demo_picture
from puppet.live.shown import Shown
from puppet.media.picture_file import write_picture
from puppet.portraits.portrait_library import PortraitLibrary
from puppet.portraits.wardrobe import Wardrobe
from puppet.settings import LiveSettings
from tests.live_parts import SIDE, live_settings
from ui.session.live_session import LiveSession
from ui.session.portrait_rack import PortraitRack

Watch = Callable[[Callable[[], object]], None]
"""Lets a session live until something holds."""


def write_portraits(folder: Path) -> tuple[Path, ...]:
    """Two portraits with a face, and one without."""
    drawn = {"ada": demo_picture(0.4, SIDE, SIDE), "bea": demo_picture(2.0, SIDE, SIDE), "wall": np.full((SIDE, SIDE, 3), 90, np.uint8)}
    for name, picture in drawn.items():
        write_picture(folder / f"{name}.png", picture)
    return tuple(folder / f"{name}.png" for name in drawn)


def make_session(folder: Path, pictures: tuple[Path, ...], settings: LiveSettings | None = None) -> LiveSession:
    """A session that keeps everything in `folder`; it is not entered yet."""
    rack = PortraitRack(PortraitLibrary(folder / "portraits", pictures), Wardrobe(DemoFaceFinder, 256, finder="demo", open_matte=DemoMatte))
    settings = settings or live_settings(model="demo", welcomed=True, recording__folder=str(folder / "results"))
    return LiveSession(settings, rack, path=folder / "settings.toml")


def newest(session: LiveSession) -> Shown | None:
    """The newest picture."""
    read = session.pipeline.shown.reader().take()
    return read.value if read is not None else None


def state(session: LiveSession) -> str:
    """The state of the newest picture."""
    shown = newest(session)
    return shown.state if shown is not None else "nothing"
