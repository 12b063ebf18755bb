"""What Puppet says of its own installation, and the line that installs an extra there."""

import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from ui.doctor.installation import install_line, look_at_installation

REQUIREMENTS = (
    "av>=16",
    "winthing>=1; sys_platform == 'win32'",
    "unixthing; sys_platform != 'win32'",
    "PySide6-Essentials<6.12,>=6.7; python_version < '3.12'",
    "PySide6-Essentials>=6.7; python_version >= '3.12'",
    "tensorrt-rtx>=1.2; extra == 'rtx'",
    "cuda-python>=12.8; extra == 'rtx'",
    'pynput>=1.8; extra == "keys"',
    "torch==2.13.0; extra == 'training'",
)


def installed(*names: str) -> Callable[[str], str]:
    def version(name: str) -> str:
        if name not in names:
            raise PackageNotFoundError(name)
        return "1.0"

    return version


def test_packages_and_extras_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.doctor.installation.sys.platform", "linux")
    found = look_at_installation(lambda: REQUIREMENTS, installed("av", "PySide6-Essentials", "tensorrt-rtx"), tmp_path)
    assert found.packages == {"av": "1.0", "PySide6-Essentials": "1.0"}
    assert found.lacks == ["unixthing"]
    rtx, tensorrt, keys = found.extras
    assert (rtx.packages, rtx.lacks) == ({"tensorrt-rtx": "1.0"}, ["cuda-python"])
    assert (tensorrt.packages, tensorrt.lacks) == ({}, [])
    assert keys.lacks == ["pynput"]
    assert found.unknown == {}


def test_installation_without_its_list_is_told(tmp_path: Path) -> None:
    def none() -> tuple[str, ...]:
        raise PackageNotFoundError("puppet")

    found = look_at_installation(none, installed(), tmp_path)
    assert set(found.unknown) == {"packages", "lacks", "extras"}
    assert found.version


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def test_line_in_an_active_environment(checkout: Path) -> None:
    places, environment = (str(checkout / ".venv"), "/usr", str(checkout / ".venv/bin/python")), {"VIRTUAL_ENV": str(checkout / ".venv")}
    assert install_line("rtx", checkout, here=checkout, environment=environment, places=places, windows=False) == "pip install -e '.[rtx]'"
    assert install_line("rtx", checkout, here=checkout, environment=environment, places=places, windows=True) == 'pip install -e ".[rtx]"'
    assert install_line("", checkout, here=checkout, environment=environment, places=places) == "pip install -e ."
    elsewhere = install_line("rtx", checkout, here=Path("/"), environment=environment, places=places, windows=False)
    assert elsewhere == f"cd {checkout} && pip install -e '.[rtx]'"


def test_line_calls_the_right_python_where_no_environment_is_active(checkout: Path) -> None:
    places = (str(checkout / ".venv"), "/usr", str(checkout / ".venv/bin/python"))
    line = install_line("rtx", checkout, here=checkout, environment={}, places=places, windows=False)
    assert line == ".venv/bin/python -m pip install -e '.[rtx]'"


def test_line_of_an_installed_package(tmp_path: Path, home: Path) -> None:
    places = (str(home / "env"), "/usr", str(home / "env/bin/python"))
    line = install_line("keys", tmp_path, here=tmp_path, environment={}, places=places, windows=False)
    assert line == "~/env/bin/python -m pip install 'puppet[keys]'"


def test_source_names_the_commit_and_that_files_were_changed(checkout: Path) -> None:
    def git(*words: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(checkout), *names, *words], check=True, capture_output=True)

    def source() -> str:
        return look_at_installation(lambda: (), installed(), checkout).source

    assert source().endswith("no commit known")
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    assert source().startswith(f"checkout in {checkout}, commit ")
    assert "changed" not in source()
    (checkout / "pyproject.toml").write_text("# changed")
    assert source().endswith("changed since")
