"""What is made of TensorRT's own words, and whose they are."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

from engines.building.tensorrt_package import CLASSIC, RTX, TensorRtPackage, journal, make, plain, take_errors
from puppet.errors import EngineError
from tests.engines.fake_tensorrt_names import ILogger, Severity


@pytest.fixture
def trt() -> Any:
    module = ModuleType("tensorrt_rtx")
    module.ILogger = ILogger  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "IRuntime::deserializeCudaEngine: Error Code 1: Cuda Runtime (In ScopedCudaStream at /_src/common/dispatch/cuda.cpp:25 "
            "(cudaError 35: CUDA driver version is insufficient for CUDA runtime version))",
            "cudaError 35: CUDA driver version is insufficient for CUDA runtime version",
        ),
        (
            "Invalid Node - /Transpose\nITensor::getDimensions: Error Code 4: API Usage Error (/Transpose: first input has type UInt8 but "
            "must have type Float or Half. In checkType at /_src/optimizer/common/nodeBase.cpp:456)\n[checkMacros.cpp] more",
            "/Transpose: first input has type UInt8 but must have type Float or Half",
        ),
        ('creator && "Plugin not found, are the plugin name, version, and namespace correct?"', "it knows no such operation"),
        ("Plain words (in brackets).", "Plain words (in brackets)"),
        ("", "it gives no reason"),
    ],
)
def test_messages_are_told_without_places_in_their_source(message: str, words: str) -> None:
    assert plain(message) == words


def test_errors_are_kept_until_taken_and_the_rest_is_dropped(trt: Any) -> None:
    logger = journal(trt)
    assert journal(trt) is logger, "a module keeps the first logger it is given"
    for severity in Severity:
        logger.log(severity, severity.name)
    assert take_errors(trt) == ["INTERNAL_ERROR", "ERROR"]
    assert take_errors(trt) == []


def test_threads_that_come_at_once_share_one_logger(trt: Any) -> None:
    """One made beside it would be freed, and the module uses the first it is given until the process ends."""

    class SlowlyMade(ILogger):
        def __init__(self) -> None:
            time.sleep(0.02)

    trt.ILogger = SlowlyMade
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(journal, [trt] * 4))) == 1


def test_errors_of_one_thread_do_not_explain_what_fails_on_another(trt: Any) -> None:
    worker = threading.Thread(target=journal(trt).log, args=(Severity.ERROR, "a build failed"))
    worker.start()
    worker.join()
    with pytest.raises(EngineError, match=r"TensorRT-RTX can't load it: it gives no reason\."):
        make(trt, "can't load it", lambda: None)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("cudaError 35: CUDA driver version is insufficient for CUDA runtime version", ".*: puppet-doctor tells"),
        ("Serialization assertion plan.header.size == blobSize failed", ".* Build it again: puppet-engine build"),
        ("Requested amount of GPU memory could not be allocated: OutOfMemory", "the GPU's memory is full .*Close other programs"),
        ("Something else", "Something else. Try another engine"),
    ],
)
def test_a_refusal_says_what_to_do(trt: Any, message: str, told: str) -> None:
    def fail() -> None:
        journal(trt).log(Severity.ERROR, message)
        raise TypeError("pybind11::init(): factory function returned nullptr")

    with pytest.raises(EngineError, match=f"TensorRT-RTX could not start: {told}"):
        make(trt, "could not start", fail)


@pytest.mark.parametrize("package", [RTX, CLASSIC], ids=lambda package: package.title)
def test_a_package_that_is_not_whole_is_told_with_one_way_to_mend_it(package: TensorRtPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> ModuleType:
        raise OSError(f"lib{name}.so: cannot open shared object file")

    monkeypatch.setattr("engines.building.tensorrt_package.installed_version", lambda _: "1.0")
    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(EngineError, match="can't be imported") as caught:
        package.load()
    assert caught.value.hint == f"Install it again, whole: pip install --force-reinstall -e '.[{package.extra}]'"
