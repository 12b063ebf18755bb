"""What can be had of a video whose writing was cut off: an MP4 written in fragments is whole up to the end of each."""

from pathlib import Path

import av
import av.error

from puppet.media.whole_file import unwritable

BY_FRAGMENTS = frozenset({".mp4", ".m4v", ".mov"})
"""File name endings, lower case, of containers made of boxes. Matroska needs no mending: readers stop at its torn end."""


def mend(path: Path) -> float:
    """Cut the torn end off a video that was not finished, so that it plays to its end; how long it is, s. 0: there is nothing in it.

    A finished one is left as it is. Raises `MediaError` when the file can't be changed.
    """
    try:
        if path.suffix.lower() in BY_FRAGMENTS:
            whole = _whole_length(path)
            if whole < path.stat().st_size:
                with path.open("r+b") as file:
                    file.truncate(whole)
        return _duration(path)
    except av.error.FFmpegError:
        return 0.0
    except OSError as error:
        raise unwritable(path, error) from error


def _whole_length(path: Path) -> int:
    """Bytes up to the end of the last box that is all there and holds pictures or, in a video that was finished, their index."""
    end, whole, size = 0, 0, path.stat().st_size
    with path.open("rb") as file:
        while len(head := file.read(16)) >= 8:
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:  # too long for 32 bits
                length = int.from_bytes(head[8:], "big")
            if length < 8 or end + length > size:
                break
            end += length
            file.seek(end)
            if kind in (b"mdat", b"moov"):
                whole = end
    return whole


def _duration(path: Path) -> float:
    """Until the end of the last picture, s; 0 without any."""
    with av.open(path, metadata_errors="ignore") as container:
        ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux(container.streams.video[0])
            if packet.pts is not None and packet.size
        ]
    return max(ends, default=0.0)
