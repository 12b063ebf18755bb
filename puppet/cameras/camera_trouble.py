"""Why a camera can't be had, told so that a person can mend it."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from puppet.cameras.camera_list import CameraInfo, busy_with, device_path, list_cameras
from puppet.errors import CameraError

ALLOW = {
    "win32": "Close other programs that use it. See too that Settings > Privacy & security > Camera lets desktop apps use it.",
    "darwin": "Close other programs that use it. See too that System Settings > Privacy & Security > Camera lets this program use it.",
}
"""What else may keep a camera from opening, where the platform doesn't tell."""


def is_url(source: int | str) -> bool:
    """Whether a camera's name is the address of a stream."""
    return isinstance(source, str) and "://" in source


def camera_words(source: str, info: CameraInfo | None) -> str:
    """What a camera is called before a person: "camera 0 (Integrated Webcam)". No password of an address is shown."""
    if is_url(source):
        address = urlsplit(source)
        return f"camera {urlunsplit(address._replace(netloc=address.netloc.rpartition('@')[2]))}"
    if info is None:
        return f"camera {source}"
    return f"camera {info.source} ({info.name})"


def no_camera() -> CameraError:
    """Nobody named a camera, and there is none."""
    return CameraError("No camera was found.", "Plug one in: it is noticed at once. A video, a picture or an address can drive too.")


def pulled(words: str) -> CameraError:
    """A camera that was there before is not there any more."""
    return CameraError(f"{_begin(words)} is gone.", "Plug it in again; a virtual camera comes back with the program that feeds it.")


def not_opened(source: str, info: CameraInfo | None) -> CameraError:
    """Why a camera couldn't be opened: asked of the system afterwards, so it may have changed its mind."""
    words = _begin(camera_words(source, info))
    if is_url(source):
        return CameraError(f"{words} can't be opened.", "Check the address and the network.")
    path = device_path(info.source if info is not None else source)
    told = _refusal(words, path) if path is not None else None
    if told is not None:
        return told
    if info is None and path is None:
        return CameraError(f"{words} can't be opened.", f"There is no such camera. {_others()}")
    return CameraError(f"{words} can't be opened.", ALLOW.get(sys.platform, "Unplug it and plug it in again."))


def no_pictures(source: str, info: CameraInfo | None) -> CameraError:
    """A camera that says it is open and gives nothing."""
    words = _begin(camera_words(source, info))
    if is_url(source):
        return CameraError(f"{words} opens but gives no pictures.", "See whether the stream plays elsewhere.")
    hint = "Close other programs that use it, or plug it in again. If it is a virtual camera, start the program that feeds it."
    return CameraError(f"{words} opens but gives no pictures.", hint)


def _refusal(words: str, path: Path) -> CameraError | None:
    """What Linux says against opening a device; None when nothing."""
    from puppet.cameras.v4l2 import is_busy, query  # noqa: PLC0415  its ioctls exist on Linux alone

    if not path.exists():
        return CameraError(f"{words} can't be opened.", f"There is no such camera. {_others()}")
    if not os.access(path, os.R_OK | os.W_OK):
        hint = f"Join the group {_group(path)}: sudo usermod -aG {_group(path)} $USER. Then log out and in again."
        return CameraError(f"{words} may not be used by this account.", hint)
    if is_busy(path):
        holder = busy_with(str(path)) or "another program"
        return CameraError(f"{words} is in use by {holder}.", "Close it there, or choose another camera.")
    try:
        captures = query(path).captures
    except OSError:
        return None
    if captures:
        return None
    return CameraError(f"{words} gives no pictures.", f"If it is a virtual camera, start the program that feeds it. {_others()}")


def _group(path: Path) -> str:
    """Who may use a device, as a group; one without a name is taken for the usual one."""
    try:
        return path.group()
    except KeyError:
        return "video"


def _others() -> str:
    """The cameras that there are, for a hint."""
    found = ", ".join(f"{camera.source} ({camera.name})" for camera in list_cameras())
    return f"Found: {found}." if found else "No camera was found."


def _begin(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[0].upper() + words[1:]
