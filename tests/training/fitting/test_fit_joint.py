"""The First Order Motion Model's way: both networks and a discriminator, from any clips; cut, resumed, decoded on demand, in parts."""

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_pack import read_index, write_index
from tests.training.small_run import assert_same_state, interrupt_at, joint, run
from training.fitting.fit import Supply
from training.fitting.run_state import RunState
from training.fitting.speedups import PLAIN
from training.fitting.update import Update
from training.fitting.validation import validate
from training.recipes.recipe import DiscriminatorPlan, Stage


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)


@pytest.fixture(scope="module")
def blind(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn pack without landmarks."""
    folder = shutil.copytree(pack, tmp_path_factory.mktemp("data") / "blind")
    write_index(folder, [{**entry, "landmarks": "none", "still": None} for entry in read_index(folder)])
    return folder


@pytest.fixture(scope="module")
def whole(blind: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunState, Path]:
    """The run that nothing cuts."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)
        return run(folder, blind, recipe=joint()), folder


def test_everything_learns_and_is_logged(whole: tuple[RunState, Path]) -> None:
    state, folder = whole
    fresh = RunState(joint(), torch.device("cpu"))
    for part in ("detector.", "generator."):
        moved = [name for name, value in state.networks.named_parameters() if not torch.equal(value, fresh.networks.get_parameter(name))]
        assert any(name.startswith(part) for name in moved)
    log = (folder / "log.txt").read_text()
    line = next(line for line in log.splitlines() if line.startswith("adversarial 12/12"))
    for name in ("l1", "gan", "features", "equivariance_points", "equivariance_jacobians", "judging", "norm"):
        assert f" {name} " in line
    assert "nan" not in log
    judged = next(line for line in log.splitlines() if line.startswith("= adversarial 12"))
    assert "l1_warp" in judged and "blink_r" not in judged


def test_tensorboard_gets_figures_and_sheets(whole: tuple[RunState, Path]) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

    events = EventAccumulator(str(whole[1] / "tensorboard"))
    events.Reload()
    tags = events.Tags()
    assert {"adversarial/gan", "adversarial/rate", "validation/l1"} <= set(tags["scalars"])
    assert tags["images"] == ["sheets/adversarial"]
    (figure,) = events.Scalars("adversarial/rate")
    assert figure.step == 12


def test_a_run_cut_in_two_is_the_uncut_one(blind: Path, tmp_path: Path) -> None:
    """The discriminator and its optimiser too, looked at before the stage ends; the second half decodes on demand."""
    states = {}
    for name, stops in (("uncut", [2]), ("cut", [1, 1])):
        for index, step in enumerate(stops):
            with pytest.MonkeyPatch.context() as patch:
                interrupt_at(patch, step)
                supply = Supply(memory_gb=0, workers=2) if index else Supply()
                states[name] = run(tmp_path / name, blind, recipe=joint(), resume=index > 0, supply=supply)
    assert "decoded on demand by 2 workers" in (tmp_path / "cut" / "log.txt").read_text()
    assert states["cut"].discriminator is not None
    assert states["cut"].steps == 2
    assert_same_state(states["cut"], states["uncut"])


def test_a_batch_in_parts_is_the_whole_batch(blind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With statistics frozen, parts see what the whole sees.

    The gradients that both optimisers get in the first step are compared, to rounding. What Adam makes of them is no measure: it
    divides by their size, so a weight whose gradient is rounding alone moves as far as any other.
    """
    gradients: dict[int, list[torch.Tensor]] = {1: [], 2: []}
    improve = Update._improve

    def overheard(self: Update, optimiser: torch.optim.Optimizer, parameters: list[torch.nn.Parameter]) -> torch.Tensor:
        flat = [torch.zeros_like(value) if value.grad is None else value.grad.clone() for value in parameters]
        gradients[self.stage.accumulate].append(torch.cat([value.flatten() for value in flat]))
        return improve(self, optimiser, parameters)

    monkeypatch.setattr(Update, "_improve", overheard)
    start = RunState(joint(), torch.device("cpu")).networks
    for parts in (1, 2):
        run(tmp_path / str(parts), blind, recipe=joint(frozen_norms=True, accumulate=parts), start=start, speedups=PLAIN)
    assert len(gradients[1]) == len(gradients[2]) == 2 * 3  # generator and discriminator, three steps
    for whole, in_parts in zip(gradients[1][:2], gradients[2][:2], strict=True):
        assert whole.norm() > 0
        assert (whole - in_parts).norm() < 1e-3 * whole.norm()


def test_validation_is_left_at_a_signal(blind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any, **options: Any) -> dict[str, float]:
        signal.raise_signal(signal.SIGINT)
        return validate(*given, **options)

    monkeypatch.setattr("training.fitting.fit.validate", interrupted)
    state = run(tmp_path / "run", blind, recipe=joint(), save_every_s=0.0)
    assert state.steps == 1
    log = (tmp_path / "run" / "log.txt").read_text()
    assert "\n= " not in log and "# stopped; go on with --resume" in log
    kept = RunState(joint(), torch.device("cpu"))
    kept.load(tmp_path / "run")
    assert_same_state(kept, state)


def test_reading_is_left_at_a_signal(blind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.fitting.feed import read_all

    def interrupted(*given: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        return read_all(*given)

    monkeypatch.setattr("training.fitting.fit.read_all", interrupted)
    assert run(tmp_path / "run", blind, recipe=joint()).steps == 0
    monkeypatch.undo()
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)
    assert run(tmp_path / "run", blind, recipe=joint(samples=4), resume=True).steps == 1


def test_a_lack_of_memory_says_what_to_lower(blind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*given: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("training.fitting.update.Update.apply", starve)
    with pytest.raises(TrainingError, match="4 pairs of 64 px at a time") as caught:
        run(tmp_path / "run", blind, recipe=joint())
    assert "accumulate: 2" in caught.value.hint


def test_a_batch_that_processes_can_t_share_is_told(blind: Path, tmp_path: Path) -> None:
    from training.fitting.fit import share_rows
    from training.fitting.process_group import ProcessGroup

    stage = joint().training.stages[0]
    group = ProcessGroup(1, 2, 1, 2, torch.device("cpu"))
    assert share_rows(stage, group) == (4, 2, 2)
    with pytest.raises(TrainingError, match="can't be shared by 3 processes"):
        share_rows(stage, group._replace(size=3))


def test_other_stages_are_refused(whole: tuple[RunState, Path], blind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, 1)
    run(tmp_path / "run", blind, recipe=joint())
    other = joint(learn="generator", exact_share=0, weights={"l1": 1}, discriminator=None)
    with pytest.raises(TrainingError, match="begun with other stages"):
        run(tmp_path / "run", blind, recipe=other, resume=True)


def test_discriminator_of_mouth_and_eyes_polishes_a_generator(pack: Path, tmp_path: Path) -> None:
    from tests.training.small_run import RECIPE, changed_plan

    judge = DiscriminatorPlan.model_validate({"width": 4, "width_limit": 8, "depth": 2, "views": ["mouth", "eyes"], "crop_side": 16})
    stage = Stage(
        name="polish", learn="generator", side=64, samples=4, batch=2, weights={"l1": 1, "gan": 0.1, "features": 1}, discriminator=judge
    )
    state = run(tmp_path / "run", pack, recipe=changed_plan(stages=(stage,)))
    fresh = RunState(RECIPE, torch.device("cpu"))
    assert torch.equal(state.networks.get_parameter("detector.heat.weight"), fresh.networks.get_parameter("detector.heat.weight"))
    assert not torch.equal(state.networks.get_parameter("generator.head.weight"), fresh.networks.get_parameter("generator.head.weight"))
    log = (tmp_path / "run" / "log.txt").read_text()
    assert " gan " in log and " features " in log
