"""Takes: recorded, kept, refused when damaged, and played without a jump."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.contract import ModelCard
from puppet.demo import DemoAnimator
from puppet.errors import MediaError
from puppet.motion import Motion, retarget
from puppet.steering import motion_take
from puppet.steering.motion_take import LONGEST, MotionTake, TakePlayer, TakeRecorder, load_take
from tests.puppet.steering.steered_faces import assert_alike, carried, face, similarity

RATE = 30.0
NEUTRAL = face(1)


def card(name: str = "demo", count: int = 20) -> ModelCard:
    return DemoAnimator(64, count).card.model_copy(update={"name": name})


def swaying(time: float) -> Motion:
    """The driver at a time of the take: it drifts off slowly while it sways."""
    return carried(NEUTRAL, similarity(15 * math.sin(2.1 * time)), (0.02 * time, 0.1 * math.sin(3 * time)))


def recorded(seconds: float = 6.0, rate: float = RATE) -> MotionTake:
    recorder = TakeRecorder(card())
    for index in range(round(seconds * rate) + 1):
        recorder.add(swaying(index / rate), NEUTRAL, 100 + index / rate)
    return recorder.take()


def arrays(**changes: Any) -> dict[str, Any]:
    """What a take's file holds, with changes; None leaves an array out."""
    take = recorded(1.0)
    held = {
        "version": np.int64(1), "model": np.array(take.model), "times": take.times, "points": take.points, "jacobians": take.jacobians,
        "neutral_points": take.neutral.points, "neutral_jacobians": take.neutral.jacobians,
    }  # fmt: skip
    return {name: value for name, value in {**held, **changes}.items() if value is not None}


def test_what_was_recorded_is_what_is_loaded(tmp_path: Path) -> None:
    take = recorded()
    take.save(tmp_path / "take.npz")
    loaded = load_take(tmp_path / "take.npz")
    assert loaded.model == "demo" and loaded.keypoint_count == 20
    assert loaded.seconds == pytest.approx(6.0)
    assert_alike(loaded.neutral, NEUTRAL, 0)
    for name in ("times", "points", "jacobians"):
        assert np.array_equal(getattr(loaded, name), getattr(take, name))
    assert [file.name for file in tmp_path.iterdir()] == ["take.npz"]
    assert (tmp_path / "take.npz").stat().st_size < 200_000, "numbers alone"


def test_a_take_is_for_the_model_it_was_recorded_with() -> None:
    take = recorded(1.0)
    take.check(card())
    with pytest.raises(MediaError, match="recorded with the model demo, and other runs"):
        take.check(card("other"))
    with pytest.raises(MediaError, match="20 keypoints, and the model demo has 10"):
        take.check(card(count=10))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": np.int64(2)}, "version 2"),
        ({"version": np.array("new")}, "version new"),
        ({"model": None}, "no motion take"),
        ({"model": np.float64(3)}, "names no model"),
        ({"neutral_points": None}, "no motion take"),
        ({"times": np.zeros(0)}, "holds no motion"),
        ({"times": np.zeros(31)}, "don't rise"),
        ({"times": np.arange(1, 32.0)}, "don't rise from 0"),
        ({"times": np.arange(12.0)}, "its points have the shape"),
        ({"points": np.zeros((31, 20, 3), np.float32)}, "its points have the shape"),
        ({"points": np.zeros((31, 0, 2), np.float32)}, "its points have the shape"),
        ({"jacobians": np.zeros((31, 19, 2, 2), np.float32)}, "its jacobians have the shape"),
        ({"neutral_points": np.zeros((19, 2), np.float32)}, "its neutral points have the shape"),
        ({"points": np.full((31, 20, 2), np.nan, np.float32)}, "can't be"),
        ({"points": np.full((31, 20, 2), 1e300)}, "can't be"),
        ({"points": np.zeros((31, 20, 2), np.int32)}, "can't be"),
        ({"times": np.array([{}] * 31)}, "no motion take"),
    ],
)
def test_a_damaged_take_is_refused_in_words(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    np.savez(path, **arrays(**changes))
    with pytest.raises(MediaError, match=sentence) as caught:
        load_take(path)
    assert str(path) in caught.value.sentence and caught.value.hint


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"RIFF of another kind" * 100])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="no motion take"):
        load_take(path)


def test_a_file_with_any_byte_wrong_is_refused_or_whole(tmp_path: Path) -> None:
    """Flipping bytes here and there never raises anything but `MediaError`."""
    path = tmp_path / "take.npz"
    np.savez_compressed(path, **arrays())
    content = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for place in random.integers(0, len(content), 150):
        broken = bytearray(content)
        broken[place] ^= int(random.integers(1, 256))
        path.write_bytes(bytes(broken))
        try:
            assert load_take(path).keypoint_count == 20
        except MediaError:
            refused += 1
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError):
        load_take(path)
    assert refused > 100


def test_a_take_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "take.npz"
    np.savez_compressed(path, **arrays(points=np.zeros((100_000, 20, 2), np.float32)))
    monkeypatch.setattr(motion_take, "LARGEST", 10_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(MediaError, match="no motion take"):
        load_take(path)


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="There is no file"):
        load_take(tmp_path / "none.npz")
    with pytest.raises(MediaError, match="is a folder"):
        load_take(tmp_path)
    with pytest.raises(MediaError, match="no folder"):
        recorded(1.0).save(tmp_path / "none" / "take.npz")


def test_the_recorder_stops_when_the_take_is_long_enough() -> None:
    recorder = TakeRecorder(card(), longest=2.0)
    for index in range(300):
        recorder.add(swaying(index / RATE), NEUTRAL, index / RATE)
    assert recorder.is_full and recorder.seconds == pytest.approx(2.0)
    assert len(recorder.take().times) == 61
    assert LONGEST == 600


def test_a_fast_camera_is_thinned_and_time_never_stands_still() -> None:
    recorder = TakeRecorder(card())
    for index in range(1000):
        recorder.add(swaying(0), NEUTRAL, 5 + index / 500)
    recorder.add(swaying(0), NEUTRAL, 1.0)
    times = recorder.take().times
    assert len(times) < 2 * 70
    assert (np.diff(times) > 0).all() and times[0] == 0


def test_another_neutral_pose_meanwhile_does_not_change_the_motion() -> None:
    other = carried(face(1, 0.01), similarity(5, 1.1), (0.1, 0))
    recorder = TakeRecorder(card())
    recorder.add(swaying(0), NEUTRAL, 0)
    recorder.add(swaying(0.5), other, 0.5)
    take, source = recorder.take(), face(3, 0.02)
    assert_alike(retarget(source, take.motion(1), take.neutral), retarget(source, swaying(0.5), other), 1e-4)


def test_nothing_recorded_is_told() -> None:
    recorder = TakeRecorder(card())
    assert recorder.seconds == 0
    with pytest.raises(MediaError, match="No motion was recorded"):
        recorder.take()


def test_it_is_played_as_it_was_at_any_rate() -> None:
    player = TakePlayer(recorded(), loop=False)
    for time in np.linspace(0, 6, 77):
        assert_alike(player.at(float(time)), swaying(float(time)), 2e-3)
    assert_alike(player.at(17.0), swaying(6.0), 1e-5)
    assert_alike(player.at(-1.0), swaying(0.0), 1e-5)


def test_a_loop_goes_on_for_ever_without_a_jump() -> None:
    take = recorded()
    player = TakePlayer(take)
    seen = [player.at(index / 60) for index in range(60 * 30)]
    fastest = max(float(np.abs(after - before).max()) for before, after in pairwise(take.points)) * RATE / 60
    assert max(float(np.abs(after.points - before.points).max()) for before, after in pairwise(seen)) < 1.4 * fastest
    assert max(float(np.abs(motion.points - NEUTRAL.points).max()) for motion in seen) < 0.5
    assert all((np.linalg.det(motion.jacobians) > 0).all() for motion in seen)
    assert max(np.abs(motion.points - seen[30].points).max() for motion in seen[-300:]) > 0.05, "it still moves"


def test_the_shortest_take_can_be_played() -> None:
    for loop in (False, True):
        player = TakePlayer(recorded(1 / RATE), loop=loop)
        assert all(np.isfinite(player.at(time).points).all() for time in np.linspace(0, 3, 50))
