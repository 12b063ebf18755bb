"""Model folders and face models held against their hashes."""

import shutil
from pathlib import Path

import pytest

from puppet.assets import ASSETS
from ui.doctor.models import FACE_FOLDER, FACE_HASHES, look_at_models


def test_bundled_models_are_what_their_hashes_say() -> None:
    found = look_at_models()
    (embedded,) = found.models
    assert (embedded.name, embedded.embedded, embedded.chosen, embedded.trouble) == ("compact-256", True, True, "")
    assert "256 px, 20 keypoints" in embedded.description
    assert [face.trouble for face in found.faces] == ["", ""]


def test_face_hashes_are_those_of_the_page_beside_the_files() -> None:
    told = (FACE_FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| {content} | `{name}` |" in told for name, content in FACE_HASHES.items())
    assert {path.name for path in FACE_FOLDER.glob("*.tflite")} == set(FACE_HASHES)


def test_damaged_face_model_is_named(tmp_path: Path) -> None:
    for name in FACE_HASHES:
        shutil.copy(FACE_FOLDER / name, tmp_path)
    with (tmp_path / "face_landmark.tflite").open("ab") as file:
        file.write(b"more")
    assert [face.trouble for face in look_at_models(faces=tmp_path).faces] == ["", "face_landmark.tflite is damaged or was changed."]


def test_every_folder_named_or_lying_here_is_checked_once(tmp_path: Path) -> None:
    shutil.copytree(ASSETS / "models" / "compact-256", tmp_path / "models" / "own")
    own = str(tmp_path / "models" / "own")
    found = look_at_models(own, [own, "compact-256"], here=tmp_path / "models")
    assert [(model.name, model.chosen) for model in found.models] == [("compact-256", False), (own, True)]
    assert [model.trouble for model in found.models] == ["", ""]


@pytest.mark.parametrize("damage", ["animate.onnx", "model.toml"])
def test_damage_is_told_with_what_to_do(damage: str, tmp_path: Path) -> None:
    shutil.copytree(ASSETS / "models" / "compact-256", tmp_path / "own")
    (tmp_path / "own" / damage).write_bytes(b"damage")
    _, own = look_at_models("compact-256", [str(tmp_path / "own")]).models
    assert damage in own.trouble
    assert own.fix


def test_model_that_is_nowhere_is_told() -> None:
    _, lost = look_at_models("nowhere").models
    assert "There is no model called nowhere" in lost.trouble
    assert lost.chosen


def test_demo_is_no_folder_to_look_for() -> None:
    assert [model.name for model in look_at_models("demo").models] == ["compact-256"]


def test_embedded_model_that_was_removed_is_told(tmp_path: Path) -> None:
    (lost,) = look_at_models(embedded=tmp_path).models
    assert "There is no model folder" in lost.trouble
    assert "git checkout -- assets" in lost.fix
