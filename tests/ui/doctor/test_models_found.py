"""Model folders and face models held against their hashes."""

import shutil
from pathlib import Path

import pytest

from puppet.assets import ASSETS, EMBEDDED_MODEL, model_names
from ui.doctor.models import ENHANCER, ENHANCER_CARD, FACE_FOLDER, FACE_HASHES, MATTE, MATTE_HASH, MODELS, look_at_models


def test_bundled_models_are_what_their_hashes_say() -> None:
    found = look_at_models()
    assert [model.name for model in found.models] == model_names()
    assert all(model.embedded and not model.trouble for model in found.models)
    (chosen,) = (model for model in found.models if model.chosen)
    assert chosen.name == EMBEDDED_MODEL
    assert "256 px, 20 keypoints" in chosen.description
    assert [face.trouble for face in found.faces] == ["", ""]
    for model in (*found.mattes, *found.enhancers):
        assert (model.trouble, model.embedded) == ("", True)
        assert model.description.endswith("MB")
    assert [model.name for model in (*found.mattes, *found.enhancers)] == [MATTE, ENHANCER]


def test_face_hashes_are_those_of_the_page_beside_the_files() -> None:
    told = (FACE_FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| {content} | `{name}` |" in told for name, content in FACE_HASHES.items())
    assert {path.name for path in FACE_FOLDER.glob("*.tflite")} == set(FACE_HASHES)


def test_the_hash_of_the_matte_is_that_of_the_page_beside_it() -> None:
    assert f"| {MATTE_HASH} | `{MATTE}` |" in (MODELS / "matte" / "README.md").read_text(encoding="utf-8")


def test_a_damaged_matte_is_named(tmp_path: Path) -> None:
    (missing,) = look_at_models(matte=tmp_path).mattes
    (tmp_path / MATTE).write_bytes(b"no graph")
    (damaged,) = look_at_models(matte=tmp_path).mattes
    assert (missing.trouble, damaged.trouble) == ("u2netp.onnx is missing.", "u2netp.onnx is damaged or was changed.")
    assert damaged.fix


@pytest.mark.parametrize("card", [None, "no table", "side = 256", 'sha256 = "0"'])
def test_a_damaged_enhancer_is_named(card: str | None, tmp_path: Path) -> None:
    shutil.copy(MODELS / "enhance" / ENHANCER, tmp_path)
    if card is not None:
        (tmp_path / ENHANCER_CARD).write_text(card)
    (damaged,) = look_at_models(enhancer=tmp_path).enhancers
    named = "enhance.onnx is damaged or was changed." if card and "sha256" in card else "enhance.toml is damaged or missing."
    assert damaged.trouble == named
    assert damaged.fix


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
    assert [(model.name, model.chosen) for model in found.models] == [*((name, False) for name in model_names()), (own, True)]
    assert not any(model.trouble for model in found.models)


@pytest.mark.parametrize("damage", ["animate.onnx", "model.toml"])
def test_damage_is_told_with_what_to_do(damage: str, tmp_path: Path) -> None:
    shutil.copytree(ASSETS / "models" / "compact-256", tmp_path / "own")
    (tmp_path / "own" / damage).write_bytes(b"damage")
    own = look_at_models("compact-256", [str(tmp_path / "own")]).models[-1]
    assert damage in own.trouble
    assert own.fix


def test_model_that_is_nowhere_is_told() -> None:
    lost = look_at_models("nowhere").models[-1]
    assert "There is no model called nowhere" in lost.trouble
    assert lost.chosen


def test_demo_is_no_folder_to_look_for() -> None:
    assert [model.name for model in look_at_models("demo").models] == model_names()


def test_embedded_model_that_was_removed_is_told(tmp_path: Path) -> None:
    (lost,) = look_at_models(embedded=tmp_path).models
    assert "There is no model folder" in lost.trouble
    assert "git checkout -- assets" in lost.fix
