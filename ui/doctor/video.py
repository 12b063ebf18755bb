"""Cameras with what they can do and who holds them, and the virtual cameras that others see."""

import os
import platform as python_platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from puppet.cameras.camera_list import CameraInfo, busy_with, device_path, list_cameras
from puppet.cameras.camera_trouble import not_opened
from puppet.cameras.mode_choice import choose_mode
from puppet.errors import CameraError
from puppet.outputs.virtual_camera import explain_missing, list_virtual_cameras
from puppet.outputs.virtual_drivers import LOAD
from puppet.settings import CameraSettings
from ui.device_list import mode_words
from ui.doctor.discretion import device_words
from ui.doctor.part import gather, reason_of
from ui.doctor.report import CameraFact, Video, VirtualFact

ROOT = Path("/")
MODULE = Path("sys/module/v4l2loopback")
PARAMETERS = ("exclusive_caps", "devices", "video_nr", "max_buffers", "max_openers")
"""Of v4l2loopback, those that matter to us; `card_label` is told as the name of each device."""


def look_at_video(
    settings: CameraSettings | None = None,
    *,
    platform: str = sys.platform,
    root: Path = ROOT,
    cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
    refused: Callable[[CameraInfo], CameraError | None] | None = None,
    virtual: Callable[[], Sequence[VirtualFact]] | None = None,
    package: Callable[[], str] = lambda: version("pyvirtualcam"),
) -> Video:
    """What there is. settings: what is asked of a camera; refused: why one can't be had; virtual: the virtual cameras."""
    asked = settings or CameraSettings()
    found = gather(
        Video,
        cameras=lambda: [_camera(camera, asked, refused or why_refused) for camera in cameras()],
        virtual=lambda: list((virtual or virtual_cameras)()),
        driver=lambda: loopback_words(root) if platform == "linux" else "",
        package=package,
    )
    if found.virtual or "virtual" in found.unknown:
        return found
    sentence, steps = explain_missing(platform)
    if platform == "linux" and not (root / MODULE).exists() and _is_installed(root):
        sentence, steps = "There is no virtual camera: v4l2loopback is installed but not loaded.", LOAD
    elif platform == "linux" and (root / MODULE).exists():
        sentence, steps = "There is no virtual camera: v4l2loopback is loaded but made no device.", f"sudo modprobe -r v4l2loopback; {LOAD}"
    return found.model_copy(update={"missing": sentence, "fix": steps})


def why_refused(camera: CameraInfo) -> CameraError | None:
    """Why a camera that is plugged in can't be had now: another program streams from it, or this account may not use it.

    Only Linux tells without opening it.
    """
    path = device_path(camera.source)
    if path is None:
        return None
    from puppet.cameras.v4l2 import is_busy  # noqa: PLC0415  its ioctls exist on Linux alone

    if os.access(path, os.R_OK | os.W_OK) and not is_busy(path):
        return None
    return not_opened(camera.source, camera)


def virtual_cameras() -> list[VirtualFact]:
    """Each virtual camera; on Linux with what keeps it from being fed or seen."""
    if sys.platform != "linux":
        return [VirtualFact(name=name) for name in list_virtual_cameras()]
    from puppet.outputs.loopback import advice, list_loopback_devices  # noqa: PLC0415  its ioctls exist on Linux alone

    found = []
    for device in list_loopback_devices():
        exclusive = {True: "exclusive_caps", False: "no exclusive_caps", None: "does not tell of exclusive_caps"}[device.exclusive]
        holder = busy_with(str(device.path))
        words = f"{exclusive}, {'takes pictures' if device.takes else 'is read or was left unready'}"
        fact = VirtualFact(name=device_words(device.words), description=words + (f", opened by {holder}" if holder else ""))
        if not device.writable:
            fact.trouble = f"{device.words} may not be written to by this account."
            fact.fix = 'It belongs to the group "video": sudo usermod -a -G video "$USER". Then log out and in again.'
        elif hint := advice(device):
            why, _, fix = hint.partition(". ")
            fact.trouble, fact.fix = f"{why}.", fix
        found.append(fact)
    return found


def loopback_words(root: Path = ROOT) -> str:
    """The version of v4l2loopback and its parameters; that it is not loaded or not installed."""
    module = root / MODULE
    if not module.exists():
        return f"v4l2loopback {'is installed but not loaded' if _is_installed(root) else 'is not installed'}"
    told = []
    for name in PARAMETERS:
        try:
            told.append(f"{name}={_short((module / 'parameters' / name).read_text(encoding='utf-8').strip())}")
        except OSError:  # of another version
            continue
    return f"v4l2loopback {_line(module / 'version') or 'of an unknown version'}: {', '.join(told) or 'no parameters told'}"


def _camera(camera: CameraInfo, asked: CameraSettings, refused: Callable[[CameraInfo], CameraError | None]) -> CameraFact:
    mode = choose_mode(camera.modes, asked.width, asked.height, asked.rate)
    fact = CameraFact(source=camera.source, name=device_words(camera.name), modes=mode_words(camera.modes))
    if mode is not None:
        fact.taken = f"{mode.width}x{mode.height} at {mode.rate:g} ({mode.format})"
    try:
        if (error := refused(camera)) is not None:
            fact.trouble, fact.fix = device_words(error.sentence), error.hint
    except OSError as error:  # pulled in this moment
        fact.trouble = f"Camera {camera.source} could not be asked: {reason_of(error)}."
    return fact


def _is_installed(root: Path) -> bool:
    """Whether the running kernel has the module on disk."""
    try:
        listed = (root / "lib/modules" / python_platform.release() / "modules.dep").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "/v4l2loopback.ko" in listed


def _short(values: str) -> str:
    """A parameter's value for each device, those at the end that are all alike once: "Y,N,N,N,N,N,N,N" is "Y,N…"."""
    parts = values.split(",")
    while len(parts) > 2 and parts[-1] == parts[-2]:
        parts.pop()
    return ",".join(parts) + ("…" if len(parts) < len(values.split(",")) else "")


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
