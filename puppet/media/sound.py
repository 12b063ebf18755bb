"""The driving clip's sound, carried into the video that is written: its packets as they are, or encoded anew."""

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeAlias

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from puppet.media.sound_coding import sound_coding

log = logging.getLogger(__name__)


class Sound(NamedTuple):
    """Where sound comes from: a file, and the second of its clock at which the pictures begin."""

    path: Path
    start: float


PREROLL = Fraction(1, 20)
"""Sound kept from before the first picture, s: decoders need some to find their feet, and containers hide it."""

TimedPacket: TypeAlias = "tuple[float, Packet[AudioStream]]"
"""A packet and when it sounds, in seconds since the first picture."""


class SoundTrack:
    """Sound on its way into a container that is being written, handed over piece by piece beside the pictures.

    Owns the source's container, not the one written to. Sound that can't be read (on) is left out with a logged warning.
    """

    def __init__(self, sound: Sound, output: OutputContainer) -> None:
        """Adds a stream to `output`, so it must come before the first packet. Raises `FFmpegError`, `IndexError` without sound."""
        self._start = sound.start
        self._path = sound.path
        self._output = output
        self._source = av.open(sound.path, metadata_errors="ignore")
        stream = self._source.streams.audio[0]
        self._coding = sound_coding(output)
        self._copied = stream.codec_context.codec.canonical_name in self._coding.copied
        if self._copied:
            self._target = output.add_stream_from_template(stream)
        else:
            self._target = self._encoder(stream, output)
        self._pieces = self._whole_packets(stream) if self._copied else self._encoded_packets(stream)
        self._next: TimedPacket | None = next(self._pieces, None)

    def copy_until(self, time: float) -> None:
        """Hand over what sounds before `time`, in seconds since the first picture. Raises `FFmpegError` from writing."""
        while self._next is not None and self._next[0] < time:
            packet = self._next[1]
            packet.stream = self._target
            self._output.mux(packet)
            self._next = next(self._pieces, None)

    def finish(self, time: float) -> None:
        """Hand over the last before `time` and close the source. Raises `FFmpegError` from writing."""
        self.copy_until(time)
        self.close()

    def close(self) -> None:
        """Close the source; may be called twice."""
        self._next = None
        self._source.close()

    def _encoder(self, stream: AudioStream, output: OutputContainer) -> AudioStream:
        coding = self._coding
        rate = next((rate for rate in coding.rates if rate <= (stream.rate or 48000)), coding.rates[-1])
        layout = "mono" if stream.channels == 1 else "stereo"
        target = output.add_stream(coding.encoder, rate=rate, layout=layout)
        assert isinstance(target, AudioStream)
        target.bit_rate = 96_000 * (1 if layout == "mono" else 2)
        self._resampler = AudioResampler(format=coding.samples, layout=layout, rate=rate, frame_size=coding.frame_size)
        return target

    def _read(self, stream: AudioStream) -> "Iterator[Packet[AudioStream]]":
        """Packets of the source in order, shifted to the clock of the pictures; those before it are left out."""
        try:
            for packet in self._source.demux(stream):
                if packet.pts is None or packet.dts is None:
                    continue
                shift = round(self._start / packet.time_base)
                if packet.pts >= shift - PREROLL / packet.time_base:
                    packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                    yield packet
        except av.error.FFmpegError as error:
            log.warning("The sound of %s could not be read to its end: %s.", self._path, error.strerror)

    def _decode(self, stream: AudioStream) -> Iterator[AudioFrame | None]:
        """The sound itself, and None at its end."""
        for packet in self._read(stream):
            try:
                yield from packet.decode()
            except av.error.FFmpegError:  # a damaged packet is a short silence
                continue
        yield from stream.decode(None)
        yield None

    def _whole_packets(self, stream: AudioStream) -> Iterator[TimedPacket]:
        return ((float((packet.pts or 0) * packet.time_base), packet) for packet in self._read(stream))

    def _encoded_packets(self, stream: AudioStream) -> Iterator[TimedPacket]:
        for frame in self._decode(stream):
            for piece in self._resampler.resample(frame):
                for packet in self._target.encode(piece):
                    yield float((packet.pts or 0) * packet.time_base), packet
        for packet in self._target.encode(None):
            yield float((packet.pts or 0) * packet.time_base), packet
