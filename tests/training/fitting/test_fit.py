"""A run from its first step to its checkpoint: cut, resumed, stopped in every way, and told apart from others."""

import re
import signal
from pathlib import Path
from typing import Any

import cv2
import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_run import BATCH, NETWORKS, RECIPE, STEPS, assert_same_state, changed_plan, interrupt_at, run
from training.checkpoint import load_networks
from training.fitting.run_state import RunState
from training.fitting.step import Step
from training.recipes.recipe import Stage


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)


@pytest.fixture(scope="module")
def whole(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunState, Path]:
    """The run that nothing cuts."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)
        return run(folder, pack), folder


def test_a_run_writes_what_it_promises(whole: tuple[RunState, Path]) -> None:
    state, folder = whole
    assert (state.stage, state.steps, state.samples) == (None, 2 * STEPS, 2 * STEPS * BATCH)
    assert sorted(path.name for path in folder.iterdir()) == ["log.txt", "sheets", "small.pth", "state.pt", "tensorboard"]
    assert sorted(path.name for path in (folder / "sheets").iterdir()) == ["keypoints_0000006.png", "motion_0000006.png"]
    sheet = cv2.imread(str(folder / "sheets" / "motion_0000006.png"))
    assert sheet is not None
    assert sheet.std() > 10
    log = (folder / "log.txt").read_text()
    assert "# stage keypoints: 2 clips, 25 frames at 64 px: 0.0 of " in log
    assert "# stage keypoints: 6 samples to go" in log
    assert re.search(r"^= motion 6 l1 0\.\d+ l1_copy 0\.\d+ l1_warp", log, re.MULTILINE)
    assert "nan" not in re.sub(r"(blink|mouth)_r nan", "", log)


def test_the_checkpoint_is_a_model_that_says_where_it_comes_from(whole: tuple[RunState, Path]) -> None:
    state, folder = whole
    pair, checkpoint = load_networks(folder / "small.pth")
    assert pair.configuration == NETWORKS
    header = checkpoint.header
    assert header is not None
    assert (header.name, header.steps, header.samples) == ("small", 2 * STEPS, 2 * STEPS * BATCH)
    assert (header.licence, header.training_data) == ("MIT", ["drawn faces (CC0)"])
    for name, tensor in state.average.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(tensor, pair.state_dict()[name]), name


def test_each_stage_trains_its_own_network(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = RunState(RECIPE, torch.device("cpu")).networks.state_dict()
    interrupt_at(monkeypatch, STEPS)
    after_first = run(tmp_path / "run", pack).networks.state_dict()
    learnt = {name.split(".")[0] for name in fresh if not torch.equal(fresh[name], after_first[name])}
    assert learnt == {"detector"}
    monkeypatch.undo()
    after_second = run(tmp_path / "run", pack, resume=True).networks.state_dict()
    assert {name.split(".")[0] for name in fresh if not torch.equal(after_first[name], after_second[name])} == {"generator"}


@pytest.mark.parametrize("step", [1, STEPS, STEPS + 2])
def test_a_run_cut_in_two_is_the_uncut_one(
    whole: tuple[RunState, Path], pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    interrupt_at(monkeypatch, step)
    cut = run(tmp_path / "run", pack)
    assert cut.steps == step, "the step under way is ended, and no other is begun"
    assert "# stopped; go on with --resume" in (tmp_path / "run" / "log.txt").read_text()
    monkeypatch.undo()
    torch.manual_seed(99)  # whatever another process would have drawn
    assert_same_state(run(tmp_path / "run", pack, resume=True), whole[0])


def test_a_finished_run_stays_as_it_is(whole: tuple[RunState, Path], pack: Path) -> None:
    state, folder = whole
    before = (folder / "small.pth").read_bytes()
    assert_same_state(run(folder, pack, resume=True), state)
    assert (folder / "small.pth").read_bytes() == before


def test_another_seed_is_another_run(whole: tuple[RunState, Path], pack: Path, tmp_path: Path) -> None:
    other = run(tmp_path / "run", pack, recipe=changed_plan(seed=1))
    assert not torch.equal(other.average.get_parameter("detector.heat.weight"), whole[0].average.get_parameter("detector.heat.weight"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_saves_and_leaves_handlers_as_they_were(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    interrupt_at(monkeypatch, 2, number)
    state = run(tmp_path / "run", pack)
    assert signal.getsignal(number) is before
    kept = RunState(RECIPE, torch.device("cpu"))
    kept.load(tmp_path / "run")
    assert_same_state(kept, state)
    assert load_networks(tmp_path / "run" / "small.pth")[1].header is not None


def test_time_limit_leaves_a_saved_state(pack: Path, tmp_path: Path) -> None:
    state = run(tmp_path / "run", pack, time_limit_s=0.0)
    assert state.steps == 1
    kept = RunState(RECIPE, torch.device("cpu"))
    kept.load(tmp_path / "run")
    assert kept.steps == 1
    assert len(list((tmp_path / "run" / "sheets").iterdir())) == 1


def test_states_are_saved_under_way(pack: Path, tmp_path: Path) -> None:
    run(tmp_path / "run", pack, save_every_s=0.0)
    assert len(list((tmp_path / "run" / "sheets").iterdir())) == 2 * STEPS


def test_a_step_whose_gradient_is_not_finite_is_left_out(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(self: Step, *given: Any) -> Any:
        total, losses, shown = computed(self, *given)
        return total * float("nan"), losses, shown

    computed = Step.forward
    monkeypatch.setattr(Step, "forward", spoilt)
    state = run(tmp_path / "run", pack, recipe=changed_plan(stages=RECIPE.training.stages[:1]))
    fresh = RunState(RECIPE, torch.device("cpu"))
    assert torch.equal(state.average.get_parameter("detector.heat.weight"), fresh.average.get_parameter("detector.heat.weight"))
    assert state.steps == STEPS


def test_a_folder_in_use_is_refused(whole: tuple[RunState, Path], pack: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not empty") as caught:
        run(whole[1], pack)
    assert "--resume" in caught.value.hint
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(TrainingError, match="is not empty"):
        run(tmp_path, pack)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    with pytest.raises(TrainingError, match=r"run folder .*holiday\.jpg can't be made"):
        run(tmp_path / "holiday.jpg", pack)


def test_after_a_failure_the_same_folder_serves(pack: Path, tmp_path: Path) -> None:
    """Data named wrongly, or --resume too early, must not leave a folder that neither way accepts."""
    folder = tmp_path / "run"
    with pytest.raises(TrainingError, match="There is no data at"):
        run(folder, tmp_path / "absent")
    with pytest.raises(TrainingError, match="There is nothing to resume in") as caught:
        run(folder, pack, resume=True)
    assert caught.value.hint == "Start without --resume."
    assert run(folder, pack, time_limit_s=0.0).steps == 1


def test_other_networks_are_refused(whole: tuple[RunState, Path], pack: Path) -> None:
    other = RECIPE.model_copy(update={"model": NETWORKS.model_copy(update={"quarter_blocks": 2})})
    with pytest.raises(TrainingError, match="has other networks than the recipe small") as caught:
        run(whole[1], pack, recipe=other, resume=True)
    assert "--run" in caught.value.hint


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_damaged_state_is_told(whole: tuple[RunState, Path], pack: Path, tmp_path: Path, share: float) -> None:
    content = (whole[1] / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TrainingError, match=r"state\.pt is (an empty file|truncated)") as caught:
        run(tmp_path, pack, resume=True)
    assert "--run" in caught.value.hint


def test_lpips_is_loaded_only_for_recipes_that_weigh_it(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(device: torch.device) -> None:
        raise TrainingError("no weights")

    monkeypatch.setattr("training.fitting.fit.load_lpips", refuse)
    run(tmp_path / "without", pack, time_limit_s=0.0)
    stage = Stage(name="motion", learn="generator", side=64, samples=2, batch=2, weights={"lpips": 1})
    with pytest.raises(TrainingError, match="no weights"):
        run(tmp_path / "with", pack, recipe=changed_plan(stages=(stage,)))
