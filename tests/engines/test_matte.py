"""The matte of a person."""

import numpy as np
import pytest

from engines import matte as matte_room
from engines.matte import open_matte
from puppet.assets import ASSETS
from puppet.errors import EngineError, ModelError
from puppet.media.picture_file import read_picture
from puppet.picture import Square, cut


def test_head_and_hair_stand_out_from_the_wall() -> None:
    portrait = cut(read_picture(ASSETS / "portraits" / "astronaut.jpg"), Square(224, 112, 208), 256)
    maker = open_matte()
    matte = maker.make(portrait)
    assert matte.shape == (256, 256) and matte.dtype == np.float32
    assert matte.min() >= 0 and matte.max() <= 1
    assert matte[100:170, 90:170].min() > 0.95
    assert matte[:40, :40].max() < 0.05 and matte[:40, -40:].max() < 0.05
    maker.close()
    maker.close()
    with pytest.raises(EngineError, match="after it was closed"):
        maker.make(portrait)


def test_oblong_picture_keeps_its_size() -> None:
    maker = open_matte()
    assert maker.make(np.zeros((90, 160, 3), np.uint8)).shape == (90, 160)
    maker.close()


def test_missing_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matte_room, "GRAPH", ASSETS / "models" / "matte" / "absent.onnx")
    with pytest.raises(ModelError, match=r"absent.onnx is missing"):
        open_matte()
