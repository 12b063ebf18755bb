"""Recipes by name and by file."""

from pathlib import Path

import pytest
import yaml

from puppet.errors import ModelError
from tests.training.small_networks import PARITY, SMALL_COMPACT
from training.configuration import FommConfiguration
from training.recipes.recipe import Recipe, load_recipe
from training.recipes.recipe_files import RECIPES, load_configuration, read_recipe, recipe_names, validate_recipe


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_can_be_trained_and_says_its_own_name(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.model == load_configuration(name)
    assert recipe.model.side == int(name.rpartition("-")[2])
    assert recipe.training.stages[-1].side == recipe.model.side or name == "personal-256", "likenesses are learnt at 128 px"
    assert read_recipe(name).path == RECIPES / f"{name}.yaml"


def test_published_recipes() -> None:
    assert load_configuration("vox-adv-256") == FommConfiguration()
    assert load_configuration("mgif-256") == FommConfiguration(single_jacobian_map=True)
    assert load_configuration("vox-512") == FommConfiguration(side=512, scale_factor=0.125)


def test_recipes_of_bodies_and_cartoons_need_no_face() -> None:
    for name in recipe_names():
        if isinstance(load_configuration(name), FommConfiguration):
            assert not any(stage.uses_landmarks for stage in load_recipe(name).training.stages), name


def test_official_file_is_told_apart() -> None:
    configuration = load_configuration(str(PARITY / "official_tiny.yaml"))
    assert isinstance(configuration, FommConfiguration)
    assert configuration.generator_width == 8


def test_our_own_file_takes_the_name_it_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"model": SMALL_COMPACT.model_dump(mode="json")}))
    assert load_configuration(str(path)) == SMALL_COMPACT
    assert read_recipe(str(path)).content["name"] == "mine"


def test_nearest_name_is_told() -> None:
    with pytest.raises(ModelError, match="no recipe called 'vox-265'") as caught:
        load_configuration("vox-265")
    assert "Did you mean vox-256?" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: [", r"mine\.yaml, line 1: this is no YAML"),
        ("just words", r"mine\.yaml is not a YAML mapping"),
        ("name: x\nmodle: {}", r"mine\.yaml, line 2: modle is unknown; did you mean model\?"),
        ("name: x\ncolour: red", r"mine\.yaml, line 2: colour is unknown\. The keys at the top are name, model, training"),
        ("name: x", r"mine\.yaml says of no network"),
        ("name: x\nmodel: {family: unet}", r"line 2: model has the unknown family 'unet'"),
        ("name: x\nmodel:\n  family: fomm\n  keypoints: 10", r"line 4: model\.keypoints is unknown; did you mean keypoint_count\?"),
        ("name: x\nmodel: {family: fomm, side: 200}", "does not halve often enough"),
        ("name: x\nmodel: {family: fomm, scale_factor: 0.3}", "one over a whole number"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ModelError, match=sentence):
        load_configuration(str(path))


def test_recipe_that_can_only_be_converted_is_not_trained(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("model: {family: fomm}")
    with pytest.raises(ModelError, match=r"mine\.yaml says nothing of training"):
        validate_recipe(str(path), Recipe)


@pytest.mark.parametrize("name", ["absent.yaml", "folder/vox-256"])
def test_missing_file_is_said(name: str) -> None:
    with pytest.raises(ModelError, match="There is no recipe file"):
        load_configuration(name)
