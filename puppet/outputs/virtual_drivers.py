"""The drivers behind virtual cameras: which are installed, what to do when none is, and what their refusals mean."""

import sys
from pathlib import Path

from puppet.errors import OutputError

LOAD = 'sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label="Puppet"'

LAST = """echo v4l2loopback | sudo tee /etc/modules-load.d/v4l2loopback.conf
   echo 'options v4l2loopback devices=1 exclusive_caps=1 card_label="Puppet"' | sudo tee /etc/modprobe.d/v4l2loopback.conf"""

STEPS = {
    "linux": (
        "There is no virtual camera: the kernel module v4l2loopback is not loaded.",
        f"""1. Install it, once: sudo apt install v4l2loopback-dkms
   (Fedora: akmod-v4l2loopback from RPM Fusion; Arch: v4l2loopback-dkms)
2. Load it: {LOAD}
   If it is refused because of a key, Secure Boot is on: sudo mokutil --import /var/lib/dkms/mok.pub, then restart and enrol the key.
3. To have it after each restart:
   {LAST}""",
    ),
    "darwin": (
        "There is no virtual camera: OBS has not installed its own.",
        """1. Install OBS Studio 30 or later from obsproject.com, in Applications.
2. Open it, press Start Virtual Camera, and allow its system extension where macOS asks for it, in System Settings.
3. Press Stop Virtual Camera and quit OBS: it need not run again. If there is no camera yet, restart the Mac.""",
    ),
    "win32": (
        "There is no virtual camera: neither OBS nor UnityCapture is installed.",
        """1. Install OBS Studio from obsproject.com: its virtual camera comes with it, and OBS need not run.
   Or UnityCapture from github.com/schellingb/UnityCapture: run Install.bat from its Install folder as administrator.
2. Restart the program that is to show the picture, and choose "OBS Virtual Camera" or "Unity Video Capture" there.""",
    ),
}
"""For each `sys.platform`: a sentence for the lack of a driver, and what to do."""

TAKEN = ("in use", "busy", "could not be started", "start stream", "multiple cameras")
"""Parts, lower case, of what drivers say of a virtual camera that is there but used by another program."""

FREE = {
    "linux": "Close the program that feeds it, or the one that still shows it at another size. To have two: sudo modprobe -r v4l2loopback; "
    "sudo modprobe v4l2loopback devices=2 exclusive_caps=1,1",
    "darwin": "Stop the virtual camera in OBS, or quit OBS.",
    "win32": "Stop the virtual camera in OBS, or quit OBS.",
}

UNKNOWN = ("this name", "supports only")
"""Parts of what drivers say of a device that they do not have."""

OBS = "OBS Virtual Camera"
OBS_KEY = "CLSID\\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"
UNITY_KEY = "CLSID\\{5C2CD55C-92AD-4999-8666-912BD3E700%02X}"
UNITY_PLACES = (0x10, *range(0x12, 0x1C))
"""Where Windows' registry tells of the two drivers' cameras; UnityCapture has up to ten, 0x11 is kept by it."""

OBS_PLACES = (
    "Library/SystemExtensions/*/com.obsproject.obs-studio.mac-camera-extension.systemextension",
    "Library/CoreMediaIO/Plug-Ins/DAL/obs-mac-virtualcam.plugin",
)
"""Where macOS keeps OBS's camera, below the root: from version 13 of macOS, and before."""


def explain_missing(platform: str) -> tuple[str, str]:
    """For a `sys.platform`: a sentence for the lack of a virtual camera, and the exact steps that mend it."""
    if platform not in STEPS:
        return f"Puppet knows no virtual camera for {platform}.", "Record to a file, or share the window in the call."
    return STEPS[platform]


def explain_refusal(platform: str, words: str, reason: str) -> OutputError:
    """What to tell a person when the camera that `words` name was refused, for a `reason` in the driver's words."""
    said = "; ".join(line.partition(" backend: ")[2] or line for line in reason.splitlines())
    if any(part in reason.lower() for part in TAKEN):
        return OutputError(f"{words} is used by another program.", FREE.get(platform, ""))
    if any(part in reason for part in UNKNOWN):
        there = ", ".join(list_virtual_cameras()) or "none is installed"
        return OutputError(f"There is no virtual camera {words}.", f"Choose one of these: {there}.")
    if platform == "linux":
        return OutputError(f"{words} can't be opened: {said}")
    sentence, steps = explain_missing(platform)
    return OutputError(f"{sentence} ({said})", steps)


def list_virtual_cameras() -> list[str]:
    """What `settings.output.device` takes: on Linux paths, elsewhere names. Nothing where no driver is installed."""
    if sys.platform == "linux":
        from puppet.outputs.loopback import list_loopback_devices  # noqa: PLC0415  its ioctls exist on Linux alone

        return [str(device.path) for device in list_loopback_devices()]
    if sys.platform == "win32":
        return list_registered()
    return list_extensions(Path("/"))


def list_registered() -> list[str]:
    """The virtual cameras in Windows' registry."""
    found = [OBS] if _registered(OBS_KEY) is not None else []
    return found + [name for place in UNITY_PLACES if (name := _registered(UNITY_KEY % place))]


def list_extensions(root: Path) -> list[str]:
    """OBS's camera where macOS has it installed."""
    return [OBS] if any(any(root.glob(place)) for place in OBS_PLACES) else []


def _registered(key: str) -> str | None:
    """What Windows' registry calls a class; None when it does not know it."""
    import winreg  # noqa: PLC0415  there is none elsewhere

    try:
        return str(winreg.QueryValue(winreg.HKEY_CLASSES_ROOT, key)).strip()  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return None
