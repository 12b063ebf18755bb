"""Puppet in a desktop's menu: the entry and its icon are written, name each other and the command, and go again."""

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from puppet.errors import MediaError, PuppetError
from puppet.media.picture_file import read_picture
from ui.desktop_entry import APPLICATION, ICON_SIDE, install, remove

linux = pytest.mark.skipif(sys.platform != "linux", reason="desktop entries belong to Linux")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed command, in a folder whose name needs care."""
    folder = tmp_path / "50 of $HOME 'x' \\"
    folder.mkdir()
    program = folder / "puppet-live"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return program


def share() -> Path:
    return Path(os.environ["XDG_DATA_HOME"])


def read_entry() -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(share() / "applications" / f"{APPLICATION}.desktop", encoding="utf-8")
    return dict(parser["Desktop Entry"])


@linux
def test_the_entry_starts_the_command_and_has_its_icon(program: Path) -> None:
    told = install()
    entry = read_entry()
    unescaped = entry["Exec"].replace("\\\\", "\\")  # every value of an entry is escaped once
    read = subprocess.run(["sh", "-c", f"printf %s {unescaped}"], capture_output=True, text=True, check=True)
    assert read.stdout == str(program), "in double quotes an entry is read as a shell reads it"
    assert entry["TryExec"].replace("\\\\", "\\") == str(program)
    assert (entry["Type"], entry["Name"], entry["Icon"], entry["Terminal"]) == ("Application", "Puppet", APPLICATION, "false")
    icon = share() / "icons" / "hicolor" / f"{ICON_SIDE}x{ICON_SIDE}" / "apps" / f"{APPLICATION}.png"
    picture = read_picture(icon)
    assert picture.shape[:2] == (ICON_SIDE, ICON_SIDE) and len(set(map(tuple, picture.reshape(-1, 3).tolist()))) > 2
    assert all(str(path) in " ".join(told) for path in (icon, share() / "applications"))


@linux
@pytest.mark.usefixtures("program")
def test_it_is_written_anew_and_goes_again() -> None:
    install()
    install()
    assert len(remove()) == 2
    assert [path for path in share().rglob("*") if path.is_file()] == []
    assert remove() == ["There is no desktop entry to remove."]


@linux
def test_without_an_installed_command_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(PuppetError, match=r"no command .*puppet-live"):
        install()
    assert not share().exists()


@linux
def test_a_path_that_launchers_misread_is_refused(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = program.parent.with_name("50% of it")
    program.parent.rename(folder)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    with pytest.raises(PuppetError, match="per cent sign"):
        install()


@linux
@pytest.mark.usefixtures("program")
def test_a_folder_that_can_not_be_written_is_told() -> None:
    share().mkdir(parents=True)
    (share() / "icons").write_text("a file in the way")
    with pytest.raises(MediaError, match=r"no folder .*icons"):
        install()


@pytest.mark.parametrize(("platform", "name"), [("darwin", "macOS"), ("win32", "Windows")])
def test_elsewhere_it_says_so(platform: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for act in (install, remove):
        with pytest.raises(PuppetError, match=f"{name} has no desktop entries"):
            act()


@linux
def test_the_command_installs_removes_and_the_window_says_the_same_name() -> None:
    program = (
        "import sys; from ui.live_command import main; from ui.display import open_application; "
        "application = open_application(); print(application.desktopFileName(), application.windowIcon().isNull()); main()"
    )
    for option, words in (("--install-desktop-entry", "Wrote"), ("--remove-desktop-entry", "Removed")):
        run = subprocess.run([sys.executable, "-c", program, option], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert run.stdout.startswith(f"{APPLICATION} False\n{words}")
