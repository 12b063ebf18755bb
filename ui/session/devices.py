"""What can be chosen on this computer: cameras, virtual cameras, microphones, models, engines and takes, with words for a person."""

from typing import NamedTuple

from puppet.assets import model_names
from puppet.cameras.camera_list import CameraInfo, list_cameras
from puppet.cameras.offered_modes import offered_modes
from puppet.errors import OutputError
from puppet.outputs.microphone import list_microphones
from puppet.outputs.virtual_camera import list_virtual_cameras
from ui.model_choice import DEMO
from ui.session.take_control import list_takes

Choices = tuple[tuple[str, str], ...]
"""Values and the words for them, in order."""


class Devices(NamedTuple):
    """The choices of each setting that names something which is there or not. infos: the cameras, with the modes worth offering."""

    cameras: Choices
    outputs: Choices
    microphones: Choices
    models: Choices
    engines: Choices
    takes: Choices
    infos: tuple[CameraInfo, ...] = ()


def find_devices() -> Devices:
    """Look for everything; takes tenths of a second, so it belongs on a worker."""
    from engines.registry import RUNTIMES  # noqa: PLC0415  the runtimes load only here

    infos = tuple(camera._replace(modes=offered_modes(camera.modes)) for camera in list_cameras())
    cameras = tuple((camera.identity or camera.source, camera.name) for camera in infos)
    return Devices(
        cameras=(("", "The first camera" if cameras else "No camera was found: the bundled clip"), *cameras),
        outputs=(("", "The first free one"), *((name, name) for name in list_virtual_cameras())),
        microphones=(("", "No sound"), *_microphones()),
        models=(*((name, name) for name in model_names()), (DEMO, "demo: no network")),
        engines=(("auto", "the best that runs here"), *((name, name) for name in RUNTIMES)),
        takes=(("", "a calm motion of its own"), *((str(path), path.stem) for path in list_takes())),
        infos=infos,
    )


def _microphones() -> Choices:
    """None where sound can't be had: that is told when somebody asks for it."""
    try:
        return tuple((microphone.source, microphone.name) for microphone in list_microphones())
    except OutputError:
        return ()
