"""From a name to a camera, a stream, a clip or a picture, and what drives where there is none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.assets import driving_clip
from puppet.cameras import camera_choice
from puppet.cameras.camera import Camera, DeviceCamera
from puppet.cameras.camera_choice import choose_camera, demo_camera
from puppet.cameras.clip_camera import ClipCamera
from puppet.errors import CameraError, MediaError
from puppet.live.timings import Timings
from puppet.media.picture_file import write_picture
from puppet.settings import CameraSettings
from tests.media import level, make_video, steps
from tests.puppet.cameras.devices import STICK, WEBCAM, System


def choose(source: str = "", heard: list[str] | None = None, *, fallback: bool = True) -> Camera:
    return choose_camera(CameraSettings(source=source), Timings(), (heard if heard is not None else []).append, fallback=fallback)


def levels(camera: Camera, count: int) -> list[int]:
    """Which of `steps` the next frames show."""
    frames = [camera.read() for _ in range(count)]
    return [level(frame.picture) for frame in frames if frame is not None]


def test_without_any_camera_the_bundled_clip_drives_and_says_why(system: System) -> None:
    system.plug()
    heard: list[str] = []
    camera = choose("", heard)
    assert heard == ["No camera was found. The bundled clip drives instead."]
    assert camera.words == f"the bundled clip {driving_clip().name}, because no camera was found"
    assert camera.read() is not None
    camera.close()


def test_without_the_numbered_camera_the_bundled_clip_drives_and_says_why() -> None:
    heard: list[str] = []
    camera = choose("63", heard)
    assert heard == ["Camera 63 can't be opened. The bundled clip drives instead."]
    assert camera.words == f"the bundled clip {driving_clip().name}, because camera 63 can't be opened"
    camera.close()


@pytest.mark.parametrize("source", ["", "63"])
def test_nothing_drives_instead_where_that_is_not_wanted(system: System, source: str) -> None:
    system.plug()
    system.device.opens = False
    heard: list[str] = []
    with pytest.raises(CameraError):
        choose(source, heard, fallback=False)
    assert not heard


def test_nothing_drives_instead_of_what_is_named_in_full(system: System) -> None:
    system.device.opens = False
    system.plug(WEBCAM)
    for source in ("http://192.0.2.7/", str(system.folder / "video0"), str(system.folder / "video7")):
        with pytest.raises(CameraError):
            choose(source)


def test_the_demo_can_be_had_on_its_own() -> None:
    camera = demo_camera(Timings())
    assert camera.words == f"the bundled clip {driving_clip().name}"
    camera.close()


def test_a_camera_is_chosen_by_name(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    system.plug(WEBCAM, STICK)
    monkeypatch.setattr(camera_choice, "list_cameras", lambda: [WEBCAM, STICK])
    assert choose("Stick").words.startswith("camera 2 (Stick), ")
    assert choose(STICK.identity).words.startswith("camera 2 (Stick), ")


def test_a_file_with_the_name_of_a_camera_is_a_file(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_choice, "list_cameras", lambda: [STICK])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Stick").mkdir()
    write_picture(tmp_path / "Stick" / "0.png", steps(1)[0])
    assert isinstance(choose("Stick"), ClipCamera)


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(MediaError, match="no file"):
        choose("absent.mp4")


def test_a_folder_of_pictures_drives(tmp_path: Path) -> None:
    for index, picture in enumerate(steps(3)):
        write_picture(tmp_path / f"{index}.png", picture)
    camera = choose(str(tmp_path))
    camera.open()
    assert levels(camera, 4) == [0, 1, 2, 0]


@pytest.mark.parametrize(("name", "codec"), [("driver.mp4", "libx264"), ("driver.gif", "gif"), ("driver.mkv", "libx264")])
def test_a_video_and_a_gif_drive_over_and_over(tmp_path: Path, name: str, codec: str) -> None:
    camera = choose(str(make_video(tmp_path / name, steps(3), codec=codec)))
    assert camera.words == f"the clip {name}, 64x48 at 25 frames per second"
    camera.open()
    assert levels(camera, 7) == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_still_picture_drives_without_an_end(tmp_path: Path, suffix: str) -> None:
    write_picture(tmp_path / f"still{suffix}", steps(2)[1])
    camera = choose(str(tmp_path / f"still{suffix}"))
    assert levels(camera, 3) == [1, 1, 1]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep still."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder at an address of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_stream_drives_by_its_address(tmp_path: Path) -> None:
    make_video(tmp_path / "stream.mp4", steps(5))
    with served(tmp_path) as address:
        camera = choose(f"{address}/stream.mp4")
        assert isinstance(camera, DeviceCamera)
        assert camera.words.startswith(f"camera {address}/stream.mp4, 64x48")
        frame = camera.read()
        assert frame is not None
        assert np.ptp(frame.picture) < 20
        camera.close()


def test_an_address_without_a_stream_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_text("<p>Not found</p>")
    with served(tmp_path) as address:
        for name in ("page.html", "absent.mp4"):
            with pytest.raises(CameraError, match=r"can't be opened\. Check the address and the network\."):
                choose(f"{address}/{name}")
    assert capfd.readouterr().err == ""
