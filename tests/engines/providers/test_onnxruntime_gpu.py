"""ONNX Runtime on a real card: the same numbers as on the processor, bound and unbound, with a CUDA graph and without."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engines.engine import EngineOptions
from engines.onnxruntime import OnnxRuntime
from puppet import contract
from tests.engines.providers.provider_parts import COUNT, SIDE, draw, drawn_by_hand, names, portrait
from tests.toy_model import make_toy_model

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, SIDE, COUNT)
    return folder


@pytest.fixture(params=["CUDA", "TensorRT-RTX"])
def card(request: pytest.FixtureRequest) -> str:
    present = names(OnnxRuntime())
    if request.param not in present:
        pytest.skip(f"ONNX Runtime has {', '.join(present)} here")
    return str(request.param)


@pytest.mark.gpu
@pytest.mark.parametrize("capture", [True, False])
def test_toy_on_a_card_is_the_toy_on_the_processor(folder: Path, card: str, capture: bool) -> None:
    engine = OnnxRuntime(capture).open(folder / contract.ANIMATE, EngineOptions(card, "f32"))
    assert ("CUDA graph" in engine.device.description.partition("no CUDA graph")[0]) == capture, engine.device.description
    for seed in (0, 1):
        engine.bind(**portrait(seed))
        for _ in range(3):
            assert np.abs(draw(engine).astype(int) - drawn_by_hand(seed)).max() <= 1
            assert np.abs(draw(engine, 4 / SIDE)[2:, 2:].astype(int) - drawn_by_hand(seed)[:-2, :-2]).max() <= 1
    engine.close()


@pytest.mark.gpu
@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("precision", ["f32", "auto"])
def test_embedded_model_on_a_card_is_the_one_on_the_processor(card: str, precision: Any, capture: bool) -> None:
    """Keypoints within 5e-3, the picture at 35 dB; every graph wholly on the card."""
    given = {contract.IMAGE: face()}
    wanted, found = (run_embedded(OnnxRuntime(capture), on, given) for on in (EngineOptions("CPU"), EngineOptions(card, precision)))
    assert np.abs(found[contract.POINTS] - wanted[contract.POINTS]).max() < 5e-3
    error = np.mean((found[contract.IMAGE].astype(float) - wanted[contract.IMAGE]) ** 2)
    assert 10 * np.log10(255**2 / max(error, 1e-9)) > 35


def face() -> np.ndarray:
    """A face as the model wants it, (256, 256, 3) RGB."""
    painted = cv2.imread(str(ASSETS / "portraits" / "mona_lisa.jpg"))
    assert painted is not None
    side = min(painted.shape[:2])
    return np.ascontiguousarray(cv2.resize(painted[:side, :side], (256, 256), interpolation=cv2.INTER_AREA)[..., ::-1])


def run_embedded(runtime: OnnxRuntime, options: EngineOptions, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    engines = {}
    for name in contract.GRAPHS:
        engines[name] = runtime.open(
            ASSETS / "models" / "compact-256" / name, options._replace(precision="f32") if name == contract.KEYPOINTS else options
        )
        assert "on the processor" not in engines[name].device.description
    motion = engines[contract.KEYPOINTS].run(**given)
    features = engines[contract.APPEARANCE].run(**given)
    source = {contract.SOURCE_POINTS: motion[contract.POINTS], contract.SOURCE_JACOBIANS: motion[contract.JACOBIANS]}
    engines[contract.ANIMATE].bind(**features, **source)
    driving = {contract.DRIVING_POINTS: motion[contract.POINTS] + np.float32(0.02), contract.DRIVING_JACOBIANS: motion[contract.JACOBIANS]}
    for _ in range(3):
        drawn = engines[contract.ANIMATE].run(**driving)
    for engine in engines.values():
        engine.close()
    return {**motion, **drawn}
