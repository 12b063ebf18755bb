"""The page as a person pastes it."""

import re

import pytest

from engines.nvidia.graphics_cards import Card
from puppet.errors import CameraError
from puppet.outputs.virtual_drivers import LOAD, STEPS
from tests.ui.doctor.machines import H100, RTX_3060, WEBCAM, Runtime, engines, graphics, installation, machine, video
from ui.doctor.page import HEADLINE, WIDTH, page
from ui.doctor.part import EVERYTHING
from ui.doctor.report import Belongings, Engines, Extra, Finding, Report
from ui.doctor.sections import TITLES


def typed(text: str) -> str:
    """A page as a shell or a search would take it: in one line."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    "report",
    [
        Report(),
        machine(),
        machine(video=video(WEBCAM, virtual=[], platform="linux")),
        machine(graphics=graphics(RTX_3060, H100, cards=[Card("NVIDIA GeForce RTX 3060", "1", "nvidia 580.95")], release="580.95")),
        machine(engines=Engines(unknown={EVERYTHING: "the process that looked was ended by SIGSEGV"})),
    ],
    ids=["nothing known", "laptop", "steps", "cards", "crash"],
)
def test_page_survives_pasting(report: Report) -> None:
    """Indented by four, Markdown shows it as written; plain, so that any font and mailer does; narrow, so that none breaks its lines."""
    lines = page(report).splitlines()
    assert lines[0] == ""
    assert all(line.startswith("    ") for line in lines if line)
    assert max(map(len, lines)) <= WIDTH <= 100
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "".join(lines))
    assert all(line == line.rstrip() for line in lines)
    assert lines[1].strip() == HEADLINE
    assert lines[-1].strip().startswith("Verdict:") or "Verdict:" in "\n".join(lines[-5:])


def test_sections_come_in_order_with_every_fact() -> None:
    told = page(machine())
    places = [told.index(f"\n    {title}\n") for title in TITLES.values()]
    assert places == sorted(places)
    for fact in (
        "Ubuntu 24.04 LTS",
        "GNOME, Wayland",
        "32.0 GiB",
        "openvino 2026.4.1",
        "640x480 at 30 (YUYV)",
        "Puppet (/dev/video10)",
        "10 bundled",
    ):
        assert fact in typed(told)


def test_extra_of_which_another_brought_a_part_is_not_called_incomplete() -> None:
    """tensorrt shares cuda-python with rtx."""
    rtx = Extra(name="rtx", packages={"tensorrt-rtx": "1.7.1", "cuda-python": "13.4.4"})
    classic = Extra(name="tensorrt", packages={"cuda-python": "13.4.4"}, lacks=["tensorrt"])
    told = typed(page(machine(puppet=installation().model_copy(update={"extras": [rtx, classic]}))))
    assert "tensorrt: not installed To install one, by its name: pip install -e '.[NAME]'" in told
    half = rtx.model_copy(update={"packages": {"cuda-python": "13.4.4"}, "lacks": ["tensorrt-rtx"]})
    told = typed(page(machine(puppet=installation().model_copy(update={"extras": [half]}))))
    assert "rtx: incomplete, lacks tensorrt-rtx" in told


def test_the_line_that_installs_extras_is_told_only_where_one_is_missing() -> None:
    assert "To install one" not in page(machine())


def test_camera_in_use_is_told_beside_its_name() -> None:
    busy = CameraError("Camera 0 (Integrated Webcam) is in use by zoom (process 4711).", "Close it there.")
    assert "0: Integrated Webcam; is in use by zoom (process 4711)\n" in page(machine(video=video(WEBCAM, refused=busy)))


def test_verdict_is_the_last_line() -> None:
    assert page(machine()).splitlines()[-1].strip() == "Verdict: live use is possible here, on openvino CPU in f32."


def test_what_stops_stands_under_its_own_heading() -> None:
    told = page(machine(puppet=installation().model_copy(update={"lacks": ["av"]}), video=video()))
    first, second = told.index("To be mended before anything runs"), told.index("Worth knowing")
    assert first < told.index("1. The package av") < second < told.index("1. No camera was found")
    assert "Verdict: live use is NOT possible here" in told


def test_what_could_not_be_found_out_is_a_line() -> None:
    told = page(machine(belongings=Belongings(settings="~/settings.toml", unknown={"portraits_trouble": "OSError: no disk"})))
    assert "portraits trouble" in told
    assert "could not be found out: OSError: no disk" in typed(told)


def test_part_without_an_answer_shows_nothing_else() -> None:
    told = page(machine(engines=Engines(unknown={EVERYTHING: "no answer in time"})))
    section = told[told.index("\n    Engines\n") : told.index("\n    Models\n")]
    assert typed(section) == "Engines everything could not be found out: no answer in time"


def test_commands_are_not_broken_within() -> None:
    """What is copied line by line must be what is meant: a line ends after an operator of the shell or not at all."""
    told = page(machine(video=video(WEBCAM, virtual=[], platform="linux")))
    lines = [line.strip() for line in told.splitlines()]
    assert LOAD in "\n".join(lines)
    assert "echo 'options v4l2loopback devices=1 exclusive_caps=1 card_label=\"Puppet\"' |" in lines
    assert "sudo tee /etc/modprobe.d/v4l2loopback.conf" in lines
    assert typed(STEPS["linux"][1]) in typed(told)


@pytest.mark.parametrize(
    "fix",
    [
        "Install what is missing: cd ~/a/long/folder/that/takes/half/of/the/line && .venv/bin/python -m pip install -e '.[rtx]'",
        "It belongs to the group: sudo usermod -a -G video with/a/long/tail/of/words/that/goes/on/and/on. Then log out and in again.",
    ],
)
def test_long_fix_keeps_its_command_together(fix: str) -> None:
    report = machine().model_copy(update={"findings": [Finding(says="Something is wrong.", fix=fix)]})
    lines = [line.strip() for line in page(report).splitlines()]
    whole = fix.partition(": ")[2].partition(". ")[0]
    pieces = re.split(r"(?<=&&) ", whole)
    assert all(any(piece in line for line in lines) for piece in pieces)


def test_long_name_of_a_runtime_gets_a_line_of_its_own() -> None:
    told = page(machine(engines=engines(Runtime("tensorrt-rtx", "1.7.1.116", error=RuntimeError("no luck")))))
    assert "      tensorrt-rtx 1.7.1.116\n                  RuntimeError: no luck\n" in told
