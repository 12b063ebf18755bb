"""TensorRT's runtime on a fake GPU: what it builds and keeps, and what a person is told."""

import gc
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from engines import tensorrt
from engines.building.build_progress import BuildStoppedError
from engines.building.engine_folder import EngineFolder
from engines.building.engine_store import EngineStore, Verdict
from engines.building.graph_typing import typed_graph
from engines.building.model_build import build_model
from engines.building.tensorrt_package import CLASSIC, RTX
from engines.engine import EngineOptions, ShortageError, Tensor
from engines.tensorrt import TensorRtRuntime
from puppet import contract
from puppet.errors import EngineError
from tests.engines.fake_cuda import FakeGpu
from tests.engines.fake_tensorrt_names import BuilderFlag, Capability
from tests.engines.tensorrt_machine import EXACT, Machine, draw, drawn_by_hand, picture, silent, wear


def test_what_is_not_built_is_not_opened(machine: Machine) -> None:
    graph = machine.folder / contract.ANIMATE
    assert not machine.runtime.built(graph, EXACT)
    with pytest.raises(
        EngineError,
        match=r"animate\.onnx for TensorRT-RTX in f32 .* is not built yet\. Build it: puppet-engine build --engine tensorrt-rtx",
    ):
        machine.runtime.open(graph, EXACT)
    assert not machine.trt.built


def test_what_the_gate_refused_is_told(machine: Machine) -> None:
    graph = machine.folder / contract.ANIMATE
    machine.runtime.build(graph, EXACT, silent)
    machine.runtime.store.reject([machine.runtime.key(graph, EXACT)], Verdict(points=0.0, psnr=9.0, passed=False, reason="draws 9.0 dB"))
    with pytest.raises(EngineError, match=r"was refused: draws 9\.0 dB"):
        machine.runtime.open(graph, EXACT)


def test_rtx_builds_for_the_chip_here_with_exact_products(machine: Machine) -> None:
    machine.make(contract.KEYPOINTS).close()
    (settings,) = machine.trt.built
    assert settings.capabilities == {0: Capability.SM86}
    assert settings.flags == {BuilderFlag.REQUIRE_USER_ALLOCATION}


def test_rtx_keeps_the_kernels_that_it_compiled(machine: Machine) -> None:
    machine.make(contract.KEYPOINTS).close()
    assert not machine.trt.loaded_kernels
    machine.make(contract.ANIMATE).close()
    assert len(machine.trt.loaded_kernels) == 1


def test_classic_builds_on_the_gpu_and_keeps_its_timings(classic: Machine) -> None:
    engine = classic.make(contract.ANIMATE)
    wear(engine)
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert "without" not in engine.device.description
    engine.close()
    classic.make(contract.KEYPOINTS).close()
    assert classic.trt.loaded_timings == [b"", b"timings "]
    assert all(not settings.flags and not settings.capabilities for settings in classic.trt.built)


def test_damaged_timings_are_learnt_anew(classic: Machine) -> None:
    graph = classic.folder / contract.ANIMATE
    classic.runtime.store.write_extra(classic.runtime.key(graph, EXACT), "timing", b"<html>")
    classic.make(contract.ANIMATE).close()
    assert classic.trt.loaded_timings == [b"<html>", b""]
    assert classic.runtime.store.read_extra(classic.runtime.key(graph, EXACT), "timing") == b"timings "


@pytest.mark.parametrize(("precision", "built"), [("auto", "f16"), ("f16", "f16"), ("f32", "f32"), ("i8", "i8")])
def test_key_says_what_is_built(machine: Machine, precision: str, built: str) -> None:
    key = machine.runtime.key(machine.folder / contract.ANIMATE, EXACT._replace(precision=precision))  # type: ignore[arg-type]
    assert (key.precision, key.runtime, key.version, key.driver) == (built, "tensorrt-rtx", "1.7.1.116", "13.0 (580.95.05)")
    assert (key.gpu, key.chip) == ("NVIDIA GeForce RTX 3060", "sm_86")
    assert key.graph == contract.file_hash(machine.folder / contract.ANIMATE)


def test_whatever_changes_asks_for_another_engine(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = machine.folder / contract.ANIMATE
    machine.make(contract.ANIMATE).close()
    changes: tuple[tuple[object, str, object], ...] = (
        (machine.cuda, "version", 13010),
        (machine.cuda, "number", "580.105.08"),
        (tensorrt, "FORM", 99),
        (machine.trt, "version", "1.8.0.1"),
        (machine.cuda, "gpus", [FakeGpu("NVIDIA GeForce RTX 4090", (8, 9))]),
    )
    for what, name, value in changes:
        assert machine.runtime.built(graph, EXACT)
        monkeypatch.setattr(what, name, value)
        assert not machine.runtime.built(graph, EXACT)
        machine.make(contract.ANIMATE).close()
    assert not machine.runtime.built(machine.folder / contract.APPEARANCE, EXACT)
    assert not machine.runtime.built(graph, EngineOptions())


def test_a_build_that_is_stopped_keeps_nothing(machine: Machine) -> None:
    heard: list[float] = []

    def stop(share: float, words: str) -> bool:
        heard.append(share)
        return share == 0.0

    with pytest.raises(BuildStoppedError):
        machine.runtime.build(machine.folder / contract.ANIMATE, EXACT, stop)
    assert heard == [0.0, 1.0]
    assert not machine.runtime.built(machine.folder / contract.ANIMATE, EXACT)


def test_nothing_is_built_that_could_not_be_kept(machine: Machine) -> None:
    """Classic TensorRT takes minutes over it, and it is tried again at every start."""
    machine.runtime.store.folder.write_bytes(b"in the way")
    with pytest.raises(ShortageError, match="can't be made"):
        machine.runtime.build(machine.folder / contract.ANIMATE, EXACT, silent)
    assert not machine.trt.built


def test_nothing_of_a_build_that_is_stopped_outlives_its_context(classic: Machine) -> None:
    with pytest.raises(BuildStoppedError):
        classic.runtime.build(classic.folder / contract.ANIMATE, EXACT, lambda share, words: share == 0.0)
    gc.collect()
    assert classic.trt.freed == ["builder"]
    assert not classic.cuda.misuses


def test_a_thread_that_opened_what_another_closed_may_build(machine: Machine) -> None:
    """The closed engine's context is gone, and still current there."""
    with ThreadPoolExecutor(1) as worker:
        engine = worker.submit(machine.make, contract.ANIMATE).result()
        engine.close()
        worker.submit(machine.runtime.build, machine.folder / contract.KEYPOINTS, EXACT, silent).result()
    assert not machine.cuda.misuses


def test_bf16_is_refused(machine: Machine) -> None:
    with pytest.raises(EngineError, match="f32, f16 or i8, not in bf16"):
        machine.runtime.key(machine.folder / contract.ANIMATE, EngineOptions(precision="bf16"))


@pytest.mark.parametrize("own", [False, True])
def test_int8_learns_from_samples(machine: Machine, monkeypatch: pytest.MonkeyPatch, own: bool) -> None:
    """Those given, else those of the parity gate's reference."""
    seen: list[Sequence[Mapping[str, Tensor]]] = []

    def quantised_graph(graph: Path, samples: Sequence[Mapping[str, Tensor]]) -> bytes:
        seen.append(samples)
        return typed_graph(graph, "f32")

    module = ModuleType("engines.building.quantising")
    module.quantised_graph = quantised_graph  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    mine = [{contract.IMAGE: picture()}]
    graph, options = machine.folder / contract.KEYPOINTS, EngineOptions(precision="i8")
    machine.runtime.build(graph, options, silent, (lambda: mine) if own else None)
    (samples,) = seen
    assert samples is mine if own else len(samples) > 3
    assert all(sample.keys() == {contract.IMAGE} for sample in samples)
    assert machine.runtime.key(graph, options).precision == "i8"
    assert machine.runtime.built(graph, options)


def test_engines_for_other_machines_are_built_by_rtx_alone(machine: Machine) -> None:
    graph = machine.folder / contract.ANIMATE
    made = machine.runtime.build_ahead(graph, "f32", "sm_89", silent)
    assert (made.key.chip, made.key.gpu, made.key.driver) == ("sm_89", "", "")
    assert machine.trt.built[0].capabilities == {0: Capability.SM89}
    with pytest.raises(EngineError, match=r"can't build for sm_90.*classic TensorRT"):
        machine.runtime.build_ahead(graph, "f32", "sm_90", silent)
    with pytest.raises(EngineError, match="only for the GPU that it runs on"):
        TensorRtRuntime(CLASSIC).build_ahead(graph, "f32", "sm_89", silent)


def test_engines_made_elsewhere_are_opened_here(machine: Machine, tmp_path: Path) -> None:
    graph, store = machine.folder / contract.ANIMATE, machine.runtime.store
    EngineFolder(tmp_path / "made").add([machine.runtime.build_ahead(graph, "f32", "sm_86", silent)])
    assert store.take(machine.runtime.key(graph, EXACT), tmp_path / "made")
    engine = machine.runtime.open(graph, EXACT)
    wear(engine)
    assert np.array_equal(draw(engine), drawn_by_hand())
    engine.close()


def test_a_model_is_built_and_passes_the_gate(machine: Machine) -> None:
    runtime = TensorRtRuntime(RTX)  # with the store that the gate uses
    verdict = build_model(machine.folder, runtime, None, "f16", silent)
    assert verdict.passed, verdict.reason
    assert all(entry.accepted for entry in EngineStore().entries())
    assert len(EngineStore().entries()) == len(contract.GRAPHS)
