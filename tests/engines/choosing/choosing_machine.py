"""A computer made of fake runtimes, for `auto` to choose among."""

from pathlib import Path
from typing import NamedTuple

from engines.animator import open_animator
from engines.choosing.automatic import Choice, Trial, remembered, situation_of
from engines.nvidia.graphics_cards import Card
from puppet.contract import read_card
from puppet.errors import EngineError
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime

CARDS = (Card("NVIDIA GeForce RTX 3060", "0000:01:00.0", "nvidia 580.95"),)
NOT_INSTALLED = EngineError("TensorRT-RTX is not installed.", "Install it: pip install -e '.[rtx]'")
NO_DRIVER = EngineError("There is no NVIDIA driver here.", "Install the driver.")


class Machine(NamedTuple):
    """A computer made of fake runtimes, OpenVINO the fastest, then ONNX Runtime's CPU; TensorRT-RTX is not installed."""

    folder: Path
    tensorrt: FakeBuilder
    openvino: FakeRuntime
    onnxruntime: FakeRuntime
    said: list[str]

    def open(self, engine: str = "auto", **options: object) -> str:
        """What runs the model after opening it; what was said is kept anew."""
        self.said.clear()
        animator = open_animator(self.folder, engine, tell=self.said.append, **options)  # type: ignore[arg-type]
        animator.close()
        return animator.engine

    def choice(self) -> Choice:
        """What is remembered."""
        found = remembered(situation_of(read_card(self.folder), None, "auto", 0))
        assert found is not None
        return found

    def trial(self, name: str) -> Trial:
        """One remembered trial."""
        return next(trial for trial in self.choice().trials if trial.name == name)
