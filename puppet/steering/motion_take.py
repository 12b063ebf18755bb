"""A driver's motion recorded as keypoints, to be played on any portrait. No picture is kept.

A take is an npz file: `version`, `model`, `times` (N,) in s from 0, `points` (N, K, 2), `jacobians` (N, K, 2, 2), and the pose that the
motion is measured from, `neutral_points` (K, 2) and `neutral_jacobians` (K, 2, 2).
"""

import math
import struct
import tokenize
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.contract import ModelCard
from puppet.errors import MediaError
from puppet.media.whole_file import unreadable, write_whole
from puppet.motion import FloatArray, Motion
from puppet.steering.between import between, eased
from puppet.steering.seamless_loop import find_loop

VERSION = 1
LONGEST = 600.0
"""How long a take may be, s."""

QUICKEST = 1 / 60
"""Shortest time between two motions that are both kept, s."""

LARGEST = 256_000_000
"""Bytes that a take's numbers may fill in memory; a longest take of the embedded model has some 17 million."""

FARTHEST = 1e5
"""No number of a take reaches this; what is not a number does not either."""

AGAIN = "Record it again."


class MotionTake(NamedTuple):
    """A driver's motion over time. times: (N,) float64, s, rising from 0; points: (N, K, 2); jacobians: (N, K, 2, 2); float32."""

    model: str
    times: npt.NDArray[np.float64]
    points: FloatArray
    jacobians: FloatArray
    neutral: Motion

    @property
    def keypoint_count(self) -> int:
        """How many keypoints each motion has."""
        return int(self.points.shape[1])

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return float(self.times[-1])

    def motion(self, index: int) -> Motion:
        """One of the motions as it was recorded."""
        return Motion(self.points[index], self.jacobians[index])

    def check(self, card: ModelCard) -> None:
        """Raise `MediaError` unless it was recorded with this model: others' keypoints mean something else."""
        if self.model != card.name:
            hint = f"Choose the model {self.model}, or record the take again."
            raise MediaError(f"The take was recorded with the model {self.model}, and {card.name} runs.", hint)
        if self.keypoint_count != card.keypoint_count:
            words = f"The take has {self.keypoint_count} keypoints, and the model {card.name} has {card.keypoint_count} now."
            raise MediaError(words, AGAIN)

    def save(self, path: Path) -> None:
        """Write it whole or not at all. Raises `MediaError`."""
        file = BytesIO()
        np.savez_compressed(
            file,
            version=np.int64(VERSION),
            model=np.array(self.model),
            times=self.times,
            points=self.points,
            jacobians=self.jacobians,
            neutral_points=self.neutral.points,
            neutral_jacobians=self.neutral.jacobians,
        )
        write_whole(path, file.getvalue())


DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    KeyError,
    RuntimeError,
    MemoryError,
    OverflowError,
)
"""What `zipfile` and NumPy raise for a file that is no npz or a broken one."""


def load_take(path: Path) -> MotionTake:
    """A take from its file. Raises `MediaError` that says what is wrong with it."""
    try:
        with path.open("rb") as file:
            arrays = _read(file)
    except OSError as error:
        raise unreadable(path, error) from error
    except DAMAGE as error:
        raise MediaError(f"{path} is no motion take, or is damaged.", AGAIN) from error
    version = arrays["version"]
    if version.shape or version.dtype.kind not in "iu" or version != VERSION:
        words = f"{path} has version {version} of the take's format; this Puppet reads version {VERSION}."
        raise MediaError(words, "Update Puppet, or record it again.")
    if problem := _problem(arrays):
        raise MediaError(f"{path} is damaged: {problem}.", AGAIN)
    points, jacobians, neutral_points, neutral_jacobians = (
        arrays[name].astype(np.float32) for name in ("points", "jacobians", "neutral_points", "neutral_jacobians")
    )
    times = arrays["times"].astype(np.float64)
    return MotionTake(str(arrays["model"]), times, points, jacobians, Motion(neutral_points, neutral_jacobians))


def _read(file: Any) -> dict[str, npt.NDArray[Any]]:
    """Every array of an npz file. Raises what `zipfile` and NumPy raise for what is none, and for what is too large or lacking."""
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise ValueError("too large")
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in ("version", "model", "times", *SHAPES)}


SHAPES = {"points": (2,), "jacobians": (2, 2), "neutral_points": (2,), "neutral_jacobians": (2, 2)}
"""The arrays of a take, and the shape of each keypoint in them."""


def _problem(arrays: dict[str, npt.NDArray[Any]]) -> str:
    """What is wrong with the arrays of a take, in words; empty where nothing is."""
    times, points, model = arrays["times"], arrays["points"], arrays["model"]
    if model.shape or model.dtype.kind != "U":
        return "it names no model"
    if times.ndim != 1 or len(times) < 2:
        return "it holds no motion"
    count = points.shape[1] if points.ndim == 3 else 0
    for name, keypoint in SHAPES.items():
        moments = () if name.startswith("neutral") else times.shape
        if count < 1 or arrays[name].shape != (*moments, count, *keypoint):
            return f"its {name.replace('_', ' ')} have the shape {arrays[name].shape}"
    if not all(arrays[name].dtype.kind == "f" and (np.abs(arrays[name]) < FARTHEST).all() for name in ("times", *SHAPES)):
        return "some of its numbers can't be"
    if times[0] != 0 or not (np.diff(times) > 0).all():
        return "its times don't rise from 0"
    return ""


class TakeRecorder:
    """Keeps a driver's motion until the take is long enough. Holds numbers alone, of bounded length."""

    def __init__(self, card: ModelCard, longest: float = LONGEST) -> None:
        """`card`: of the model that sees the driver; `longest`: how many seconds are kept."""
        self._card = card
        self._longest = longest
        self._begun = -math.inf
        self._times: list[float] = []
        self._motions: list[Motion] = []
        self._neutral: Motion | None = None

    @property
    def seconds(self) -> float:
        """How much is recorded."""
        return self._times[-1] if self._times else 0.0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is kept."""
        return self.seconds >= self._longest - QUICKEST

    def add(self, driving: Motion, neutral: Motion, now: float) -> None:
        """Keep one motion, seen at `now`, s, and measured from `neutral`; what comes too soon after the last or too late is let go.

        Should the neutral pose change, what follows is told as if seen from the first one.
        """
        if self._neutral is None:
            self._neutral, self._begun = neutral, now
        time = now - self._begun
        if time > self._longest or (self._times and time < self._times[-1] + 0.9 * QUICKEST):
            return
        if neutral is not self._neutral:
            points = driving.points - neutral.points + self._neutral.points
            jacobians = driving.jacobians @ np.linalg.pinv(neutral.jacobians) @ self._neutral.jacobians
            driving = Motion(points, jacobians.astype(np.float32))
        self._times.append(time)
        self._motions.append(driving)

    def take(self) -> MotionTake:
        """What was recorded. Raises `MediaError` where that is nothing."""
        if len(self._times) < 2 or self._neutral is None:
            raise MediaError("No motion was recorded.", "Look into the camera while the take is recorded.")
        points, jacobians = (np.stack(numbers) for numbers in zip(*self._motions, strict=True))
        return MotionTake(self._card.name, np.array(self._times), points, jacobians, self._neutral)


class TakePlayer:
    """Plays a take at any rate: once, holding its last motion, or in an endless loop without a jump."""

    def __init__(self, take: MotionTake, loop: bool = True) -> None:
        self.take = take
        self._loop = find_loop(take.times, take.points) if loop else None

    def at(self, time: float) -> Motion:
        """The driver's motion `time` seconds after the beginning."""
        if self._loop is None or time < self._loop.end - self._loop.joint:
            return self._recorded(time)
        start, end, joint = self._loop
        time = start + (time - start) % (end - start)
        if time < end - joint:
            return self._recorded(time)
        return between(self._recorded(time), self._recorded(time - (end - start)), eased((time - end + joint) / joint))

    def _recorded(self, time: float) -> Motion:
        """The motion at a time of the recording, between the two nearest."""
        times = self.take.times
        index = int(np.clip(np.searchsorted(times, time, side="right") - 1, 0, len(times) - 2))
        share = (time - times[index]) / (times[index + 1] - times[index])
        return between(self.take.motion(index), self.take.motion(index + 1), float(share))
