"""What `puppet-live --devices` prints: cameras, virtual cameras and microphones, under the names that the options take."""

from rich.table import Table

from puppet.cameras.camera_list import CameraMode, list_cameras
from puppet.outputs.microphone import list_microphones
from puppet.outputs.virtual_camera import list_virtual_cameras
from ui.console import screen


def print_devices() -> None:
    """Print a table of each kind, or that there is none."""
    cameras = Table("--camera", "name", "modes", title="Cameras", title_justify="left")
    for camera in list_cameras():
        cameras.add_row(camera.source, camera.name, mode_words(camera.modes) or "not told by this system")
    microphones = Table("--microphone", "name", title="Microphones", title_justify="left")
    for microphone in list_microphones():
        microphones.add_row(microphone.source, microphone.name)
    outputs = Table("--output-device", title="Virtual cameras", title_justify="left")
    for output in list_virtual_cameras():
        outputs.add_row(output)
    for table, nothing in ((cameras, "No camera."), (outputs, "No virtual camera."), (microphones, "No microphone.")):
        screen.print(table if table.row_count else nothing)


def mode_words(modes: tuple[CameraMode, ...]) -> str:
    """The largest modes of a camera, each size once with its best rate."""
    best: dict[tuple[int, int], CameraMode] = {}
    for mode in modes:
        size = mode.width, mode.height
        if size not in best or mode.rate > best[size].rate:
            best[size] = mode
    largest = sorted(best.values(), key=lambda mode: mode.width * mode.height, reverse=True)
    return ", ".join(f"{mode.width}x{mode.height} at {mode.rate:g} ({mode.format})" for mode in largest[:6])
