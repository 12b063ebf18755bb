"""What ships with Puppet is where it is looked for, and can be read."""

from pathlib import Path

import pytest

from puppet import assets
from puppet.errors import ModelError
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture


def test_ten_portraits_are_pictures_of_at_most_1024() -> None:
    shapes = {path.stem: read_picture(path).shape for path in assets.portraits()}
    assert len(shapes) == 10
    assert all(min(shape[:2]) >= 256 and max(shape[:2]) <= 1024 for shape in shapes.values())


def test_the_portrait_of_the_demo_is_the_first_bundled_one() -> None:
    names = [path.stem for path in assets.portraits()]
    assert assets.portraits()[0] == assets.demo_portrait()
    assert names[1:] == sorted(names[1:])


def test_driving_clips_play_without_sound() -> None:
    assert assets.driving_clip() in assets.driving_clips()
    for path in assets.driving_clips():
        clip = open_clip(path)
        assert (clip.width, clip.height, float(clip.rate), clip.sound_start) == (400, 300, 25.0, None)
        assert clip.first().mean() > 50


def test_recipes_are_yaml() -> None:
    assert assets.recipes()
    assert all(path.suffix == ".yaml" for path in assets.recipes())


def make_models(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    for name in names:
        (folder / "models" / name).mkdir(parents=True)
        (folder / "models" / name / "model.toml").touch()
    (folder / "models" / "face").mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(assets, "ASSETS", folder)


def test_model_goes_by_name_or_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_models(monkeypatch, tmp_path, "small", "large")
    assert assets.model_names() == ["large", "small"]
    assert assets.model_folder("small") == tmp_path / "models" / "small"
    assert assets.model_folder(str(tmp_path / "models")) == tmp_path / "models"


def test_unknown_model_is_told_which_there_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_models(monkeypatch, tmp_path, "small", "large")
    with pytest.raises(ModelError, match="no model called huge") as caught:
        assets.model_folder("huge")
    assert "large, small" in caught.value.hint


def test_copy_without_a_model_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_models(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match="No model is embedded"):
        assets.model_folder(assets.EMBEDDED_MODEL)
