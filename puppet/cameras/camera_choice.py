"""From what a person named to the camera that drives."""

from collections.abc import Callable
from pathlib import Path

from puppet.assets import driving_clip
from puppet.cameras.camera import Camera, DeviceCamera, is_url
from puppet.cameras.clip_camera import ClipCamera
from puppet.errors import CameraError
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.settings import CameraSettings


def choose_camera(settings: CameraSettings, timings: Timings, say: Callable[[str], None]) -> Camera:
    """The camera that the settings name, open; the first one when they name none. Capture thread.

    Where a numbered camera can't be opened the bundled clip drives, and `say` hears why. Raises `CameraError` for a device
    or URL named in full, `MediaError` for a file.
    """
    source = settings.source
    if is_url(source) or Path(source).is_char_device():
        return DeviceCamera(source, settings, timings)
    if source and not source.isdecimal():
        return ClipCamera(open_clip(Path(source).expanduser()), timings)
    try:
        return DeviceCamera(int(source or 0), settings, timings)
    except CameraError as error:
        say(f"{error.sentence} The bundled clip drives instead.")
        return ClipCamera(open_clip(driving_clip()), timings, f"the bundled clip {driving_clip().name}, because {_lower(error.sentence)}")


def _lower(sentence: str) -> str:
    """A sentence as a clause within another."""
    return sentence[0].lower() + sentence[1:].rstrip(".")
