"""From what a person named to the camera that drives."""

from collections.abc import Callable

from puppet.assets import driving_clip
from puppet.cameras.camera import Camera, DeviceCamera
from puppet.cameras.camera_list import find_camera, is_device_path, list_cameras
from puppet.cameras.camera_trouble import is_url
from puppet.cameras.clip_camera import ClipCamera
from puppet.errors import CameraError
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.media.whole_file import named_path
from puppet.settings import CameraSettings


def choose_camera(settings: CameraSettings, timings: Timings, say: Callable[[str], None], *, fallback: bool = True) -> Camera:
    """The camera that the settings name, open; the first one when they name none. Capture thread.

    With `fallback` the bundled clip drives where the first or a numbered camera can't be opened, and `say` hears why.
    Raises `CameraError` for a camera, else `MediaError` for a file.
    """
    source = settings.source
    if not _is_camera(source):
        return ClipCamera(open_clip(named_path(source)), timings)
    try:
        return DeviceCamera(source, settings, timings)
    except CameraError as error:
        if not fallback or (source and not source.isdecimal()):
            raise
        say(f"{error.sentence} The bundled clip drives instead.")
        return demo_camera(timings, f", because {_lower(error.sentence)}")


def demo_camera(timings: Timings, why: str = "") -> ClipCamera:
    """The bundled driving clip, for whoever has no camera or wants a look first. `why` ends its description."""
    return ClipCamera(open_clip(driving_clip()), timings, f"the bundled clip {driving_clip().name}{why}")


def _is_camera(source: str) -> bool:
    """Whether a source is a camera or a stream, there or not; else it is a file or folder."""
    if not source or source.isdecimal() or is_url(source) or is_device_path(source):
        return True
    return not named_path(source).exists() and find_camera(source, list_cameras()) is not None


def _lower(sentence: str) -> str:
    """A sentence as a clause within another."""
    return sentence[0].lower() + sentence[1:].rstrip(".")
