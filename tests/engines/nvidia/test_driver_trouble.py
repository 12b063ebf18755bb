"""What a person is told where CUDA can't be had, through both bindings."""

import sys
from pathlib import Path

import pytest

from engines import cuda
from engines.cuda import CudaDevice
from engines.nvidia import driver_trouble
from engines.nvidia.graphics_cards import Card
from puppet.errors import EngineError
from tests.engines.fake_cuda import FakeCuda
from tests.engines.fake_cuda_codes import Result

BINDINGS = ("cuda-python", "pycuda")
CARD = Card("NVIDIA GeForce RTX 3060", "0000:01:00.0", "nvidia 535.183.01")


@pytest.fixture(params=BINDINGS)
def fake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeCuda:
    """A driver behind each binding, in a computer that shows no card of itself."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(driver_trouble, "find_cards", lambda: ())
    return FakeCuda(monkeypatch, binding=request.param)


def test_no_binding_is_told_with_the_line_that_installs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeCuda(monkeypatch, binding="")
    for ask in (cuda.binding, cuda.driver_version, cuda.gpus, CudaDevice):
        with pytest.raises(EngineError, match=r"neither cuda-python .* nor pycuda is installed\. .*pip install -e '\.\[rtx\]'"):
            ask()


@pytest.mark.parametrize("binding", BINDINGS)
def test_no_driver_is_told_with_the_card_and_what_to_install(binding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    card = CARD._replace(driver="nouveau")
    monkeypatch.setattr(driver_trouble, "find_cards", lambda: (card,))
    monkeypatch.setattr(driver_trouble, "driver_hint", lambda cards: f"Install it for {len(cards)} card.")
    FakeCuda(monkeypatch, None, binding=binding)
    for ask in (cuda.driver_version, cuda.gpus, CudaDevice):
        with pytest.raises(EngineError, match=r"not installed.* for NVIDIA GeForce RTX 3060 \(nouveau\)\. Install it for 1 card\."):
            ask()
    monkeypatch.setattr(driver_trouble, "find_cards", lambda: ())
    with pytest.raises(EngineError, match="no NVIDIA driver here, and no NVIDIA card"):
        cuda.gpus()


@pytest.mark.parametrize(("version", "hint"), [(12020, "tensorrt-rtx-cu12"), (11080, "Update it")])
def test_old_driver_is_told_with_both_versions(fake: FakeCuda, monkeypatch: pytest.MonkeyPatch, version: int, hint: str) -> None:
    monkeypatch.setattr(driver_trouble, "find_cards", lambda: (CARD,))
    fake.version = version
    with pytest.raises(EngineError) as caught:
        cuda.gpus()
    told = rf"RTX 3060 (nvidia 535.183.01) is too old: it serves CUDA {version // 1000}.{version % 1000 // 10}, and "
    assert told in caught.value.sentence
    assert "needs CUDA 13.0, that is driver 580 or later" in caught.value.sentence
    assert hint in caught.value.hint


@pytest.mark.parametrize("words", ['Function "cuDriverGetVersion" not found', "function cuDriverGetVersion is not found"])
def test_driver_that_lacks_a_call_is_too_old(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """In the words of cuda-python 12 and 13."""

    def lacking(*_: object) -> None:
        raise RuntimeError(words)

    FakeCuda(monkeypatch)
    monkeypatch.setattr(sys.modules["cuda.bindings.driver"], "cuDriverGetVersion", lacking)
    with pytest.raises(EngineError, match=r"too old: it lacks calls that are needed, and cuda-python 13\.4\.4 needs CUDA 13\.0"):
        cuda.gpus()


@pytest.mark.parametrize(("value", "said"), [("", "is set, but empty"), ("-1", "is set to -1")])
def test_hidden_gpus_are_told(fake: FakeCuda, monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    fake.gpus = []
    with pytest.raises(EngineError, match=f"CUDA_VISIBLE_DEVICES {said}"):
        cuda.gpus()


def test_driver_without_a_gpu_is_told(fake: FakeCuda) -> None:
    fake.gpus = []
    with pytest.raises(EngineError, match="finds no GPU that CUDA can use"):
        CudaDevice()


def test_driver_updated_meanwhile_is_told(fake: FakeCuda) -> None:
    fake.trouble = Result.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH
    with pytest.raises(EngineError, match="restart the computer"):
        cuda.gpus()


def test_damaged_binding_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    FakeCuda(monkeypatch, binding="")
    (tmp_path / "cuda").mkdir()
    (tmp_path / "cuda" / "bindings.py").write_text("raise ImportError('a piece is missing')")
    for name in ("cuda", "cuda.bindings"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "cuda" / "__init__.py").touch()
    with pytest.raises(EngineError, match=r"cuda-python can't be imported: a piece is missing\. Install it again"):
        cuda.binding()
