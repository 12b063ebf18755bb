"""The identity measure: a face is like itself moved, and what is missing is told."""

import importlib.util

import numpy as np
import pytest

from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import TrainingError
from puppet.picture import Picture
from training.judging.identity import IdentityEmbedder


@pytest.fixture(scope="module")
def embedder() -> IdentityEmbedder:
    pytest.importorskip("dlib")
    return IdentityEmbedder()


def embedding(embedder: IdentityEmbedder, picture: Picture) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    face = DemoFaceFinder().find(picture)
    assert face is not None
    return np.asarray(embedder.raw(picture, face)).reshape(128)


def test_a_face_is_like_itself_moved_and_unlike_another(embedder: IdentityEmbedder) -> None:
    picture = demo_picture(0.0, 256, 256)
    moved = np.roll(picture, (9, -14), axis=(0, 1))
    own = embedding(embedder, picture)
    assert np.linalg.norm(own - embedding(embedder, moved)) < 0.2
    other = picture.copy()
    other[120:150] = 255 - other[120:150]
    assert np.linalg.norm(own - embedding(embedder, other)) > np.linalg.norm(own - embedding(embedder, moved))
    assert np.isfinite(own).all()


def test_embeddings_are_centred_and_of_unit_length(embedder: IdentityEmbedder) -> None:
    picture = demo_picture(0.5, 256, 256)
    face = DemoFaceFinder().find(picture)
    assert face is not None
    raw = embedder.raw(picture, face)
    embedder.centre = np.zeros(128, np.float32)
    np.testing.assert_allclose(embedder(picture, face), raw / np.linalg.norm(raw), atol=1e-5)
    embedder.centre = raw * 0.5
    np.testing.assert_allclose(embedder(picture, face), raw / np.linalg.norm(raw), atol=1e-5)
    embedder.centre = raw * 2
    np.testing.assert_allclose(embedder(picture, face), -raw / np.linalg.norm(raw), atol=1e-5)
    embedder.centre = raw
    assert np.linalg.norm(embedder(picture, face)) < 1e-3, "nothing is left, and nothing is divided by nought"


@pytest.mark.parametrize("missing", ["dlib", "face_recognition_models"])
def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    really = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None if name == missing else really(name, package))
    with pytest.raises(TrainingError, match="needs dlib and its weights") as caught:
        IdentityEmbedder()
    assert "face-recognition-models" in caught.value.hint
