"""Where a run starts from: checkpoints of ours and published ones, and what is said where they don't fit or aren't there."""

from pathlib import Path

import pytest
import torch

from puppet.errors import ModelError, TrainingError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small, ours, published, saved
from tests.training.small_run import NETWORKS, RECIPE, changed_plan, joint, run
from training.fitting import starting_point
from training.fitting.starting_point import find_start, refuse_untrained_detector, start_from
from training.recipes.recipe import load_recipe


def test_our_checkpoint_brings_its_networks_licence_and_data(tmp_path: Path) -> None:
    pair = build_small(NETWORKS)
    path = saved(tmp_path / "mine.pth", ours(pair, licence="CC BY 4.0"))
    recipe, networks = start_from(str(path), load_recipe("personal-256"))
    assert recipe.model == NETWORKS
    assert (recipe.name, recipe.training.licence) == ("personal-256", "CC BY 4.0")
    assert recipe.training.sources == ("drawn shapes (CC0)", "clips of the person who trained it")
    assert torch.equal(networks.get_parameter("generator.head.weight"), pair.get_parameter("generator.head.weight"))


def test_figures_begin_with_the_embedded_networks_without_what_knows_faces_alone() -> None:
    recipe, networks = start_from("embedded", load_recipe("figures-128"))
    assert recipe.model == networks.configuration == load_recipe("figures-128").model, "so that --resume does without --from"
    assert networks.detector.closeups is networks.detector.mesh is None
    faces = start_from("embedded", load_recipe("personal-256"))[1]
    assert torch.equal(networks.get_parameter("generator.head.weight"), faces.get_parameter("generator.head.weight"))


def test_published_checkpoint_is_built_as_the_recipe_says(tmp_path: Path) -> None:
    pair = build_small(SMALL_FOMM)
    path = saved(tmp_path / "vox.pth.tar", published(pair))
    recipe, networks = start_from(str(path), joint())
    assert recipe == joint()
    assert torch.equal(networks.get_parameter("generator.first.conv.weight"), pair.get_parameter("generator.first.conv.weight"))
    with pytest.raises(ModelError, match="does not fit the recipe"):
        start_from(str(path), RECIPE)


def test_other_family_and_other_keypoints_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "fomm.pth", ours(build_small(SMALL_FOMM)))
    with pytest.raises(TrainingError, match="family fomm, the recipe small trains compact") as caught:
        start_from(str(path), RECIPE)
    assert "--recipe" in caught.value.hint
    path = saved(tmp_path / "three.pth", ours(build_small(SMALL_COMPACT)))
    with pytest.raises(TrainingError, match=r"can't be trained by the recipe small: .*keypoint_count is 3"):
        start_from(str(path), RECIPE)


def test_embedded_weights_lie_in_a_checkout_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_start("embedded").is_file()
    monkeypatch.setattr(starting_point, "CHECKPOINTS", tmp_path)
    with pytest.raises(TrainingError, match="not part of the installed package") as caught:
        find_start("embedded")
    assert "--from compact-256.pth" in caught.value.hint
    with pytest.raises(ModelError, match="There is no checkpoint at"):
        start_from(str(tmp_path / "absent.pth"), RECIPE)


def test_a_run_goes_on_from_there(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With frozen statistics, on the first part of everybody's clips; all that does not learn stays to the bit."""
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)
    start = build_small(NETWORKS)
    stage = RECIPE.training.stages[1].model_copy(update={"frozen_norms": True, "rate": 1e-5, "warmup": 0})
    state = run(tmp_path / "run", pack, recipe=changed_plan(stages=(stage,), held_out="ends"), start=start)
    assert "4 clips" in (tmp_path / "run" / "log.txt").read_text()
    for name, value in start.state_dict().items():
        found = state.networks.state_dict()[name]
        if name.startswith("detector.") or "running_" in name:
            assert torch.equal(found, value), name
        elif value.is_floating_point():
            assert (found - value).abs().max() < 1e-3
    assert not torch.equal(state.networks.get_parameter("generator.head.weight"), start.get_parameter("generator.head.weight"))


def test_nothing_is_trained_behind_a_detector_that_never_learnt() -> None:
    with pytest.raises(TrainingError, match="begins with the generator") as refused:
        refuse_untrained_detector(load_recipe("personal-256"))
    assert "--from" in refused.value.hint
    for name in ("compact-256", "vox-256"):
        refuse_untrained_detector(load_recipe(name))
