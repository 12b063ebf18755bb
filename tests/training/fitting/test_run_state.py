"""The state of a run: its rate, its averaged weights, its stages, and what is on disk."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_run import BATCH, RECIPE, STEPS, assert_same_state, changed_plan
from training.fitting.run_state import RunState
from training.mesh_weights import load_face_mesh
from training.networks.compact_detector import CompactDetector
from training.recipes.recipe import Recipe, Stage, load_recipe

CPU = torch.device("cpu")


def state_of(recipe: Recipe = RECIPE) -> RunState:
    return RunState(recipe, CPU)


def long_stage(**changed: Any) -> Recipe:
    """A recipe of one stage of 1000 samples in steps of 10."""
    fields = {"name": "one", "learn": "detector", "samples": 1000, "batch": 10, "rate": 2e-3, "warmup": 20, "weights": {"points": 1}}
    return changed_plan(stages=(Stage.model_validate({**fields, **changed}),))


def learns(state: RunState) -> set[str]:
    """Which of the two networks."""
    return {name.split(".")[0] for name in state.learnt()}


def rates(recipe: Recipe) -> list[float]:
    """The rate of every step of the one stage."""
    state = state_of(recipe)
    found = []
    for _ in range(100):
        found.append(state.rate())
        state.count(10)
    return [*found, state.rate()]


def test_rate_rises_to_its_peak_and_falls_to_a_hundredth() -> None:
    found = rates(long_stage())
    assert found[0] == pytest.approx(2e-3 / 20)
    assert found[9] == pytest.approx(2e-3 / 2, rel=0.03)
    assert found.index(max(found)) == 19
    assert 0.85 * 2e-3 < max(found) < 2e-3
    assert all(later < earlier for earlier, later in itertools.pairwise(found[19:]))
    assert found[-1] == pytest.approx(2e-5)


def test_rate_without_warmup_begins_at_its_peak() -> None:
    found = rates(long_stage(warmup=0))
    assert found[0] == pytest.approx(2e-3)
    assert found[50] == pytest.approx(2e-3 * (0.01 + 0.99 / 2))


def test_average_follows_slowly_and_less_so_at_the_start() -> None:
    state = state_of()
    before = state.average.get_parameter("detector.heat.weight").clone()
    with torch.no_grad():
        state.networks.get_parameter("detector.heat.weight").add_(1.0)
        state.networks.get_buffer("detector.stem.1.running_mean").add_(1.0)
        state.networks.get_buffer("detector.stem.1.num_batches_tracked").add_(3)
    state.update_average()  # decay 1/20
    weight = state.average.get_parameter("detector.heat.weight")
    torch.testing.assert_close(weight, before + 0.95)
    torch.testing.assert_close(state.average.get_buffer("detector.stem.1.running_mean"), torch.full((8,), 0.95))
    assert state.average.get_buffer("detector.stem.1.num_batches_tracked") == 3
    state.count(10_000)
    state.update_average()  # decay .9, the recipe's
    torch.testing.assert_close(weight, before + 1 - 0.05 * 0.9)
    assert not weight.requires_grad


def test_stages_follow_one_another() -> None:
    state = state_of()
    assert learns(state) == {"detector"}
    state.prepare_stage()
    assert all(parameter.requires_grad for parameter in state.networks.detector.parameters())
    assert state.networks.detector.training
    assert not any(parameter.requires_grad for parameter in state.networks.generator.parameters())
    assert not state.networks.generator.training

    first = state.optimiser
    with torch.no_grad():
        state.average.get_parameter("detector.heat.weight").fill_(0.5)
    state.count(STEPS * BATCH)
    state.next_stage()
    state.prepare_stage()
    assert (state.networks.get_parameter("detector.heat.weight") == 0.5).all(), "a stage ends with its averaged weights"
    assert learns(state) == {"generator"}
    assert not state.networks.detector.training
    assert state.optimiser is not first
    learning = {id(parameter) for group in state.optimiser.param_groups for parameter in group["params"]}
    assert learning == {id(parameter) for parameter in state.networks.generator.parameters()}
    assert (state.stage_samples, state.samples, state.steps) == (0, STEPS * BATCH, 1)
    state.next_stage()
    assert state.stage is None


def test_a_state_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    state = state_of()
    state.count(BATCH)
    state.save(tmp_path)
    other = state_of(changed_plan(seed=5))
    other.load(tmp_path)
    assert_same_state(other, state)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.pth", "state.pt"]


def test_a_run_that_is_gone_on_with_keeps_the_licence_and_data_it_began_with(tmp_path: Path) -> None:
    state_of(changed_plan(licence="CC BY 4.0", sources=("theirs (CC BY 4.0)", "mine"))).save(tmp_path)
    gone_on = state_of(changed_plan(licence="MIT", sources=("mine",)))
    gone_on.load(tmp_path)
    kept = gone_on.checkpoint()
    assert (kept["licence"], kept["training_data"]) == ("CC BY 4.0", ["theirs (CC BY 4.0)", "mine"])


def test_a_failed_save_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_of()
    state.save(tmp_path)

    def fail(content: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    state.count(BATCH)
    with pytest.raises(TrainingError, match=r"state\.pt can't be written: .*No space left"):
        state.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.pth", "state.pt"]
    kept = state_of()
    kept.load(tmp_path)
    assert kept.steps == 0


def test_checkpoint_carries_figures() -> None:
    content = state_of().checkpoint({"l1": 0.03})
    assert content["metrics"] == {"l1": 0.03}
    assert content["configuration"]["keypoint_count"] == 20
    assert set(content["model"]) == set(state_of().networks.state_dict())


def test_closeups_learn_alone() -> None:
    networks = RECIPE.model.model_copy(update={"eyes": ((2, 3, 6, 7), (5, 4, 8, 9)), "mouth": (12, 13, 14, 15, 16), "patch_side": 16})
    state = state_of(long_stage(learn="closeups").model_copy(update={"model": networks}))
    state.prepare_stage()
    learning = {name.split(".")[1] for name, parameter in state.networks.named_parameters() if parameter.requires_grad}
    assert learning == {"closeups"}
    assert not state.networks.detector.get_submodule("stem").training


def test_closeups_that_networks_do_not_have() -> None:
    with pytest.raises(TrainingError, match="trains closeups, which its networks do not have"):
        state_of(long_stage(learn="closeups"))


def test_a_stage_that_blends_keeps_part_of_what_it_learnt(tmp_path: Path) -> None:
    stages = tuple(stage.model_copy(update={"blend": 0.25}) for stage in RECIPE.training.stages)
    state = state_of(changed_plan(stages=stages))
    name, other = "detector.heat.weight", "generator.head.weight"
    began = state.networks.get_parameter(name).detach().clone()
    with torch.no_grad():
        state.average.get_parameter(name).add_(1.0)
    torch.testing.assert_close(state.checkpoint()["model"][name], began + 0.25)
    torch.testing.assert_close(state.average.get_parameter(name), began + 1.0)

    state.save(tmp_path)
    resumed = state_of(changed_plan(stages=stages, seed=5))
    resumed.load(tmp_path)
    for one in (state, resumed):
        torch.testing.assert_close(one.kept().get_parameter(name), began + 0.25)
    state.next_stage()
    torch.testing.assert_close(state.networks.get_parameter(name), began + 0.25)
    assert set(state.before) == set(state.learnt()) and other in state.before


def test_fresh_networks_have_the_face_mesh_as_it_was_published() -> None:
    detector = state_of(load_recipe("compact-256")).networks.detector
    assert isinstance(detector, CompactDetector) and detector.mesh is not None
    published = load_face_mesh().state_dict()
    assert all(torch.equal(value, published[name]) for name, value in detector.mesh.network.state_dict().items())
