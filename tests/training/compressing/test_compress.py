"""Compression from end to end on the drawn pack: what is written, resumed, compared and refused."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from puppet.animator import Face
from puppet.demo import DemoAnimator
from puppet.errors import EngineError, PuppetError, TrainingError
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small, ours, saved
from training.checkpoint import Header, load_networks
from training.commands import app
from training.compressing.compress import Target, compare, prune_to, start_student
from training.compressing.side_by_side import read_judged_clips, time_in_turns
from training.compressing.student import STATE, DistillationPlan, Student
from training.compressing.teaching import open_feed, open_unseen, teach
from training.cost import count_parameters
from training.fitting.session import Session, refuse_used_folder
from training.networks.pair import NetworkPair

PARAMETERS = count_parameters(build_small(SMALL_COMPACT))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few batches, pairs and rounds, and no face finder."""
    for name, value in {
        "training.compressing.compress.IMPORTANCE_BATCHES": 2,
        "training.compressing.pruning_target.STEPS": 2,
        "training.compressing.teaching.VALIDATION_PAIRS": 2,
        "training.compressing.side_by_side.time_in_turns": lambda animators, **_: [1.0] * len(animators),
        "training.compressing.compress_command.open_face_finder": no_finder,
    }.items():
        monkeypatch.setattr(name, value)


def no_finder() -> None:
    """As where the engines are not installed."""
    raise EngineError("There is no face finder here.")


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """The checkpoint of small networks with random weights."""
    return saved(tmp_path / "teacher.pth", ours(build_small(SMALL_COMPACT)))


def run(*arguments: object) -> dict[str, Any]:
    """The command's figures as JSON; none where it was interrupted."""
    result = CliRunner().invoke(
        app, ["compress", *(str(argument) for argument in arguments), "--json", "--device", "cpu", "--engine", "torch"]
    )
    if result.exception is not None:
        raise result.exception
    return dict(json.loads(result.stdout)) if result.stdout else {}


def test_the_staged_scheme_prunes_each_part_in_its_stage(pack: Path, teacher: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "one.pth", tmp_path / "two.pth"
    learn = ("--data", pack, "--samples", 4, "--batch", 2)
    figures = run(teacher, "--stage", "keypoints", "--parameters", PARAMETERS * 8 // 10, *learn, "-o", first)
    full, seen = load_networks(teacher)[0], load_networks(first)[0]
    assert count_parameters(seen.detector) < count_parameters(full.detector)
    assert {name: value.shape for name, value in seen.generator.state_dict().items()} == {
        name: value.shape for name, value in full.generator.state_dict().items()
    }
    assert [side["name"] for side in figures["sides"]] == ["teacher.pth", "one"]
    assert figures["engine"] == "torch"
    assert all(side["l1"] > 0 and side["akd"] is None for side in figures["sides"])
    run(teacher, "--stage", "generator", "--student", first, "--parameters", PARAMETERS // 2, *learn, "-o", second)
    both, read = load_networks(second)
    assert_equal(seen.detector, both.detector)
    assert count_parameters(both.generator) < count_parameters(full.generator)
    assert read.header is not None
    assert (read.header.name, read.header.licence, read.header.training_data) == ("two", "MIT", ["drawn shapes (CC0)"])
    assert (tmp_path / "two" / STATE).is_file()
    assert list((tmp_path / "two" / "sheets").glob("generator_*.png"))


def assert_equal(one: nn.Module, other: nn.Module) -> None:
    """The same weights and statistics to the bit."""
    weights = other.state_dict()
    for name, value in one.state_dict().items():
        assert torch.equal(value, weights[name]), name


class Interrupted(Session):
    """Is told to stop after some looks, one a step."""

    steps = 0

    @property
    def is_over(self) -> bool:
        self.steps -= 1
        return self.steps <= 0


def test_a_run_cut_in_two_equals_the_uncut_one(pack: Path, tmp_path: Path) -> None:
    plan, device = DistillationPlan(side=64, samples=8, batch=2), torch.device("cpu")
    teacher = build_small(SMALL_COMPACT)
    feed, unseen = open_feed([pack], plan, None, device), open_unseen([pack], 64, None)

    def learn(student: Student, folder: Path, steps: int) -> Student:
        """Go on for some steps."""
        with Interrupted(folder, [pack], None, 300, None) as session:
            session.steps = steps
            teach(teacher, student, feed, unseen, session=session, output=folder / "student.pth")
        return student

    def begin() -> Student:
        networks = build_small(SMALL_COMPACT, seed=4)
        return Student(networks, plan, Header(name="small", configuration=networks.configuration), device)

    uncut = learn(begin(), tmp_path / "uncut", 99)
    learn(begin(), tmp_path / "cut", 2)
    torch.manual_seed(99)
    resumed = learn(Student.resume(tmp_path / "cut", plan, device), tmp_path / "cut", 99)
    assert_equal(uncut.networks, resumed.networks)
    assert_equal(uncut.average, resumed.average)
    assert (resumed.steps, resumed.samples, resumed.rate()) == (4, 8, uncut.rate())
    with pytest.raises(TrainingError, match="batch 2, not 4"):
        Student.resume(tmp_path / "cut", DistillationPlan(side=64, samples=8, batch=4), device)
    with pytest.raises(TrainingError, match="nothing to resume"):
        Student.resume(tmp_path / "other", plan, device)
    with pytest.raises(TrainingError, match="not empty"):
        refuse_used_folder(tmp_path / "cut")


def test_the_command_goes_on_where_it_was_interrupted(pack: Path, teacher: Path, tmp_path: Path) -> None:
    options = (teacher, "--data", pack, "--samples", 6, "--batch", 2, "-o", tmp_path / "small.pth")
    session = Session(tmp_path / "small", [pack], 1e-9, 300, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.fitting.session.Session", lambda *_: session)
        assert run(*options, "--share", 0.8) == {}
    assert "go on with --resume" in (tmp_path / "small" / "log.txt").read_text(encoding="utf-8")
    widths = load_networks(tmp_path / "small.pth")[0].configuration.widths
    assert widths
    assert run(*options, "--resume")["sides"]
    assert load_networks(tmp_path / "small.pth")[0].configuration.widths == widths
    assert "6/6" in (tmp_path / "small" / "log.txt").read_text(encoding="utf-8")


def test_a_smaller_family_learns_what_can_be_compared(pack: Path, tmp_path: Path) -> None:
    teacher = saved(tmp_path / "full.pth", ours(build_small(SMALL_FOMM)))
    recipe = tmp_path / "tiny.yaml"
    model = SMALL_COMPACT.model_copy(update={"keypoint_count": 4}).model_dump(mode="json")
    recipe.write_text(json.dumps({"name": "tiny", "model": model}), encoding="utf-8")
    options = (teacher, "--to", recipe, "--data", pack, "--samples", 2, "--batch", 2)
    run(*options, "-o", tmp_path / "tiny.pth")
    log = (tmp_path / "tiny" / "log.txt").read_text(encoding="utf-8")
    assert "flow" in log and "points" not in log
    with pytest.raises(TrainingError, match="other places"):
        run(*options, "--stage", "keypoints", "-o", tmp_path / "other.pth")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "what the student is"),
        (("--share", 0.5, "--parameters", 100), "only one target"),
        (("--share", 0.5, "--to", "compact-256"), "either a recipe"),
        (("--milliseconds", "soon"), "no time"),
        (("--to", "compact-256", "--stage", "generator"), "learned nothing"),
        (("--to", "compact-256", "--dry-run"), "pictures of 256 px"),
        (("--share", 0.5), "no data"),
        (("--share", 0.5, "--dry-run", "--side", 100, "--data", "."), "pictures of 100 px"),
    ],
)
def test_unclear_wishes_are_refused(teacher: Path, options: tuple[object, ...], complaint: str) -> None:
    with pytest.raises(PuppetError, match=complaint):
        run(teacher, *options)


def test_a_dry_run_compares_costs_and_writes_nothing(pack: Path, teacher: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    figures = run(teacher, "--parameters", 20_000, "--data", pack, "--dry-run", "-o", tmp_path / "student.pth")
    assert sorted(tmp_path.iterdir()) == before
    assert figures["sides"][1]["parameters"] <= 20_000 < figures["sides"][0]["parameters"]
    assert "l1" not in figures["sides"][0]


def test_nothing_is_taught_by_untrained_networks(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(PuppetError, match="learned nothing to teach"):
        run("vox-256", "--to", "compact-256", "--data", pack, "-o", tmp_path / "student.pth")


def test_time_is_a_target_by_the_ratio_to_the_full_networks(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = build_small(SMALL_COMPACT)
    full = count_parameters(pair)
    monkeypatch.setattr("training.compressing.compress.open_networks", lambda networks, name, engine: Clocked(networks))
    monkeypatch.setattr("training.compressing.compress.time_in_turns", lambda animators, **_: [animator.time for animator in animators])
    plan, told = DistillationPlan(side=64, batch=2), list[str]()
    feed = open_feed([pack], plan, None, torch.device("cpu"))
    half = prune_to(pair, Target("share of the time", 0.5), "both", feed, engine="torch", report=told.append)
    assert count_parameters(half.networks) <= 0.5 * full
    assert half.value == pytest.approx(count_parameters(half.networks) / full)
    certain = prune_to(pair, Target("milliseconds", 0.5 * full), "both", feed, engine="torch", report=told.append)
    assert certain.value == pytest.approx(count_parameters(certain.networks))
    assert any("milliseconds" in line for line in told)


class Slow(DemoAnimator):
    """Takes its time for every frame."""

    def animate(self, posed: Motion) -> Picture:
        time.sleep(0.02)
        return super().animate(posed)


class Clocked:
    """Networks that take a millisecond a parameter."""

    def __init__(self, networks: NetworkPair) -> None:
        self.time = float(count_parameters(networks))

    def close(self) -> None:
        """Nothing is held."""


def test_two_animators_take_turns_and_the_slow_one_is_told() -> None:
    fast, slow = time_in_turns([DemoAnimator(64), Slow(64)], rounds=2)
    assert slow >= 20 > fast


class Constant:
    """Finds the same face in every picture."""

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        return Face(np.zeros((68, 2), np.float32), np.zeros((468, 3), np.float32), 1.0)

    def close(self) -> None:
        """Nothing is held."""


def test_a_copy_costs_and_draws_what_its_teacher_does(pack: Path) -> None:
    unseen = open_unseen([pack], 64, None)
    assert [clip.name for clip in unseen.clips] == ["dora_1"]
    clips = read_judged_clips(unseen)
    assert len(clips) == 1 and len(clips[0]) == 6
    pair = build_small(SMALL_COMPACT)
    student = start_student(pair, None, None)
    sides, engine = compare(("a", pair), ("b", student), "both", clips=clips, finder=Constant(), engine="torch", report=lambda _: None)
    assert engine == "torch"
    assert sides[0].likeness == sides[1].likeness
    assert sides[0].likeness is not None
    assert 0 < sides[0].likeness.l1 < 1
    assert sides[0].likeness.akd == 0
    assert sides[0].costs[:3] == sides[1].costs[:3]
