"""Frames of a clip's video, all of them or a few, decoded to squares."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import av
import av.error
import cv2
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from puppet.picture import Picture

CODEC_ERRORS = (av.error.FFmpegError, EOFError, cv2.error)
"""What a damaged video or picture raises while it is decoded, beside `ValueError`."""


def fit_square(picture: npt.NDArray[np.uint8], side: int) -> Picture:
    """The middle square of an RGB picture, resized to (side, side, 3), by area where it shrinks."""
    height, width = picture.shape[:2]
    if height != width:
        least = min(height, width)
        top, left = (height - least) // 2, (width - least) // 2
        picture = picture[top : top + least, left : left + least]
    if picture.shape[0] == side:
        return picture
    interpolation = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (side, side), interpolation=interpolation), np.uint8)


def decode_clip(video: bytes | Path, side: int) -> npt.NDArray[np.uint8]:
    """Every frame of a video, at (side, side): (frames, side, side, 3) uint8 RGB. Raises `CODEC_ERRORS` or `ValueError`."""
    with _open(video) as container:
        return np.stack([fit_square(_pixels(frame), side) for frame in container.decode(video=0)])


def decode_frames(video: bytes | Path, chosen: Sequence[int], side: int) -> npt.NDArray[np.uint8]:
    """The frames numbered, in that order: (n, side, side, 3) uint8 RGB.

    Decodes from the key frame before each on, not the whole video. Raises `CODEC_ERRORS`, or `ValueError` for a frame that is not there.
    """
    times, keys = _frame_times(video)
    if times is None:
        return decode_clip(video, side)[_checked(chosen, None)]
    wanted = sorted({times[index] for index in _checked(chosen, len(times))})
    found: dict[int, Picture] = {}
    with _open(video) as container:
        frames, at = container.decode(video=0), -1
        for time in wanted:
            key = bisect_right(keys, time) - 1
            if key > 0 and (at < 0 or keys[key] > at):  # a key frame lies between here and there
                container.seek(keys[key], stream=container.streams.video[0])
                frames = container.decode(video=0)
            for frame in frames:
                at = frame.pts or 0
                if at == time:
                    found[time] = fit_square(_pixels(frame), side)
                    break
    if len(found) < len(wanted):
        raise ValueError(f"only {len(found)} of {len(wanted)} frames could be decoded")
    return np.stack([found[times[index]] for index in chosen])


def count_frames(video: bytes | Path) -> int:
    """How many frames a video has, without decoding it where that can be told. Raises `CODEC_ERRORS` or `ValueError`."""
    times, _ = _frame_times(video)
    if times is not None:
        return len(times)
    with _open(video) as container:
        return sum(1 for _ in container.decode(video=0))


def _open(video: bytes | Path) -> InputContainer:
    container = av.open(io.BytesIO(video) if isinstance(video, bytes) else video, mode="r", metadata_errors="ignore")
    if not container.streams.video:
        container.close()
        raise ValueError("it holds no picture")
    return container


def _pixels(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _checked(chosen: Sequence[int], count: int | None) -> list[int]:
    if any(index < 0 or (count is not None and index >= count) for index in chosen):
        raise ValueError(f"there is no frame {max(chosen)}: it has {count}")
    return list(chosen)


def _frame_times(video: bytes | Path) -> tuple[list[int] | None, list[int]]:
    """The presentation time of every frame, rising, and those of key frames; None where packets don't say or share one."""
    with _open(video) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size and not packet.is_discard]
        times = sorted(packet.pts for packet in packets if packet.pts is not None)
        if len(set(times)) != len(packets) or not packets:
            return None, []
        if container.format.name == "gif":  # its frames build upon each other, whatever their flags say
            return times, times[:1]
        return times, sorted(packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None)
