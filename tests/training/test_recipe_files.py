"""Recipes by name and by file."""

from pathlib import Path

import pytest
import yaml

from puppet.errors import ModelError
from tests.training.small_networks import PARITY, SMALL_COMPACT
from training.configuration import FommConfiguration
from training.recipe_files import load_configuration, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_read_and_says_its_own_name(name: str) -> None:
    from training.recipe_files import read_recipe

    assert read_recipe(name)["name"] == name
    assert load_configuration(name).side == 256


def test_published_recipes() -> None:
    assert load_configuration("vox-adv-256") == FommConfiguration()
    assert load_configuration("mgif-256") == FommConfiguration(single_jacobian_map=True)


def test_official_file_is_told_apart() -> None:
    configuration = load_configuration(str(PARITY / "official_tiny.yaml"))
    assert isinstance(configuration, FommConfiguration)
    assert configuration.generator_width == 8


def test_our_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "model": SMALL_COMPACT.model_dump(mode="json")}))
    assert load_configuration(str(path)) == SMALL_COMPACT


def test_nearest_name_is_told() -> None:
    with pytest.raises(ModelError, match="no recipe called 'vox-265'") as caught:
        load_configuration("vox-265")
    assert "Did you mean vox-256?" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: [", "can't be read"),
        ("just words", "not a YAML mapping"),
        ("name: x\nmodle: {}", "key Puppet does not know: modle"),
        ("name: x", "says of no network"),
        ("name: x\nmodel: {family: unet}", "model: .*family"),
        ("name: x\nmodel: {family: fomm, keypoints: 10}", r"model\.fomm\.keypoints"),
        ("name: x\nmodel: {family: fomm, side: 200}", "does not halve often enough"),
        ("name: x\nmodel: {family: fomm, scale_factor: 0.3}", "one over a whole number"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ModelError, match=sentence):
        load_configuration(str(path))


@pytest.mark.parametrize("name", ["absent.yaml", "folder/vox-256"])
def test_missing_file_is_said(name: str) -> None:
    with pytest.raises(ModelError, match="There is no recipe file"):
        load_configuration(name)
