"""The virtual camera: one size and one pace whatever comes, nobody's face by accident, and words for each way it can fail."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvirtualcam.camera

from puppet.cameras.live_frame import LiveFrame
from puppet.errors import OutputError
from puppet.live.pipeline import Pipeline
from puppet.live.shown import NOBODY, Shown, State
from puppet.outputs import loopback
from puppet.outputs.fit import fit_picture
from puppet.outputs.virtual_camera import STARTING, VirtualCamera
from puppet.outputs.words_card import words_card
from puppet.picture import Picture, freeze
from puppet.settings import Fit, OutputSettings
from tests.live_parts import FakeCamera, eventually, puppeteer
from tests.virtual_driver import RecordingDriver, install_driver, plug_in

WIDTH, HEIGHT = 160, 90


def settings(**fields: Any) -> OutputSettings:
    return OutputSettings(width=WIDTH, height=HEIGHT, rate=60, **fields)


def half_white(width: int = 64, height: int = 64) -> Picture:
    """White on its left side."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = 255
    return freeze(picture)


def shown(image: Picture, state: State = "live", driver: Picture | None = None) -> Shown:
    return Shown(None if driver is None else LiveFrame(driver, 0.0), 0.0, NOBODY, image, state)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[RecordingDriver]:
    """A Linux with one virtual camera, and what was opened of it."""
    plug_in(monkeypatch, tmp_path, "Puppet")
    return install_driver(monkeypatch)


def camera(**fields: Any) -> VirtualCamera:
    return VirtualCamera(settings(**fields), lambda words: None)


def test_opens_at_the_first_picture_and_tells_what_it_is_called(opened: list[RecordingDriver], tmp_path: Path) -> None:
    told: list[str] = []
    sink = VirtualCamera(settings(), told.append)
    assert not opened
    sink.show(None)
    sink.show(None)
    (device,) = opened
    assert (device.width, device.height, device.fps, device.device()) == (WIDTH, HEIGHT, 60, str(tmp_path / "video0"))
    assert told == [f"Puppet ({tmp_path / 'video0'})"]
    assert (sink.rate, sink.backlog, sink.sent, sink.advice) == (60, 0, 2, "")
    sink.close()
    sink.close()
    assert not device.is_open


def test_without_a_picture_it_shows_that_it_starts(opened: list[RecordingDriver]) -> None:
    sink = camera(mirror=True)
    sink.show(None)
    assert np.array_equal(opened[0].pictures[0], words_card(STARTING, WIDTH, HEIGHT))


def test_every_picture_is_brought_to_its_size(opened: list[RecordingDriver]) -> None:
    sink = camera(fit="blur")
    images = [half_white(), half_white(640, 480), half_white(WIDTH, HEIGHT), half_white(64, 200)]
    for image in images:
        sink.show(shown(image))
    assert sink.sent == 4
    for sent, image in zip(opened[0].pictures, images, strict=True):
        assert np.array_equal(sent, fit_picture(image, WIDTH, HEIGHT, "blur"))


def test_the_same_picture_again_and_again_is_fitted_once(opened: list[RecordingDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[Picture] = []

    def fit(picture: Picture, width: int, height: int, how: Fit) -> Picture:
        fitted.append(picture)
        return fit_picture(picture, width, height, how)

    monkeypatch.setattr("puppet.outputs.virtual_camera.fit_picture", fit)
    sink, image = camera(), half_white()
    for _ in range(5):
        sink.show(shown(image))
    assert len(fitted) == 1
    assert len(opened[0].pictures) == 5
    sink.show(shown(half_white()))
    assert len(fitted) == 2


def test_what_can_be_adjusted_holds_from_the_next_picture_and_size_and_pace_stay(opened: list[RecordingDriver]) -> None:
    sink, image = camera(), half_white(WIDTH, HEIGHT)
    sink.show(shown(image))
    sink.adjust(settings(mirror=True))
    sink.show(shown(image))
    sink.adjust(OutputSettings(width=640, height=480, rate=5))
    sink.show(shown(image))
    plain, mirrored, after = opened[0].pictures
    assert np.array_equal(plain, image)
    assert np.array_equal(mirrored, image[:, ::-1])
    assert np.array_equal(after, image)
    assert (len(opened), sink.rate) == (1, 60)


def test_the_test_card_moves_and_shows_whether_all_is_mirrored(opened: list[RecordingDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    sink, image = camera(test_card=True), half_white()
    for now in (1.0, 1.5, 5.0):
        monkeypatch.setattr("puppet.outputs.virtual_camera.perf_counter", lambda now=now: now)
        sink.show(shown(image))
    assert not np.array_equal(opened[0].pictures[0], opened[0].pictures[1])
    sink.adjust(settings(test_card=True, mirror=True))
    sink.show(shown(image))
    assert np.array_equal(opened[0].pictures[2], opened[0].pictures[3][:, ::-1])


@pytest.mark.parametrize("state", ["live", "settling", "no face", "camera lost", "take", "engine trouble"])
def test_the_driver_is_never_seen(opened: list[RecordingDriver], state: State) -> None:
    driver = freeze(np.full((HEIGHT, WIDTH, 3), (250, 3, 7), np.uint8))
    sink, image = camera(), half_white(WIDTH, HEIGHT)
    sink.show(None)
    sink.show(shown(image, state, driver))
    sink.adjust(settings(test_card=True))
    sink.show(shown(image, state, driver))
    assert not any((picture == driver).all(axis=2).any() for picture in opened[0].pictures)


def test_the_real_face_is_seen_when_it_is_what_is_shown(opened: list[RecordingDriver]) -> None:
    driver = half_white(WIDTH, HEIGHT)
    camera().show(shown(driver, "real face", driver))
    assert np.array_equal(opened[0].pictures[0], driver)


def test_in_a_run_it_keeps_its_pace_before_and_after_pictures_come(opened: list[RecordingDriver]) -> None:
    gate = FakeCamera(burst=3)
    sink = camera()
    with Pipeline(lambda: gate, puppeteer, [sink]):
        eventually(lambda: sink.sent >= 60)
    (device,) = opened
    assert not device.is_open
    assert {picture.shape for picture in device.pictures} == {(HEIGHT, WIDTH, 3)}
    assert np.array_equal(device.pictures[0], words_card(STARTING, WIDTH, HEIGHT))
    assert not np.array_equal(device.pictures[-1], device.pictures[0])


def test_a_device_that_vanishes_is_told(opened: list[RecordingDriver], tmp_path: Path) -> None:
    sink = camera()
    sink.show(None)
    (tmp_path / "video0").unlink()
    with pytest.raises(OutputError, match="video0 is gone"):
        sink.show(None)
    sink.close()
    assert not opened[0].is_open


def test_a_driver_that_fails_while_it_sends_is_told(opened: list[RecordingDriver]) -> None:
    sink = camera()
    sink.show(None)
    opened[0].failure = RuntimeError("Stream does not exist.")
    with pytest.raises(OutputError, match=r"takes no more pictures: Stream does not exist\."):
        sink.show(None)
    assert sink.sent == 1


def test_without_the_module_the_steps_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plug_in(monkeypatch, tmp_path)
    install_driver(monkeypatch)
    with pytest.raises(OutputError, match="v4l2loopback is not loaded") as caught:
        camera().show(None)
    assert 'sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label="Puppet"' in caught.value.hint


def test_the_first_device_that_is_free_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = plug_in(monkeypatch, tmp_path, "Other", "Puppet")
    busy = f"Virtual camera device {first} could not be configured: Device or resource busy"
    opened = install_driver(monkeypatch, **{str(first): busy})
    camera().show(None)
    assert opened[0].device() == str(second)
    with pytest.raises(OutputError, match=r"Other \(.*video0\) is used by another program"):
        camera(device="Other").show(None)


@pytest.mark.parametrize("device", ["Puppet", "1", "PATH"])
def test_a_device_is_found_by_name_number_or_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, device: str) -> None:
    paths = plug_in(monkeypatch, tmp_path, "Other", "Puppet")
    opened = install_driver(monkeypatch)
    camera(device=device.replace("PATH", str(paths[1]))).show(None)
    assert opened[0].device() == str(paths[1])


def test_a_device_that_says_it_takes_nothing_is_healed_first_and_left_healed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (path,) = plug_in(monkeypatch, tmp_path, "Puppet", takes=False)
    healed: list[Path] = []
    monkeypatch.setattr(loopback, "heal", healed.append)
    opened = install_driver(monkeypatch)
    sink = camera()
    sink.show(None)
    assert healed == [path]
    assert [device.device() for device in opened] == [str(path)]
    sink.close()
    sink.close()
    assert healed == [path, path]


def test_a_device_that_chrome_does_not_list_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plug_in(monkeypatch, tmp_path, "Puppet", exclusive=False)
    install_driver(monkeypatch)
    told: list[str] = []
    sink = VirtualCamera(settings(), told.append)
    sink.show(None)
    assert "Chrome and Zoom do not list" in told[0]
    assert "exclusive_caps=1" in sink.advice


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_the_driver_chooses(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    opened = install_driver(monkeypatch, platform)
    told: list[str] = []
    VirtualCamera(settings(), told.append).show(None)
    assert told == ["OBS Virtual Camera"]
    assert len(opened[0].pictures) == 1


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_a_missing_driver_has_its_steps(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    install_driver(monkeypatch, platform, first="OBS Virtual Camera device not found! Did you install OBS?")
    with pytest.raises(OutputError, match="There is no virtual camera") as caught:
        camera().show(None)
    assert "obsproject.com" in caught.value.hint


def test_what_the_real_driver_says_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pyvirtualcam's own Linux driver, on a file that is a device but no camera."""
    if "v4l2loopback" not in pyvirtualcam.camera.BACKENDS:
        pytest.skip("v4l2loopback is Linux's")
    plug_in(monkeypatch, tmp_path, "Puppet")
    with pytest.raises(OutputError, match=r"Puppet \(.*video0\) can't be opened: Device capabilities of .* could not be queried"):
        camera().show(None)


def test_a_wrong_picture_would_be_refused_by_the_real_front(opened: list[RecordingDriver]) -> None:
    """The tests above see what pyvirtualcam lets through, not what it is given."""
    front = pyvirtualcam.Camera(WIDTH, HEIGHT, 30)
    with pytest.raises(ValueError, match="unexpected frame shape"):
        front.send(np.zeros((HEIGHT + 2, WIDTH, 3), np.uint8))
    front.close()


def test_a_written_card_is_sent_sharp_and_never_mirrored(opened: list[RecordingDriver]) -> None:
    sink = camera(mirror=True)
    sink.show(shown(half_white())._replace(words="Tea"))
    assert np.array_equal(opened[0].pictures[0], words_card("Tea", WIDTH, HEIGHT))
