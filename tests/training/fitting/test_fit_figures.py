"""Drawn figures prepared as whole figures, and the published way of training on them, before a discriminator and with one Jacobian map."""

from pathlib import Path

import pytest
import torch

from scripts.draw_figures import write_clip
from scripts.figures.figure_clip import Take
from tests.training.small_networks import SMALL_FOMM
from tests.training.small_run import joint, run
from training.configuration import FommConfiguration
from training.preparing.preparation import Preparation
from training.preparing.prepare import prepare
from training.recipes.recipe import load_recipe


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two animals, prepared."""
    raw, output = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("figures")
    for number in (0, 1):
        take = Take("animals", 0, number, 0)
        write_clip(raw / f"{take.name}.mp4", take, 96, 12)
    prepare(raw, output, Preparation(side=64, body=True, min_seconds=0.3, min_crop=64))
    return output


def test_figures_are_trained_on_as_the_published_recipe_for_cartoons_says(
    figures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 2)
    published = load_recipe("mgif-256")
    assert isinstance(published.model, FommConfiguration)
    stage = published.training.stages[0]
    assert not stage.uses_landmarks
    recipe = joint(balance=stage.balance, augmentation=stage.augmentation, batch=2, samples=4)
    recipe = recipe.model_copy(
        update={
            "model": SMALL_FOMM.model_copy(update={"single_jacobian_map": published.model.single_jacobian_map}),
            "training": recipe.training.model_copy(update={"held_out": "ends", "clip": None}),
        }
    )
    state = run(tmp_path / "run", figures, recipe=recipe)
    assert state.samples == 4
    assert (state.clips, state.people) == (2, 2)
    assert all(torch.isfinite(value).all() for value in state.networks.state_dict().values())
    assert len(list((tmp_path / "run" / "sheets").glob("*.png"))) == 1
