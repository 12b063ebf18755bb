"""How pictures are encoded in a video: H.264 and VP9, or with their opacity VP9 and ProRes 4444."""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from puppet.errors import MediaError
from puppet.picture import Picture

log = logging.getLogger(__name__)

BT709, LIMITED = 1, 1
"""FFmpeg's numbers for the colour space and the range that players assume of H.264."""

VP9_QUALITY = 18
"""VP9's constant quality, 0 to 63, lower is better: hair keeps its edge."""

PRORES_QUANTISER = 4
"""One for every block of ProRes: looking for the best of each takes six times as long."""

LAMBDA = 118
"""FFmpeg's unit of a quantiser."""


class PictureCoding(NamedTuple):
    """What a video's pictures become. pixels: FFmpeg's name of their layout; options: the encoder's."""

    encoder: str
    pixels: str
    options: Mapping[str, str]
    transparent: bool = False

    def set_up(self, stream: VideoStream) -> None:
        """Tell a stream of this encoder what its pictures are like, but for their size and clock."""
        stream.pix_fmt = self.pixels
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED

    def frame(self, picture: Picture) -> VideoFrame:
        """A picture as the encoder takes it; RGB, or RGBA whose colours are not multiplied by the opacity where that is kept."""
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgba" if self.transparent else "rgb24")
        return frame.reformat(format=self.pixels, dst_colorspace=BT709, dst_color_range=LIMITED)


def picture_coding(container: str, effort: str, quality: int, *, transparent: bool = False) -> PictureCoding:
    """The way for a container by FFmpeg's name; `effort` and `quality` are x264's. Raises `MediaError` where FFmpeg lacks the encoder."""
    if container == "webm":
        options = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "tile-columns": "1", "lag-in-frames": "0", "auto-alt-ref": "0"}
        pixels = "yuva420p" if transparent else "yuv420p"
        return _available(PictureCoding("libvpx-vp9", pixels, options | {"crf": str(VP9_QUALITY), "b": "0"}, transparent), "VP9")
    if transparent:
        assert container == "mov", f"{container} keeps no opacity"
        options = {"profile": "4444", "vendor": "apl0", "flags": "+qscale", "global_quality": str(PRORES_QUANTISER * LAMBDA)}
        return _available(PictureCoding("prores_ks", "yuva444p10le", options, transparent), "ProRes")
    if "libx264" in av.codecs_available:
        # Without B frames the container can tell when the last picture of a variable rate ends.
        return PictureCoding("libx264", "yuv420p", {"preset": effort, "crf": str(quality), "bf": "0"})
    log.warning("Pictures are written as MPEG-4 part 2: this build of FFmpeg has no H.264 encoder.")
    return PictureCoding("mpeg4", "yuv420p", {"qscale": "3"})


def _available(coding: PictureCoding, name: str) -> PictureCoding:
    if coding.encoder not in av.codecs_available:
        raise MediaError(f"This build of FFmpeg has no {name} encoder.", "Write another kind of result.")
    return coding
