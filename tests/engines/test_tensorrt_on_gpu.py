"""TensorRT on a real GPU: the embedded model beside ONNX Runtime's CPU."""

import numpy as np
import pytest

from engines.building.tensorrt_package import CLASSIC, RTX
from engines.engine import EngineOptions
from engines.onnxruntime import OnnxRuntime
from engines.tensorrt import TensorRtRuntime
from puppet import contract
from puppet.assets import ASSETS
from puppet.errors import EngineError
from tests.engines.tensorrt_machine import silent


@pytest.mark.gpu
@pytest.mark.parametrize("package", [RTX, CLASSIC])
@pytest.mark.parametrize(("precision", "tolerance"), [("f32", 2e-3), ("f16", 5e-3)])
def test_embedded_model_on_a_real_gpu(package: object, precision: str, tolerance: float) -> None:
    runtime = TensorRtRuntime(package)  # type: ignore[arg-type]
    try:
        runtime.devices()
    except EngineError as error:
        pytest.skip(str(error))
    model = ASSETS / "models" / "compact-256"
    options = EngineOptions(precision=precision)  # type: ignore[arg-type]
    for name in contract.GRAPHS:
        runtime.build(model / name, options, silent)
    noise = np.random.default_rng(0)
    exact = {name: OnnxRuntime().open(model / name, EngineOptions(device="CPU")) for name in contract.GRAPHS}
    found = {name: runtime.open(model / name, options) for name in contract.GRAPHS}
    try:
        assert all("without" not in engine.device.description for engine in found.values()), "each is captured"
        for _ in range(3):
            shown = noise.integers(0, 255, (256, 256, 3), dtype=np.uint8)
            motions = [engines[contract.KEYPOINTS].run(image=shown) for engines in (exact, found)]
            assert np.abs(motions[0]["points"] - motions[1]["points"]).max() < tolerance
            drawn = []
            for engines in (exact, found):
                source = {f"source_{name}": value for name, value in motions[0].items()}
                engines[contract.ANIMATE].bind(**exact[contract.APPEARANCE].run(image=shown), **source)
                driving = {f"driving_{name}": value for name, value in motions[0].items()}
                drawn.append(engines[contract.ANIMATE].run(**driving)["image"].astype(np.float64))
            assert np.mean((drawn[0] - drawn[1]) ** 2) < 255**2 / 10**3.5
    finally:
        for engine in found.values():
            engine.close()
