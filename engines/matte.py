"""Who stands before what: a matte of the person in a picture."""

import cv2
import numpy as np

from engines.engine import Engine, EngineOptions
from engines.openvino import OpenVinoRuntime
from engines.registry import RUNTIMES
from puppet.assets import ASSETS
from puppet.errors import ModelError
from puppet.motion import FloatArray
from puppet.picture import Picture

GRAPH = ASSETS / "models" / "matte" / "u2netp.onnx"

SIDE = 320
"""Width and height of what the network sees, px."""

IMAGE, MATTE = "input.1", "1959"
"""The network's own names for what it takes and for the finest of the mattes it gives."""

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
"""Of the pictures it learned from; red, green, blue, each 0 to 1."""


class SalientMatte:
    """U2-Net, small (Qin et al., 2020): what stands out in a picture, which in a portrait is head, hair and mostly shoulders.

    Half a second a picture on two cores: for stills. Used on one thread.
    """

    def __init__(self, engine: Engine) -> None:
        """Take over the engine, to be closed with it."""
        self._engine = engine

    def make(self, picture: Picture) -> FloatArray:
        """How much of each pixel is the person, 0 to 1: (height, width) float32."""
        height, width = picture.shape[:2]
        shrinks = max(height, width) > SIDE
        seen = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR).astype(np.float32)
        normal = (seen / max(float(seen.max()), 1.0) - MEAN) / DEVIATION  # by the brightest pixel, as it was trained
        matte = self._engine.run(**{IMAGE: np.ascontiguousarray(normal.transpose(2, 0, 1)[None])})[MATTE][0, 0]
        resized = cv2.resize(matte.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.clip(resized, 0, 1), np.float32)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._engine.close()


def open_matte() -> SalientMatte:
    """The matte on OpenVINO's CPU. Raises `EngineError` without OpenVINO, `ModelError` without its file."""
    if not GRAPH.is_file():
        raise ModelError(f"The matte model {GRAPH} is missing.", "Install Puppet again.")
    return SalientMatte(RUNTIMES[OpenVinoRuntime.name].open(GRAPH, EngineOptions(device="CPU", precision="f32")))
