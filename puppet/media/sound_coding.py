"""How sound is encoded in a video: AAC, or Opus in a WebM, which holds no other that is new."""

from typing import NamedTuple

from av.container import OutputContainer


class SoundCoding(NamedTuple):
    """What sound becomes. samples: FFmpeg's name of their layout; rates: those the encoder takes, a second, highest first.

    copied: codecs whose packets players accept in the container as they are.
    """

    encoder: str
    samples: str
    frame_size: int
    rates: tuple[int, ...]
    copied: frozenset[str]


AAC = SoundCoding(
    "aac", "fltp", 1024, (48000, 44100, 32000, 24000, 22050, 16000, 11025, 8000), frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus"})
)

OPUS = SoundCoding("libopus", "flt", 960, (48000,), frozenset({"opus", "vorbis"}))


def sound_coding(output: OutputContainer) -> SoundCoding:
    """The way for a container."""
    return OPUS if output.format.name == "webm" else AAC
