"""Microphones: the list, opening, hearing and closing, on a sound system that is silent but keeps time, and words where one fails."""

import ctypes
import sys
import time
from collections.abc import Iterator
from typing import Any

import miniaudio
import numpy as np
import pytest

from puppet.errors import OutputError
from puppet.media.live_sound import Heard
from puppet.outputs import microphone
from puppet.outputs.microphone import DEFAULT, Microphone, MicrophoneInfo, list_microphones
from tests.live_parts import eventually

SILENT = "NULL Capture Device"
"""miniaudio's device that needs none."""


def can_load(library: str) -> bool:
    """Whether a library of the system is here."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@pytest.fixture(autouse=True)
def silent_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A sound system without hardware."""
    monkeypatch.setattr(microphone, "BACKENDS", {sys.platform: ("NULL",)})
    yield


def name_devices(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the sound system have devices of these names."""

    class Devices:
        def __init__(self, backends: list[Any]) -> None:
            assert backends

        def get_captures(self) -> list[dict[str, Any]]:
            return [{"name": name, "id": None} for name in names]

    monkeypatch.setattr(miniaudio, "Devices", Devices)


def test_the_systems_choice_is_listed_first() -> None:
    assert list_microphones() == [MicrophoneInfo(DEFAULT, "The system's microphone"), MicrophoneInfo(SILENT, SILENT)]


def test_names_are_told_apart_and_loudspeakers_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    name_devices(monkeypatch, "Monitor of Speakers", "Webcam", "Built-in", "Webcam")
    assert [each.source for each in list_microphones()] == [DEFAULT, "Webcam", "Built-in", "Webcam (2)", "Monitor of Speakers"]


@pytest.mark.skipif(not can_load("libasound.so.2"), reason="needs ALSA's library")
def test_what_alsa_has_to_say_is_kept_from_the_terminal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(microphone, "BACKENDS", {sys.platform: ("ALSA",)})
    list_microphones()
    stream = ctypes.c_void_p()
    assert ctypes.CDLL("libasound.so.2").snd_pcm_open(ctypes.byref(stream), b"a device that is not there", 1, 0) < 0
    assert capfd.readouterr().err == ""


def test_a_system_without_alsa_needs_no_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "ALSA", "libabsent.so.9")
    microphone._quieten_alsa()


def test_alsas_device_that_hears_nothing_is_no_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    name_devices(monkeypatch, "Discard all samples (playback) or generate zero samples (capture)")
    assert list_microphones() == []


def test_without_a_microphone_the_list_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    name_devices(monkeypatch)
    assert list_microphones() == []


@pytest.mark.parametrize("source", [DEFAULT, SILENT])
def test_it_hears_all_the_time_until_it_is_closed(source: str) -> None:
    begun = time.perf_counter()
    heard: list[Heard] = []
    ears = Microphone(source)

    def listened() -> bool:
        heard.extend(ears.hear())
        return len(heard) >= 10

    try:
        eventually(listened)
        assert ears.silent_for < 0.5
    finally:
        ears.close()
    ended = time.perf_counter()
    ears.close()
    assert all(piece.samples.dtype == np.int16 and len(piece.samples) == 960 for piece in heard)
    times = [piece.until for piece in heard]
    assert times == sorted(times)
    assert begun < times[0] <= times[-1] < ended
    ears.hear()
    time.sleep(0.06)
    assert ears.hear() == []


def test_what_nobody_asks_for_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "KEPT", 3)
    ears = Microphone(DEFAULT)
    time.sleep(0.2)
    ears.close()
    assert len(ears.hear()) == 3


def test_a_microphone_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    name_devices(monkeypatch, "Webcam")
    with pytest.raises(OutputError, match=r"There is no microphone Built-in\.") as caught:
        Microphone("Built-in")
    assert "Webcam" in caught.value.hint


def test_one_that_can_not_be_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise miniaudio.MiniaudioError("failed to init device", -19)

    monkeypatch.setattr(miniaudio, "CaptureDevice", refuse)
    with pytest.raises(OutputError, match=r"The system's microphone can't be opened: failed to init device\.") as caught:
        Microphone(DEFAULT)
    assert caught.value.hint


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(OutputError, match="Microphones need miniaudio"):
        Microphone(DEFAULT)


def test_without_a_sound_system_there_is_none_and_opening_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """JACK stands for a sound system that is not there."""
    monkeypatch.setattr(microphone, "BACKENDS", {sys.platform: ("JACK",)})
    assert list_microphones() == []
    with pytest.raises(OutputError, match="can't be opened"):
        Microphone(DEFAULT)
