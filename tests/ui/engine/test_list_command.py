"""`puppet-engine list`: runtimes, what `auto` chooses, what was built."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engines import registry
from engines.building.engine_store import Verdict
from engines.choosing.automatic import choose, situation_of
from engines.choosing.remembered_choice import remember
from puppet.contract import read_card
from puppet.errors import EngineError
from tests.ui.engine.pretended_builder import PretendedBuilder

pytestmark = pytest.mark.usefixtures("own_choices")

Run = Callable[..., str]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the runtimes that every install has."""
    for name in set(registry.RUNTIMES) - {"openvino", "onnxruntime"}:
        monkeypatch.delitem(registry.RUNTIMES, name)


def test_devices_and_reasons_are_shown(run: Run, builder: PretendedBuilder) -> None:
    builder.trouble = "There is no driver."
    lines = [line.split() for line in run("list", "--no-auto").splitlines()]
    assert ["openvino", "CPU"] in [[line[0], line[2]] for line in lines]
    assert ["onnxruntime", "CPU"] in [[line[0], line[2]] for line in lines]
    assert ["builder", "1.0", "none", "There", "is", "no", "driver.", "Mend", "it."] in lines


def test_as_json(run: Run, folder: Path, few: None) -> None:
    told = json.loads(run("list", "--model", str(folder), "--json"))
    rows = {row["name"]: row for row in told["engines"]}
    assert rows["openvino"]["devices"][0]["name"] == "CPU"
    assert rows["onnxruntime"]["version"]
    assert told["auto"]["chosen"]["runtime"] in rows
    assert told["built"] == []


def test_what_auto_would_choose_is_tried_and_told_but_not_remembered(run: Run, folder: Path, few: None) -> None:
    told = run("list", "--model", str(folder))
    assert "the fastest that passes the gate" in told
    assert told.count("chosen") == 1 and told.count("slower") == 1
    assert "Not here: onnxruntime TensorRT-RTX" in " ".join(told.split())
    assert "Remembered" not in told
    from engines.choosing.remembered_choice import remembered

    assert remembered(situation_of(read_card(folder), None, "auto", 0)) is None


def test_what_auto_chose_is_told_without_trying(run: Run, folder: Path, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    card = read_card(folder)
    choice, animator = choose(folder, card, situation_of(card, None, "auto", 0))
    animator.close()
    refused = Verdict(points=0.1, psnr=9, passed=False, reason="it draws black")
    others = [
        choice.chosen.model_copy(update={"runtime": "quick", "device": "CPU", "verdict": refused, "reason": "no good", "missed": True}),
        choice.chosen.model_copy(update={"runtime": "unbuilt", "milliseconds": 0.0, "verdict": None, "reason": "later", "pending": True}),
    ]
    remember(choice.model_copy(update={"trials": [*others, choice.chosen]}))
    monkeypatch.delattr("ui.engine.list_command.choose")
    told = run("list", "--model", str(folder))
    assert "refused: it draws black" in told
    assert all(words in told for words in choice.model_copy(update={"trials": [*others, choice.chosen]}).words())
    assert "quick CPU" in told and "no good" in told
    assert "To be built first: unbuilt" in told
    assert "Remembered from an earlier start" in told and "puppet-engine prune --all" in told


def test_what_auto_chose_and_can_not_be_used_any_more_is_not_promised(
    run: Run, folder: Path, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its package is still installed, so that the situation is the same, but doesn't load."""
    card = read_card(folder)
    choice, animator = choose(folder, card, situation_of(card, None, "auto", 0))
    animator.close()
    remember(choice)

    def fail() -> object:
        raise EngineError("It can't be imported.", "Install it again.")

    gone = registry.RUNTIMES[choice.chosen.runtime]
    monkeypatch.setattr(gone, "devices", fail)
    monkeypatch.setattr(gone, "open", lambda *_: fail())
    told = run("list", "--model", str(folder))
    (other,) = set(registry.RUNTIMES) - {gone.name}
    assert f"auto runs {folder} on {other} CPU" in told
    assert "It can't be imported. Install it again." in told


def test_where_nothing_runs_the_reasons_are_told(run: Run, folder: Path, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("openvino", "onnxruntime"):
        monkeypatch.delitem(registry.RUNTIMES, name)
    assert "auto: No engine can run this" in run("list", "--model", str(folder))


def test_built_engines_are_listed(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    run("build", "--model", str(folder))
    told = run("list", "--model", str(folder), "--no-auto")
    assert "Built engines" in told
    assert told.count("passed, 0.0e+00, 100.0 dB") == 3
