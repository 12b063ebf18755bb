"""Recipes that can be trained, and what is said of those that can't."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from puppet.errors import ModelError
from training.anchors import ANCHORS
from training.configuration import CompactConfiguration
from training.recipe import Recipe, load_recipe

STAGE = {"name": "one", "learn": "detector", "samples": 10, "weights": {"points": 1}}


def document(**changed: Any) -> dict[str, Any]:
    """A recipe that is good but for the stage's fields given; `model` and `training` are replaced whole."""
    model = changed.pop("model", {"family": "compact", "keypoint_count": len(ANCHORS)})
    training = changed.pop("training", {"stages": [{**STAGE, **changed}]})
    return {"name": "small", "model": model, "training": training}


def write(path: Path, content: dict[str, Any]) -> str:
    path.write_text(yaml.safe_dump(content))
    return str(path)


def test_embedded_recipe() -> None:
    recipe = load_recipe("compact-256")
    assert (recipe.name, recipe.model.side, recipe.model.keypoint_count) == ("compact-256", 256, len(ANCHORS))
    assert isinstance(recipe.model, CompactConfiguration)
    assert [stage.learn for stage in recipe.training.stages] == ["detector", "closeups", "generator", "generator"]
    assert recipe.training.stages[-1].side == recipe.model.side
    assert recipe.training.licence
    assert all("(" in source for source in recipe.training.sources), "every source tells its licence"


def test_a_recipe_is_read_back_as_it_was_written() -> None:
    recipe = load_recipe("compact-256")
    assert Recipe.model_validate(recipe.model_dump(mode="json")) == recipe


def test_file_names_the_recipe_that_has_no_name(tmp_path: Path) -> None:
    content = document()
    del content["name"]
    assert load_recipe(write(tmp_path / "mine.yaml", content)).name == "mine"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"learn": "both"}, r"training\.stages\.0\.learn"),
        ({"samples": 0}, r"training\.stages\.0\.samples"),
        ({"side": 100}, r"training\.stages\.0\.side"),
        ({"rate": -1.0}, r"training\.stages\.0\.rate"),
        ({"speed": 3}, r"training\.stages\.0\.speed"),
        ({"weights": {}}, r"training\.stages\.0\.weights"),
        ({"weights": {"l1": 1}}, r"the detector has the losses points, gaps, jacobians, not l1"),
        ({"learn": "generator", "weights": {"l1": 1, "l2": 1}}, r"the generator has the losses l1, .*, not l2"),
        ({"training": {"stages": []}}, r"training\.stages"),
        ({"training": {"stages": [STAGE], "ema": 1.0}}, r"training\.ema"),
        ({"model": {"family": "compact", "keypoint_count": 10}}, r"keypoint_count is 10, but training anchors 20"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        load_recipe(write(tmp_path / "mine.yaml", document(**changed)))
    assert "mine.yaml" in caught.value.sentence


def test_recipe_without_training_is_told() -> None:
    with pytest.raises(ModelError, match="says nothing of training"):
        load_recipe("vox-256")
