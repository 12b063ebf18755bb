"""A model by its name: the demo needs no engine, the others are opened with whatever has to be said and built on the way."""

from pathlib import Path

import pytest

from engines.registry import RUNTIMES
from puppet.errors import EngineError, MediaError, ModelError
from tests.engines.building.fake_builder import FakeBuilder
from tests.toy_model import make_toy_model
from tests.toy_restorer import make_restorer
from ui import model_choice
from ui.model_choice import DEMO, engine_to_build, model_for, open_finder, open_model, open_restorer


@pytest.fixture
def toy(tmp_path: Path) -> str:
    make_toy_model(tmp_path / "toy", 32, 4)
    return str(tmp_path / "toy")


@pytest.fixture
def tensorrt(monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    builder = FakeBuilder()
    monkeypatch.setitem(RUNTIMES, builder.name, builder)
    return builder


def test_demo_needs_no_engine() -> None:
    animator, facts = open_model(DEMO, "auto")
    assert facts.engine == "no engine"
    assert animator.card.side > 0
    assert engine_to_build(DEMO, "auto") == ""
    open_finder(DEMO).close()


def test_model_comes_with_what_runs_it(toy: str) -> None:
    animator, facts = open_model(toy, "onnxruntime")
    animator.close()
    assert (facts.model, facts.engine) == ("toy", "onnxruntime")
    assert "CPU" in facts.device


def test_what_must_be_built_is_named_and_built_with_a_report(toy: str, tensorrt: FakeBuilder) -> None:
    heard: list[str] = []

    def hear(share: float, words: str) -> bool:
        heard.append(words)
        return True

    assert engine_to_build(toy, "tensorrt-rtx") == "Building toy for NVIDIA GeForce RTX 3060"
    animator, facts = open_model(toy, "tensorrt-rtx", report=hear)
    animator.close()
    assert facts.engine == "tensorrt-rtx"
    assert len(heard) == 3
    assert engine_to_build(toy, "tensorrt-rtx") == ""


def test_what_is_ready_serves_meanwhile_and_it_is_said(toy: str, tensorrt: FakeBuilder) -> None:
    said: list[str] = []
    animator, facts = open_model(toy, "tensorrt-rtx", tell=said.append, build=False)
    animator.close()
    assert facts.engine in ("openvino", "onnxruntime")
    assert tensorrt.built_graphs == []
    assert said[0].endswith(f"Meanwhile {facts.engine} runs.")


def test_by_default_it_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    model_choice.say("openvino CPU is passed over [by the gate].")
    assert capsys.readouterr().err == "openvino CPU is passed over [by the gate].\n"


def test_unknown_names_are_told() -> None:
    with pytest.raises(ModelError, match="no model called nobody"):
        open_model("nobody", "auto")
    with pytest.raises(EngineError, match="no engine called quantum"):
        open_model("compact-256", "quantum")


@pytest.mark.parametrize(
    ("side", "name"), [(None, "compact-256"), (64, "compact-256"), (511, "compact-256"), (512, "compact-512"), (4000, "compact-512")]
)
def test_the_embedded_model_for_a_size_is_the_largest_that_is_not_larger(side: int | None, name: str) -> None:
    assert model_for(side) == name


def test_demo_s_faces_are_made_sharper_without_a_network(tmp_path: Path) -> None:
    assert open_restorer(DEMO, "").name == "demo, no network"


def test_enhancer_of_the_user_s_own_serves_every_model(tmp_path: Path) -> None:
    make_restorer(tmp_path / "own.onnx", 64, 2)
    for model in (DEMO, "compact-256"):
        restorer = open_restorer(model, str(tmp_path / "own.onnx"))
        assert (restorer.side, restorer.result_side) == (64, 128)
        restorer.close()
    with pytest.raises(MediaError, match="There is no file"):
        open_restorer(DEMO, str(tmp_path / "absent.onnx"))
