"""Drivers of virtual cameras: exact steps where one is missing, and the meaning of their refusals."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from puppet.outputs.virtual_drivers import OBS_KEY, UNITY_KEY, explain_missing, explain_refusal, list_extensions, list_registered


@pytest.mark.parametrize(
    ("platform", "steps"),
    [
        ("linux", ("sudo apt install v4l2loopback-dkms", 'sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label="Puppet"',
                   "/etc/modules-load.d/v4l2loopback.conf", "/etc/modprobe.d/v4l2loopback.conf")),
        ("darwin", ("OBS Studio 30", "Start Virtual Camera", "System Settings")),
        ("win32", ("OBS Studio", "UnityCapture", "Install.bat")),
        ("sunos5", ("Record to a file",)),
    ],
)  # fmt: skip
def test_each_platform_has_its_steps(platform: str, steps: tuple[str, ...]) -> None:
    sentence, hint = explain_missing(platform)
    assert sentence.endswith(".")
    assert all(step in hint for step in steps)


@pytest.mark.parametrize(
    ("platform", "reason"),
    [
        ("linux", "'v4l2loopback' backend: Device /dev/video10 is already in use."),
        ("linux", "'v4l2loopback' backend: Virtual camera device /dev/video10 could not be configured: Device or resource busy"),
        ("darwin", "'obs' backend: Couldn't start stream"),
        (
            "win32",
            "'obs' backend: virtual camera output could not be started\n'unitycapture' backend: No camera registered. Did you install?",
        ),
    ],
)
def test_a_device_in_use_is_told_with_what_frees_it(platform: str, reason: str) -> None:
    told = explain_refusal(platform, "Puppet", reason)
    assert told.sentence == "Puppet is used by another program."
    assert told.hint


def test_a_name_that_the_drivers_do_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.outputs.virtual_drivers.list_virtual_cameras", lambda: ["OBS Virtual Camera"])
    supported = "'obs' backend: This backend supports only the 'OBS Virtual Camera' device."
    reason = f"{supported}\n'unitycapture' backend: No camera registered with this name."
    told = explain_refusal("win32", "Old one", reason)
    assert told.sentence == "There is no virtual camera Old one."
    assert "OBS Virtual Camera" in told.hint


def test_any_other_refusal_is_told_in_the_drivers_words() -> None:
    told = explain_refusal("linux", "Puppet", "'v4l2loopback' backend: Device /dev/video10 is not a V4L2 device.")
    assert told.sentence == "Puppet can't be opened: Device /dev/video10 is not a V4L2 device."


def test_windows_cameras_are_read_from_its_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    classes = {OBS_KEY: "OBS Virtual Camera", UNITY_KEY % 0x10: "Unity Video Capture ", UNITY_KEY % 0x12: "Second"}

    def query_value(root: int, key: str) -> str:
        if key not in classes:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return classes[key]

    monkeypatch.setitem(sys.modules, "winreg", SimpleNamespace(HKEY_CLASSES_ROOT=1, QueryValue=query_value))
    assert list_registered() == ["OBS Virtual Camera", "Unity Video Capture", "Second"]
    classes.clear()
    assert list_registered() == []


def test_macos_camera_is_listed_once_obs_has_installed_it(tmp_path: Path) -> None:
    assert list_extensions(tmp_path) == []
    (tmp_path / "Library/SystemExtensions/4F3A/com.obsproject.obs-studio.mac-camera-extension.systemextension").mkdir(parents=True)
    assert list_extensions(tmp_path) == ["OBS Virtual Camera"]
