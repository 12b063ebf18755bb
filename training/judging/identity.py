"""Who a face is: dlib's 128-number face embedding (King 2017), used to judge whether the person stays the person.

The weights come from the package face-recognition-models (CC0); they are used for judging alone and are not shipped.
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from puppet.animator import Face
from puppet.errors import TrainingError
from puppet.motion import FloatArray
from puppet.picture import Picture

EMBEDDER = "dlib face_recognition_resnet_model_v1"


class IdentityEmbedder:
    """Unit-norm embeddings, (128,) float32, of a face whose 68 landmarks are known; centred on the embeddings of many people.

    dlib's raw embeddings of any two faces point much the same way (cosine .8 and more between strangers), so that a
    cosine of raw embeddings says little. They are centred on the mean of all reference faces first.
    """

    def __init__(self) -> None:
        package = importlib.util.find_spec("face_recognition_models")
        if package is None or not package.submodule_search_locations or importlib.util.find_spec("dlib") is None:
            raise TrainingError("The identity measure needs dlib and its weights.", "pip install dlib-bin face-recognition-models==0.3.0")
        import dlib  # noqa: PLC0415

        self._dlib: Any = dlib
        weights = Path(package.submodule_search_locations[0]) / "models" / "dlib_face_recognition_resnet_model_v1.dat"
        self._network = dlib.face_recognition_model_v1(str(weights))
        self.centre = np.zeros(128, np.float32)

    def raw(self, picture: Picture, face: Face) -> FloatArray:
        """dlib's own embedding of a face in an RGB picture."""
        low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
        box = self._dlib.rectangle(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        points = self._dlib.points()
        for x, y in face.landmarks:
            points.append(self._dlib.point(round(float(x)), round(float(y))))
        shape = self._dlib.full_object_detection(box, points)
        return np.asarray(self._network.compute_face_descriptor(np.ascontiguousarray(picture), shape), np.float32)

    def __call__(self, picture: Picture, face: Face) -> FloatArray:
        """The centred, unit-norm embedding."""
        vector = self.raw(picture, face) - self.centre
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)
