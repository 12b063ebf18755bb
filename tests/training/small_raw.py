"""A raw folder of drawn videos in several layouts, and a preparation that suits them."""

from pathlib import Path

import numpy as np

from puppet.demo import GROUND, demo_frames
from puppet.picture import Picture
from tests.media import make_video
from training.preparing.preparation import Preparation

RATE = 10
WIDTH, HEIGHT = 160, 120
WISH = Preparation(side=64, min_seconds=0.5, min_crop=32, max_blur=1.0, val_share=0.0)


def drawn(seconds: float) -> list[Picture]:
    """Frames of the drawn driver."""
    return list(demo_frames(seconds, RATE, WIDTH, HEIGHT))


def elsewhere(frames: list[Picture]) -> list[Picture]:
    """The same frames in another light: red and blue change places."""
    return [np.ascontiguousarray(frame[..., ::-1]) for frame in frames]


def empty(count: int) -> list[Picture]:
    """Frames of the same ground, without a face."""
    return [np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)] * count


def video(path: Path, frames: list[Picture]) -> Path:
    """The frames as a video, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return make_video(path, frames, rate=RATE)


def write_raw(folder: Path) -> Path:
    """Two people as in VoxCeleb, a loose clip with a cut in it, an empty room, and one video that is none."""
    frames = drawn(1.2)
    video(folder / "id10001" / "abc" / "00001.mp4", frames)
    video(folder / "id10002" / "abc" / "00001.mp4", frames[:8])
    video(folder / "two shots#x.mp4", [*frames[:6], *elsewhere(frames[6:])])
    video(folder / "deep" / "er" / "empty.mov", empty(10))
    (folder / "page.mp4").write_text("<html>gone</html>")
    (folder / "notes.txt").write_text("no video")
    return folder
