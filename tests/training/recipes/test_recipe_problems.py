"""What is said of a recipe that can't be used: the line, the key, and the nearest right one."""

from pathlib import Path

import pytest

from puppet.errors import ModelError
from training.recipes.recipe import Recipe, load_recipe
from training.recipes.recipe_problems import known_keys

GOOD = """name: small
model:
  family: fomm
  keypoint_count: 10
training:
  ema: 0.9
  stages:
    - name: pixels
      learn: both
      samples: 10
      weights: {perceptual: 10,
                gan: 1}
      discriminator:
        sees_keypoints: true
"""


def said(tmp_path: Path, *changes: tuple[str, str]) -> str:
    """The error for GOOD with words replaced."""
    text = GOOD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ModelError) as caught:
        load_recipe(str(path))
    return str(caught.value).removeprefix(f"{path}")


def test_the_recipe_is_good(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert load_recipe(str(path)).training.stages[0].weights == {"perceptual": 10, "gan": 1}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("training:", "trainin:", ", line 5: trainin is unknown; did you mean training?"),
        ("keypoint_count", "keypoint_cuont", ", line 4: model.keypoint_cuont is unknown; did you mean keypoint_count?"),
        ("ema:", "emma:", ", line 6: training.emma is unknown; did you mean ema?"),
        ("samples", "sample", ", line 10: training.stages.0.sample is unknown; did you mean samples?"),
        ("weights", "weigths", ", line 11: training.stages.0.weigths is unknown; did you mean weights?"),
        ("gan: 1", "gann: 1", ", line 12: training.stages.0.weights.gann is unknown; did you mean gan?"),
        (
            "sees_keypoints",
            "see_keypoints",
            ", line 14: training.stages.0.discriminator.see_keypoints is unknown; did you mean sees_keypoints?",
        ),
        ("family", "famly", ", line 2: model does not say its family. It has famly: did you mean family?"),
        ("fomm", "fom", ", line 2: model has the unknown family 'fom'. Allowed: fomm, compact."),
        (
            "both",
            "bth",
            ", line 9: training.stages.0.learn is 'bth'; did you mean both? Allowed: detector, closeups, generator, fine or both.",
        ),
        ("samples: 10", "samples: 0", ", line 10: training.stages.0.samples is 0, but should be greater than or equal to 1."),
        ("samples: 10", "samples: many", ", line 10: training.stages.0.samples is 'many', but should be a valid integer."),
        ("gan: 1", "gan: high", ", line 12: training.stages.0.weights.gan is 'high', but should be a valid number."),
        ("name: pixels\n      ", "", ", line 8: training.stages.0.name is missing."),
        (
            "fomm",
            "fomm\n  side: 200",
            ", line 2: model can't be used: side 200 does not halve often enough: side * scale_factor must divide by 32.",
        ),
    ],
)
def test_line_and_key_are_named(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert said(tmp_path, (before, after)).startswith(told)


def test_key_like_no_other_is_told_the_others(tmp_path: Path) -> None:
    told = said(tmp_path, ("sees_keypoints", "colour"))
    assert "discriminator.colour is unknown. The keys here are width, width_limit, depth, spectral_norm" in told


def test_mapping_where_a_list_belongs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: a\nmodel: {family: fomm}\ntraining:\n  stages: {a: 1}\n")
    with pytest.raises(ModelError, match=r"line 4: training\.stages is \{'a': 1\}, but should be a list\.$"):
        load_recipe(str(path))
    path.write_text("name: a\nmodel: 7\ntraining:\n  stages: []\n")
    with pytest.raises(ModelError, match=r"line 2: model is 7, but should be a mapping\. One more thing is wrong with the file\.$"):
        load_recipe(str(path))
    path.write_text("name: a\nmodel: {family: fomm}\ntraining:\n  stages: []\n")
    with pytest.raises(ModelError, match=r"line 4: training\.stages is \[\], but should have 1 or more entries\.$"):
        load_recipe(str(path))


def test_first_line_comes_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    told = said(tmp_path, ("keypoint_count: 10", "keypoint_count: 0"), ("ema: 0.9", "ema: 2"), ("learn: both\n      ", ""))
    assert told.startswith(", line 4: model.keypoint_count is 0")
    assert told.endswith(" 2 more things are wrong with the file.")


def test_what_is_missing_comes_last_for_it_may_be_misspelt(tmp_path: Path) -> None:
    misspelt = said(tmp_path, ("name: pixels", "nam: pixels"))
    assert misspelt == ", line 8: training.stages.0.nam is unknown; did you mean name?", "it is told once"
    assert said(tmp_path, ("name: pixels", "title: a")).startswith(", line 8: training.stages.0.title is unknown. The keys here are name,")


def test_keys_known_at_a_place() -> None:
    assert known_keys(Recipe, ()) == ["name", "model", "training"]
    assert "keypoint_count" in known_keys(Recipe, ("model", "fomm"))
    assert "eyes" not in known_keys(Recipe, ("model", "fomm"))
    assert "eyes" in known_keys(Recipe, ("model", "compact"))
    assert "milestones" in known_keys(Recipe, ("training", "stages", 3))
    assert known_keys(Recipe, ("training", "stages", 0, "weights")) == []
