"""Puppet in the menu of a Linux desktop: the entry by which launchers start it, and by which portals know who asks."""

import sys
from pathlib import Path

from puppet.errors import PuppetError
from puppet.folders import data_folder
from puppet.media.whole_file import unwritable, write_whole

APPLICATION = "app.puppet.Puppet"
"""Name of the entry and of its icon; the window and the portal of global keys say it too."""

ICON_SIDE = 256
"""px; smaller ones are made of it by the desktop."""

ENTRY = """[Desktop Entry]
Type=Application
Version=1.5
Name=Puppet
GenericName=Webcam double
Comment=Let a portrait follow you before the camera
Exec={command}
TryExec={program}
Icon={application}
Terminal=false
Categories=AudioVideo;Video;
Keywords=webcam;camera;portrait;avatar;
StartupNotify=true
StartupWMClass=puppet
"""
"""The class is what X11 calls the window by the application's name; elsewhere it is called `APPLICATION`."""


def install() -> list[str]:
    """Write the entry and its icon for this account, in place of older ones; what was done, in words.

    Raises `PuppetError` where there is no Linux, no installed command or no Qt, `MediaError` where they can't be written.
    """
    _refuse_elsewhere()
    entry, icon = _paths()
    program = _program()
    text = ENTRY.format(command=_quoted(program), program=_escaped(str(program)), application=APPLICATION)
    for path, data in ((icon, _icon()), (entry, text.encode())):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
        write_whole(path, data)
    return [f"Wrote {icon}", f"Wrote {entry}"]


def remove() -> list[str]:
    """Remove what `install` wrote; what was done, in words. Raises `PuppetError` where there is no Linux, `MediaError`."""
    _refuse_elsewhere()
    removed = []
    for path in _paths():
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unwritable(path, error) from error
        removed.append(f"Removed {path}")
    return removed or ["There is no desktop entry to remove."]


def _paths() -> tuple[Path, Path]:
    """Entry and icon, below the folder that XDG_DATA_HOME names."""
    share = data_folder().parent
    return (
        share / "applications" / f"{APPLICATION}.desktop",
        share / "icons" / "hicolor" / f"{ICON_SIDE}x{ICON_SIDE}" / "apps" / f"{APPLICATION}.png",
    )


def _refuse_elsewhere() -> None:
    if sys.platform != "linux":
        system = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
        raise PuppetError(
            f"{system} has no desktop entries: they belong to Linux.", "Pin Puppet's window while it is open, or make a shortcut."
        )


def _program() -> Path:
    """The command that starts the window, as it was installed beside the Python that runs."""
    program = Path(sys.executable).with_name("puppet-live")
    if not program.is_file():
        raise PuppetError(f"There is no command {program} for the desktop to start.", "Install Puppet with pip first.")
    if "%" in str(program):  # launchers read it as a code, and some look for the program before they do
        raise PuppetError(f"The desktop can't start {program}: there is a per cent sign in its path.", "Install Puppet in another folder.")
    return program.absolute()


def _icon() -> bytes:
    """As PNG."""
    try:
        from PySide6.QtCore import QBuffer, QIODevice  # noqa: PLC0415  Qt is loaded only where it is wanted

        from ui.window.app_icon import app_icon  # noqa: PLC0415
    except ImportError as error:
        raise PuppetError(f"Qt can't be loaded, so there is no window to start: {error}.", "Install what is missing.") from error
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    app_icon(ICON_SIDE).save(buffer, "PNG")  # type: ignore[call-overload]  # PySide6 declares bytes and takes a word
    return bytes(buffer.data().data())


def _quoted(program: Path) -> str:
    """As `Exec` wants an argument: in quotes, with what a shell would read escaped."""
    text = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in str(program))
    return _escaped(f'"{text}"')


def _escaped(text: str) -> str:
    """As every value of an entry wants it."""
    return text.replace("\\", "\\\\")
