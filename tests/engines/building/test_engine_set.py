"""Engines of one model: what is taken, built again or left alone, and what another program does to the store meanwhile."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engines.building import engine_store
from engines.building.build_progress import quietly
from engines.building.engine_folder import EngineFolder, MadeEngine
from engines.building.engine_store import EngineStore, Verdict
from engines.building.model_build import (
    NotBuiltError,
    is_ready,
)
from engines.engine import EngineOptions, ShortageError
from engines.model_animator import ModelAnimator, open_graphs
from puppet import contract
from puppet.errors import EngineError
from tests.engines.building import fake_builder
from tests.engines.building.fake_builder import FakeBuilder, Fault, Outputs, black
from tests.engines.building.toy_engines import ALL_F16, ALL_F32, engines, opened


def test_files_are_hashed_twice_at_most_to_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes its time with those of a full model, hundreds of MB."""
    runtime = FakeBuilder()
    opened(folder, runtime).animator.close()
    hashed: list[Path] = []

    def hash_file(path: Path) -> str:
        hashed.append(path)
        return contract.file_hash(path)

    for module in (engine_store, fake_builder):
        monkeypatch.setattr(module, "file_hash", hash_file)
    opened(folder, runtime).animator.close()
    assert max(Counter(hashed).values()) == 2


def test_damaged_engine_is_built_again(folder: Path) -> None:
    runtime = FakeBuilder()
    opened(folder, runtime).animator.close()
    stored = EngineStore().find(runtime.key(folder / contract.ANIMATE, EngineOptions(precision="f16")))
    assert stored is not None
    stored.path.write_bytes(stored.path.read_bytes()[:-1])
    assert not is_ready(folder, runtime, None, "auto")
    runtime.built_graphs.clear()
    passed = opened(folder, runtime)
    assert runtime.built_graphs == [(contract.ANIMATE, "f16")]
    assert passed.examined is not None, "what was built anew passes the gate anew"


def test_stale_engine_that_can_not_be_opened_is_built_again(folder: Path) -> None:
    """Its bytes are as written, and yet the runtime won't have them."""
    runtime = FakeBuilder()
    EngineStore().add(runtime.key(folder / contract.ANIMATE, EngineOptions(precision="f16")), b"of another day", 1.0)
    for name in (contract.APPEARANCE, contract.KEYPOINTS):
        runtime.build(folder / name, EngineOptions(precision="f16"), quietly)
    with pytest.raises(NotBuiltError, match=r"engine of animate\.onnx can't be opened"):
        opened(folder, runtime, build=False)
    assert opened(folder, runtime).precisions == ALL_F16
    assert engines() == {(name, "f16"): True for name in contract.GRAPHS}
    assert len(runtime.built_graphs) == 3, "the others were sound"
    key = runtime.key(folder / contract.ANIMATE, EngineOptions(precision="f16"))
    EngineStore().add(key, b"of another day", 1.0)
    assert opened(folder, runtime).precisions == ALL_F16
    assert len(runtime.built_graphs) == 4


def test_engines_that_find_no_room_are_not_built_again(folder: Path) -> None:
    runtime = FakeBuilder()
    opened(folder, runtime).animator.close()
    runtime.broken = ShortageError("The GPU's memory is full.")
    with pytest.raises(EngineError, match="memory is full"):
        opened(folder, runtime)
    assert len(runtime.built_graphs) == 3
    assert engines() == {(name, "f16"): True for name in contract.GRAPHS}


def test_engines_that_another_program_replaces_meanwhile_are_not_accepted_for_it(folder: Path) -> None:
    runtime = FakeBuilder()

    def replaced(outputs: Outputs) -> Outputs:
        EngineStore().add(key, FakeBuilder.PLAN + b"animate.onnx of another", 1.0)
        return outputs

    key = runtime.key(folder / contract.ANIMATE, EngineOptions(precision="f16"))
    runtime.faults[contract.ANIMATE, "f16"] = replaced
    opened(folder, runtime).animator.close()
    found = EngineStore().find(key)
    assert found is not None
    assert not found.accepted


def test_acceptance_of_what_another_program_put_in_their_place_does_not_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeBuilder({(contract.ANIMATE, "f16"): black})
    key = runtime.key(folder / contract.ANIMATE, EngineOptions(precision="f16"))

    def opened_late(*arguments: Any, **options: Any) -> ModelAnimator:
        animator = open_graphs(*arguments, **options)
        store = EngineStore()
        store.accept([store.add(key, FakeBuilder.PLAN + b"animate.onnx of another", 1.0)], Verdict(points=0, psnr=99, passed=True))
        return animator

    for name in (contract.APPEARANCE, contract.KEYPOINTS):
        runtime.build(folder / name, EngineOptions(precision="f16"), quietly)
        store = EngineStore()
        found = store.look_up(runtime.key(folder / name, EngineOptions(precision="f16")))
        assert found is not None
        store.accept([found], Verdict(points=0, psnr=99, passed=True))
    with monkeypatch.context() as busy:
        busy.setattr("engines.building.engine_set.open_graphs", opened_late)
        assert opened(folder, runtime).examined is not None


def test_acceptance_that_can_not_be_noted_is_asked_for_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeBuilder()

    def full(path: Path, data: bytes) -> None:
        raise EngineError("The disk is full.")

    for name in contract.GRAPHS:
        runtime.build(folder / name, EngineOptions(precision="f16"), quietly)
    with monkeypatch.context() as filled:
        filled.setattr("engines.building.engine_store.write_engine_file", full)
        assert opened(folder, runtime).examined is not None
    assert opened(folder, runtime).examined is not None
    assert opened(folder, runtime).examined is None


def test_engine_that_can_not_be_opened_though_new_is_an_error(folder: Path) -> None:
    runtime = FakeBuilder()
    runtime.broken = EngineError("The GPU's memory is full.")
    with pytest.raises(EngineError, match="memory is full"):
        opened(folder, runtime)
    assert len(runtime.built_graphs) == 3, "once"


def test_stale_engine_made_ahead_is_built_here(folder: Path) -> None:
    runtime = FakeBuilder()
    keys = {name: runtime.key(folder / name, EngineOptions(precision="f16")) for name in contract.GRAPHS}
    EngineFolder(folder / "engines").add(MadeEngine(key, b"of another day") for key in keys.values())
    assert opened(folder, runtime).precisions == ALL_F16
    assert len(runtime.built_graphs) == 3


@pytest.mark.parametrize("fault", [None, black])
def test_engines_made_ahead_are_taken_and_gated(folder: Path, fault: Fault | None) -> None:
    runtime = FakeBuilder({(contract.ANIMATE, "f16"): fault} if fault else {})
    keys = {name: runtime.key(folder / name, EngineOptions(precision="f16")) for name in contract.GRAPHS}
    EngineFolder(folder / "engines").add(MadeEngine(key, FakeBuilder.PLAN + name.encode()) for name, key in keys.items())
    passed = opened(folder, runtime)
    assert passed.examined is not None
    assert ("animate.onnx", "f16") not in runtime.built_graphs
    assert passed.precisions == (ALL_F32 if fault else ALL_F16)
