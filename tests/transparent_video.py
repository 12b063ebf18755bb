"""Videos with opacity, read as OBS reads them: FFmpeg's own decoder of VP9 leaves the opacity out, libvpx gives it."""

from pathlib import Path

import av
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

from puppet.picture import Picture


def opaque_and_clear(path: Path) -> tuple[str, list[Picture]]:
    """The codec's name and the pictures of a video, RGBA."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.name
        decoder: VideoCodecContext = stream.codec_context
        if codec == "vp9":
            assert stream.metadata["alpha_mode"] == "1", "players look for opacity only where this is said"
            made = CodecContext.create("libvpx-vp9", "r")
            assert isinstance(made, VideoCodecContext)
            decoder = made
        pictures = []
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                frame.colorspace, frame.color_range = 1, 1  # said in the container, which a decoder made apart doesn't see
                pictures.append(np.asarray(frame.to_ndarray(format="rgba"), np.uint8))
        return codec, pictures
