"""Recipes that can be trained, and what is said of those that can't."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from puppet.errors import ModelError
from training.configuration import CompactConfiguration
from training.data.anchors import ANCHORS
from training.recipes.recipe import Recipe, Stage, load_recipe

STAGE = {"name": "one", "learn": "detector", "samples": 10, "weights": {"points": 1}}
BOTH = {"learn": "both", "weights": {"perceptual": 10}}
JUDGED = {"learn": "both", "weights": {"perceptual": 10, "gan": 1}}


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
    assert [stage.learn for stage in recipe.training.stages] == ["detector", "closeups", "generator", "generator", "generator"]
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
        ({"learn": "all"}, r"training\.stages\.0\.learn"),
        ({"samples": 0}, r"training\.stages\.0\.samples"),
        ({"side": 100}, r"training\.stages\.0\.side"),
        ({"rate": -1.0}, r"training\.stages\.0\.rate"),
        ({"speed": 3}, r"training\.stages\.0\.speed"),
        ({"weights": {}}, r"training\.stages\.0\.weights"),
        ({"weights": {"l1": 1}}, r"the detector has the losses points, gaps, jacobians, not l1"),
        ({"learn": "generator", "weights": {"l1": 1, "l2": 1}}, r"the generator has the losses l1, .*, not l2"),
        ({"learn": "both", "weights": {"seen_gaps": 1}}, r"the detector and the generator have the losses l1, .*, not seen_gaps"),
        ({"samples": None}, r"so many samples long or so many epochs"),
        ({"epochs": 3}, r"so many samples long or so many epochs"),
        ({"repeats": 3}, r"repeats go with epochs"),
        ({"schedule": "steps"}, r"milestones go with the schedule"),
        ({"milestones": [0.5]}, r"milestones go with the schedule"),
        ({"schedule": "steps", "milestones": [1.5]}, r"training\.stages\.0\.milestones\.0"),
        ({"batch": 6, "accumulate": 4}, r"a batch of 6 can't be gone through in 4 equal parts"),
        ({**BOTH, "balance": "openings"}, r"balanced by openings only in a stage that uses landmarks"),
        ({**BOTH, "weights": {"gan": 1}}, r"the loss gan needs a `discriminator`"),
        ({**BOTH, "discriminator": {}}, r"of use only with a weight for `gan`"),
        ({**JUDGED, "discriminator": {"scales": [0.3]}}, r"one over a whole number"),
        ({**JUDGED, "discriminator": {"views": ["mouth"], "sees_keypoints": True}}, r"looks at the whole picture alone"),
        ({**JUDGED, "discriminator": {"views": ["eyes"], "crop_side": 32}}, r"a depth of 4 needs a crop_side of at least 61, not 32"),
        ({**JUDGED, "discriminator": {"scales": [1, 0.25]}, "side": 128}, r"needs pictures of 61 px, but looks at 32 px"),
        ({**BOTH, "augmentation": {"resize": [1.1, 0.9]}}, r"resize goes from a smallest to a largest"),
        ({"training": {"stages": []}}, r"training\.stages"),
        ({"training": {"stages": [STAGE], "ema": 1.0}}, r"training\.ema"),
        ({"model": {"family": "compact", "keypoint_count": 10}}, r"keypoint_count is 10, but the stage one anchors 20"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        load_recipe(write(tmp_path / "mine.yaml", document(**changed)))
    assert "mine.yaml" in caught.value.sentence


def test_recipe_without_training_is_told(tmp_path: Path) -> None:
    content = document()
    del content["training"]
    with pytest.raises(ModelError, match="says nothing of training"):
        load_recipe(write(tmp_path / "mine.yaml", content))


def test_discovered_keypoints_may_be_any_number(tmp_path: Path) -> None:
    content = document(model={"family": "fomm"}, **BOTH)
    stage = load_recipe(write(tmp_path / "mine.yaml", content)).training.stages[0]
    assert not stage.uses_landmarks
    assert stage.pairing == "identity"


@pytest.mark.parametrize(
    ("changed", "anchors", "landmarks"),
    [
        ({}, True, True),
        (BOTH, False, False),
        ({"learn": "both", "weights": {"flow": 1}}, False, True),
        ({"learn": "both", "weights": {"points": 1}}, True, True),
        ({"learn": "generator", "weights": {"l1": 1}}, True, True),
        ({"learn": "generator", "weights": {"l1": 1}, "exact_share": 0}, False, False),
        ({**JUDGED, "discriminator": {"views": ["picture"]}}, False, False),
        ({**JUDGED, "discriminator": {"views": ["eyes", "mouth"]}}, False, True),
    ],
)
def test_what_a_stage_asks_of_the_data(changed: dict[str, Any], anchors: bool, landmarks: bool) -> None:
    stage = Stage.model_validate({**STAGE, **changed})
    assert (stage.uses_anchors, stage.uses_landmarks) == (anchors, landmarks)


def test_length_counts_clips_or_people() -> None:
    by = {balance: Stage.model_validate({**STAGE, **BOTH, "samples": None, "epochs": 3, "repeats": 5, "balance": balance})
          for balance in ("identity", "clips")}  # fmt: skip
    assert (by["identity"].length(7, 2), by["clips"].length(7, 2)) == (30, 105)
    assert Stage.model_validate(STAGE).length(7, 2) == 10
