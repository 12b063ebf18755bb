"""`puppet-train evaluate` as a person calls it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from puppet.animator import Animator
from puppet.contract import read_card
from puppet.demo import DemoAnimator, DemoFaceFinder, DemoRestorer
from puppet.errors import TrainingError
from tests.toy_model import make_toy_model
from tests.training.small_bench import BlindAnimator, ColourEmbedder, PerfectAnimator, StillAnimator, difference
from tests.training.small_networks import SMALL_COMPACT, build_small, ours, saved
from tests.training.test_commands import call, refusal
from training import commands
from training.judging import evaluate_command
from training.judging.evaluation import Drawn, reconstruct

PARITY = Path(__file__).parents[1] / "parity"


def no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def figures(folder: Path, name: str = "figures.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"), parse_constant=no_constant)
    return found


@pytest.fixture(autouse=True)
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A face finder, an embedder and a distance that need no network."""
    monkeypatch.setattr(evaluate_command, "open_face_finder", DemoFaceFinder)
    monkeypatch.setattr("training.judging.identity.IdentityEmbedder", ColourEmbedder)
    monkeypatch.setattr("training.judging.perceived_distance.PerceivedDistance", lambda: difference)


def use_models(monkeypatch: pytest.MonkeyPatch, *animators: Animator) -> list[tuple[Path, str]]:
    """Let model folders open as these animators, in turn; what was asked for is noted."""
    asked: list[tuple[Path, str]] = []
    coming = iter(animators)

    def open_animator(folder: Path, engine: str) -> Animator:
        asked.append((folder, engine))
        return next(coming)

    monkeypatch.setattr(evaluate_command, "open_animator", open_animator)
    return asked


def test_a_model_folder_is_judged(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    animator = PerfectAnimator()
    asked = use_models(monkeypatch, animator)
    (tmp_path / "model").mkdir()
    said = call("evaluate", tmp_path / "model", "--data", pack, "-o", tmp_path / "out", "--stride", 1, "--engine", "onnxruntime")
    assert asked == [(tmp_path / "model", "onnxruntime")]
    assert animator.closed == 1
    assert "2 clips redrawn, 1 takes driven by others" in " ".join(said.split())
    assert "real_l1" in said
    assert f"The report is {tmp_path / 'out' / 'report.html'}" in said
    found = figures(tmp_path / "out")
    assert list(found) == ["model", "identity_embedder", "whole", "reconstruction", "transfer", "means"]
    assert found["means"]["real_akd"] == 0
    assert list(found["transfer"]) == ["bob driven by dora_1"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"figures.json", "report.html"}


def test_figures_are_written_beside_the_model(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "toy"
    make_toy_model(folder)
    use_models(monkeypatch, PerfectAnimator())
    call("evaluate", folder, "--data", pack, "-o", tmp_path / "out", "--stride", 1, "--write-card")
    metrics = read_card(folder).metrics  # the card still fits the graphs
    assert metrics["real_akd"] == 0
    assert metrics["transfer_missing"] == 0
    assert not [figure for figure in metrics if figure.endswith("_ms")], "the machine's, not the model's"
    assert figures(folder, "evaluation.json") == figures(tmp_path / "out")
    checkpoint = saved(tmp_path / "small.pth", ours(build_small(SMALL_COMPACT)))
    assert "has no model.toml" in refusal(monkeypatch, capsys, "evaluate", checkpoint, "--data", pack, "--write-card")


def test_json_is_such_that_every_reader_takes_it(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no face is found in the result there is no distance: null, not NaN."""
    use_models(monkeypatch, BlindAnimator(64))
    printed = json.loads(call("evaluate", tmp_path, "--data", pack, "-o", tmp_path / "out", "--json"), parse_constant=no_constant)
    assert printed["reconstruction"]["dora_1"]["akd"] is None
    assert printed["reconstruction"]["dora_1"]["missing"] == 1
    assert figures(tmp_path / "out") == printed


def test_two_models_are_judged_on_the_same_subjects(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = PerfectAnimator(), DemoAnimator(96)
    asked = use_models(monkeypatch, *models)
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
    said = call("evaluate", tmp_path / "new", "--against", tmp_path / "old", "--data", pack, "-o", tmp_path / "out")
    assert [folder.name for folder, _ in asked] == ["new", "old"]
    assert "demo (against)" in said
    found = figures(tmp_path / "out")
    first, second = found["means"], found["against"]["means"]
    assert found["against"]["model"] == "demo (against)"
    assert (first["real_l1"], found["difference"]["real_l1"]) == (0, pytest.approx(-second["real_l1"]))
    assert second["real_l1"] > 0
    assert list(found["against"]["transfer"]) == list(found["transfer"])
    assert first["real_l1_still"] == second["real_l1_still"]
    assert "demo (against)" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_own_pictures_are_driven_as_well(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_models(monkeypatch, StillAnimator(64))
    arguments = ("--data", pack, "-o", tmp_path / "out", "--portraits", 0, "--portraits-from", pack / "stills", "--rendered", 0)
    call("evaluate", tmp_path, *arguments)
    assert list(figures(tmp_path / "out")["transfer"]) == ["ann driven by dora_1", "bob driven by dora_1"]


def test_a_checkpoint_is_judged_through_torch(pack: Path, tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "small.pth", ours(build_small(SMALL_COMPACT)))
    printed = json.loads(call("evaluate", checkpoint, "--data", pack, "-o", tmp_path / "out", "--rendered", 0, "--stride", 4, "--json"))
    assert printed["model"] == "small"
    assert list(printed["reconstruction"]) == ["dora_1"]
    assert printed["means"]["real_l1"] > 0.001


def test_a_published_checkpoint_is_judged_by_its_recipe(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint, recipe = PARITY / "official_tiny.pth.tar", PARITY / "official_tiny.yaml"
    quick = ("--data", pack, "-o", tmp_path / "out", "--rendered", 0, "--portraits", 0, "--stride", 6)
    printed = json.loads(call("evaluate", checkpoint, "--recipe", recipe, *quick, "--json"))
    assert printed["model"] == "official_tiny"
    assert printed["means"]["real_l1"] > 0.001
    assert "leave the recipe out" in refusal(monkeypatch, capsys, "evaluate", "--recipe", recipe, *quick).lower()


def test_ctrl_c_leaves_a_report_on_what_was_judged(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "toy"
    make_toy_model(folder)
    before = read_card(folder)
    animator = PerfectAnimator()
    use_models(monkeypatch, animator)
    drawn: Iterator[Any] = iter([reconstruct])

    def once(*given: Any) -> Drawn:
        for real in drawn:
            result: Drawn = real(*given)
            return result
        raise KeyboardInterrupt

    monkeypatch.setattr("training.judging.judgement.reconstruct", once)
    given = ["evaluate", str(folder), "--data", str(pack), "-o", str(tmp_path / "out"), "--write-card"]
    ended = CliRunner().invoke(commands.app, given, catch_exceptions=False)
    assert ended.exit_code == 130
    assert "was interrupted" in ended.stderr
    found = figures(tmp_path / "out")
    assert (found["whole"], list(found["reconstruction"]), found["transfer"]) == (False, ["dora_1"], {})
    assert animator.closed == 1
    assert read_card(folder) == before, "a part of the figures is not the model's"
    assert not (folder / "evaluation.json").exists()


def test_what_was_opened_is_closed_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    animator = PerfectAnimator()
    use_models(monkeypatch, animator)
    with pytest.raises(TrainingError, match="There is no data at"):
        call("evaluate", tmp_path, "--data", tmp_path / "absent", "-o", tmp_path / "out")
    assert animator.closed == 1


def test_what_can_t_be_done_is_refused(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--data", pack, "-o", tmp_path / "out")
    assert "There is no data to judge the model on." in refusal(monkeypatch, capsys, "evaluate")
    assert "There is no model called absent" in refusal(monkeypatch, capsys, "evaluate", "absent", *out)
    (tmp_path / "page.pth").write_bytes(b"<html></html>")
    assert "is a web page" in refusal(monkeypatch, capsys, "evaluate", tmp_path / "page.pth", *out)
    said = refusal(monkeypatch, capsys, "evaluate", "--data", pack, "-o", tmp_path / "page.pth")
    assert "page.pth can't be made" in said


def test_help_tells_every_option() -> None:
    said = call("evaluate", "--help")
    for option in (
        "--data",
        "--output",
        "--against",
        "--recipe",
        "--engine",
        "--portraits-from",
        "--real",
        "--rendered",
        "--stride",
        "--json",
    ):
        assert option in said


class Restorers:
    """Opens the demo's, and notes from which files."""

    def __init__(self) -> None:
        self.asked: list[Path | None] = []

    def __call__(self, path: Path | None) -> DemoRestorer:
        self.asked.append(path)
        return DemoRestorer()


def test_sharper_faces_are_judged_beside_the_model_and_another(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    restorers = Restorers()
    monkeypatch.setattr(evaluate_command, "open_restorer", restorers)
    use_models(monkeypatch, DemoAnimator(64), DemoAnimator(64), StillAnimator(128))
    for name in ("new", "other"):
        (tmp_path / name).mkdir()
    quick = ("--data", pack, "-o", tmp_path / "out", "--rendered", 0, "--portraits", 0, "--stride", 4)
    said = call("evaluate", tmp_path / "new", "--enhance", "--against", tmp_path / "other", *quick)
    assert restorers.asked == [None]
    assert "demo enhanced" in said and "demo (against)" in said
    found = figures(tmp_path / "out")
    plain, enhanced, other = found["means"], found["enhanced"]["means"], found["against"]["means"]
    assert (found["enhanced"]["model"], found["against"]["model"]) == ("demo enhanced", "demo (against)")
    assert enhanced["real_sharpness"] > 1.03 * plain["real_sharpness"]
    assert plain["real_l1_still"] == enhanced["real_l1_still"] == other["real_l1_still"]
    assert min(plain["real_ms"], enhanced["real_ms"], other["real_ms"]) > 0
    assert found["difference"]["real_l1"] == pytest.approx(plain["real_l1"] - other["real_l1"], abs=2e-5)
    assert "less demo enhanced" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    use_models(monkeypatch, DemoAnimator(64), DemoAnimator(64))
    call("evaluate", tmp_path / "new", "--enhancer", tmp_path / "own.onnx", *quick)
    assert restorers.asked == [None, tmp_path / "own.onnx"]
    assert "against" not in figures(tmp_path / "out")
    use_models(monkeypatch, DemoAnimator(64), DemoAnimator(64))
    call("evaluate", tmp_path / "new", "--enhance", "--side", 64, *quick)
    assert figures(tmp_path / "out")["enhanced"]["means"]["real_l1"] != enhanced["real_l1"]
    assert figures(tmp_path / "out")["means"]["real_l1_still"] != plain["real_l1_still"]
    assert "draws by itself" in refusal(monkeypatch, capsys, "evaluate", tmp_path / "new", "--enhance", "--write-card", "--data", pack)
