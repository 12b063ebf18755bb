"""`puppet-engine prune`: what is stale, and what is left alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engines import cuda, registry
from engines.building.engine_store import EngineStore
from puppet.errors import EngineError
from puppet.folders import cache_folder
from tests.ui.engine.pretended_builder import PretendedBuilder
from ui.engine import pruning

Run = Callable[..., str]


@pytest.fixture
def stored(run: Run, folder: Path, builder: PretendedBuilder, monkeypatch: pytest.MonkeyPatch) -> PretendedBuilder:
    """Three engines of the toy model in the store, for a driver that answers."""
    monkeypatch.setattr(cuda, "driver_identity", lambda: builder.driver)
    run("build", "--model", str(folder))
    return builder


def pruned(run: Run, *words: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(run("prune", "--json", *words))
    return told


def test_what_is_in_use_stays(run: Run, folder: Path, stored: PretendedBuilder) -> None:
    assert pruned(run, "--model", str(folder)) == {"engines": [], "bytes": 0, "removed": True}
    assert len(EngineStore().entries()) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [({"installed": "2.0"}, "builder 2.0 is installed"), ({"driver": "13.1"}, "built for CUDA 13.0, the driver serves 13.1")],
)
def test_other_versions_and_drivers_are_stale(run: Run, folder: Path, stored: PretendedBuilder, change: dict[str, str], words: str) -> None:
    for name, value in change.items():
        setattr(stored, name, value)
    size = sum(path.stat().st_size for path in EngineStore().folder.glob("*"))
    told = run("prune", "--model", str(folder), "--dry-run")
    assert told.count(words) == 3 and "would be removed" in told
    assert len(EngineStore().entries()) == 3
    assert pruned(run, "--model", str(folder))["bytes"] == size
    assert EngineStore().entries() == [] and not any(EngineStore().folder.glob("*"))


def test_nothing_to_remove_is_said_so(run: Run, folder: Path, stored: PretendedBuilder) -> None:
    assert "There is nothing to remove in" in run("prune", "--model", str(folder))


def test_few_bytes_are_not_said_to_be_none(run: Run, folder: Path, stored: PretendedBuilder) -> None:
    (EngineStore().folder / "left.engine").write_bytes(b"over")
    assert "Less than 0.1 MB removed from" in run("prune", "--model", str(folder))


@pytest.mark.parametrize(("dry", "words"), [([], "auto compares"), (["--dry-run"], "auto would compare")])
def test_all_says_that_the_choice_is_forgotten(run: Run, stored: PretendedBuilder, own_choices: Path, dry: list[str], words: str) -> None:
    assert f"{words} the engines anew at the next start." in run("prune", "--all", *dry)


def test_engines_of_graphs_that_are_typed_otherwise_now_are_stale(
    run: Run, folder: Path, stored: PretendedBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "FORM", 99)
    assert run("prune", "--model", str(folder)).count("its graph is typed otherwise now") == 3
    assert EngineStore().entries() == []


def test_engines_of_a_model_that_is_gone_are_stale(run: Run, stored: PretendedBuilder) -> None:
    assert run("prune").count("no model here has its graph") == 3
    assert EngineStore().entries() == []


def test_engines_of_a_runtime_that_is_gone_are_stale(
    run: Run, folder: Path, stored: PretendedBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(registry.RUNTIMES, stored.name)
    assert run("prune", "--model", str(folder)).count("builder is not installed") == 3


def test_a_driver_that_does_not_answer_condemns_nothing(
    run: Run, folder: Path, stored: PretendedBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> str:
        raise EngineError("There is no driver.")

    monkeypatch.setattr(cuda, "driver_identity", silent)
    assert pruned(run, "--model", str(folder))["engines"] == []


def test_all_takes_caches_engines_made_ahead_and_choices_too(run: Run, folder: Path, stored: PretendedBuilder, own_choices: Path) -> None:
    own_choices.mkdir()
    store = EngineStore()
    store.write_extra(store.entries()[0].key, "timing", b"learnt")
    folders = [store.folder, cache_folder() / "references"]
    size = sum(path.stat().st_size for each in folders for path in each.rglob("*") if path.is_file())
    assert pruned(run, "--model", str(folder), "--all", "--dry-run")["bytes"] == size
    assert store.folder.exists()
    assert own_choices.exists()
    assert pruned(run, "--model", str(folder), "--all")["bytes"] == size
    assert not store.folder.exists()
    assert not own_choices.exists()
    assert pruned(run, "--all")["bytes"] == 0


@pytest.mark.parametrize("name", ["onnxruntime", "openvino", "references"])
def test_all_takes_what_runtimes_and_comparisons_keep_too(run: Run, stored: PretendedBuilder, own_choices: Path, name: str) -> None:
    run("prune", "--all")
    kept = cache_folder() / name
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "some").write_bytes(b"kernels")
    (cache_folder() / "previews").mkdir(exist_ok=True)
    assert pruned(run)["bytes"] == 0, "what is left out of use alone goes without --all"
    assert pruned(run, "--all", "--dry-run")["bytes"] == 7
    assert kept.exists()
    assert pruned(run, "--all")["bytes"] == 7
    assert not kept.exists()
    assert (cache_folder() / "previews").exists()
