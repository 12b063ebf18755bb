"""What a page for others must not tell."""

import pytest

from ui.doctor.discretion import Discretion, device_words

ADA = Discretion("/home" + "/ada", "ada", "lovelace.example")
WINDOWS = Discretion("C:" + "\\Users\\ada", "ada", "PC-OF-ADA")


@pytest.mark.parametrize(
    ("who", "told", "shown"),
    [
        (ADA, "/home" + "/ada/.cache/puppet", "~/.cache/puppet"),
        (ADA, "in /home" + "/ada.", "in ~."),
        (ADA, "/home" + "/adam/models", "/home" + "/adam/models"),
        (ADA, "/media/ada/stick and /srv/ada", "/media/USER/stick and /srv/USER"),
        (ADA, "Ada is logged in on lovelace", "USER is logged in on HOST"),
        (ADA, "adapter of lovelace.example:0", "adapter of HOST:0"),
        (WINDOWS, "C:" + "\\Users\\ada\\puppet", "~\\puppet"),
        (WINDOWS, "pc-of-ada", "HOST"),
        (Discretion("/root", "root", "debian"), "root of Debian in /root" + "/x", "root of Debian in ~/x"),
        (Discretion("/", "", ""), "/etc/os-release", "/etc/os-release"),
    ],
)
def test_names_and_home_are_taken_out(who: Discretion, told: str, shown: str) -> None:
    assert who.words(told) == shown


def test_every_text_of_the_data_is_treated() -> None:
    data = {"home": [{"folder": "/home" + "/ada/x"}], "count": 3, "none": None, "on": True}
    assert ADA.everywhere(data) == {"home": [{"folder": "~/x"}], "count": 3, "none": None, "on": True}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada's iPhone Camera", "someone's iPhone Camera"),
        ("Ada Lovelace’s AirPods", "someone's AirPods"),
        ("UVC Camera (046d:0825)", "UVC Camera (046d:0825)"),
        ("Capture 00DEADBEEF12", "Capture …"),
        ("Integrated Webcam HD", "Integrated Webcam HD"),
    ],
)
def test_owner_and_serial_number_of_a_device_are_left_out(name: str, shown: str) -> None:
    assert device_words(name) == shown
