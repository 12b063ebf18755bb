"""Building a model: the ladder of precisions, the gate at each step, and what is kept, removed, rebuilt."""

from pathlib import Path

import pytest

from engines.building.build_progress import BuildStoppedError, quietly
from engines.building.model_build import (
    NotBuiltError,
    RefusedError,
    build_model,
    builds,
    is_ready,
    is_refused,
    ladder,
    precision_words,
)
from engines.engine import EngineOptions
from engines.openvino import OpenVinoRuntime
from puppet import contract
from puppet.errors import EngineError
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime, astray, black
from tests.engines.building.toy_engines import ALL_F16, ALL_F32, KEYPOINTS_F32, engines, opened


def test_builders_are_told_from_others() -> None:
    assert builds(FakeBuilder())
    assert not builds(OpenVinoRuntime())


def test_ladder_of_a_builder() -> None:
    assert ladder(FakeBuilder(), "auto") == [ALL_F16, KEYPOINTS_F32, ALL_F32]
    assert ladder(FakeBuilder(), "f16") == [ALL_F16, KEYPOINTS_F32]
    assert ladder(FakeBuilder(), "f32") == [ALL_F32]
    assert ladder(FakeBuilder(), "i8") == [
        {contract.APPEARANCE: "f16", contract.KEYPOINTS: keypoints, contract.ANIMATE: "i8"} for keypoints in ("f16", "f32")
    ]
    with pytest.raises(EngineError, match="not in bf16"):
        ladder(FakeBuilder(), "bf16")


def test_ladder_of_what_only_opens_keeps_keypoints_exact() -> None:
    first, second = ladder(OpenVinoRuntime(), "auto")
    assert first == {contract.APPEARANCE: "auto", contract.KEYPOINTS: "f32", contract.ANIMATE: "auto"}
    assert second == ALL_F32
    assert ladder(OpenVinoRuntime(), "bf16") == [{contract.APPEARANCE: "bf16", contract.KEYPOINTS: "f32", contract.ANIMATE: "bf16"}]


def test_precisions_in_words() -> None:
    first, second = ladder(OpenVinoRuntime(), "auto")
    assert precision_words(ladder(FakeBuilder(), "f16")[0]) == "f16"
    assert precision_words(ladder(FakeBuilder(), "f16")[1]) == "f16 with keypoints in f32"
    assert precision_words(first, "bf16") == "bf16 with keypoints in f32"
    assert precision_words(second, "f32") == "f32"


def test_faithful_engines_are_built_and_accepted(folder: Path) -> None:
    runtime = FakeBuilder()
    verdict = build_model(folder, runtime, None, "auto", quietly)
    assert verdict.passed
    assert engines() == {(name, "f16"): True for name in contract.GRAPHS}
    assert is_ready(folder, runtime, None, "auto")


def test_keypoints_that_suffer_in_f16_are_built_in_f32(folder: Path) -> None:
    runtime = FakeBuilder({(contract.KEYPOINTS, "f16"): astray(0.02)})
    passed = opened(folder, runtime)
    assert passed.precisions == KEYPOINTS_F32
    assert passed.refusals == ["in f16 its keypoints lie up to 0.0200 from where they should, at most 0.005 is let through"]
    assert runtime.built_graphs == [(name, "f16") for name in contract.GRAPHS] + [(contract.KEYPOINTS, "f32")]
    assert engines() == {(contract.APPEARANCE, "f16"): True, (contract.ANIMATE, "f16"): True, (contract.KEYPOINTS, "f32"): True}


def test_what_suffers_in_f16_altogether_is_built_in_f32(folder: Path) -> None:
    runtime = FakeBuilder({(contract.ANIMATE, "f16"): black})
    passed = opened(folder, runtime)
    assert passed.precisions == ALL_F32
    assert [words.partition(" it draws")[0] for words in passed.refusals] == ["in f16", "in f16 with keypoints in f32"]
    assert engines() == {(name, "f32"): True for name in contract.GRAPHS}


def test_runtime_that_is_wrong_throughout_is_refused_for_good(folder: Path) -> None:
    runtime = FakeBuilder({(contract.ANIMATE, precision): black for precision in ("f16", "f32")})
    with pytest.raises(
        RefusedError, match="tensorrt-rtx does not draw what toy should: in f16 it draws black in 6 of 6 pictures; "
    ) as refused:
        opened(folder, runtime)
    assert not refused.value.verdict.passed
    assert engines() == {}
    assert is_refused(folder, runtime, None, "auto")
    built = list(runtime.built_graphs)
    assert build_model(folder, runtime, None, "auto", quietly) == refused.value.verdict
    assert runtime.built_graphs == built, "what was refused is not built again"


def test_f16_that_was_asked_for_does_not_become_f32(folder: Path) -> None:
    runtime = FakeBuilder({(contract.ANIMATE, "f16"): black})
    assert build_model(folder, runtime, None, "f16", quietly).reason == "it draws black in 6 of 6 pictures"
    assert "f32" not in {precision for name, precision in runtime.built_graphs if name == contract.ANIMATE}


def test_int8_learns_from_the_stored_pictures_and_is_gated(folder: Path) -> None:
    runtime = FakeBuilder()
    passed = opened(folder, runtime, "i8")
    assert passed.precisions == {contract.APPEARANCE: "f16", contract.KEYPOINTS: "f16", contract.ANIMATE: "i8"}
    assert {name: len(given) for name, given in runtime.samples.items()} == {contract.ANIMATE: 6}
    assert contract.DRIVING_POINTS in runtime.samples[contract.ANIMATE][0]
    bad = FakeBuilder({(contract.ANIMATE, "i8"): black}, name="tensorrt")
    with pytest.raises(RefusedError, match=r"in i8 with keypoints in f16 it draws black.*; in i8 with keypoints in f32 it draws black"):
        opened(folder, bad, "i8")


def test_accepted_engines_are_opened_without_building_or_judging(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeBuilder()
    opened(folder, runtime).animator.close()
    runtime.unbuildable = EngineError("It can't build today.")
    monkeypatch.setattr("engines.building.model_build.examine", None)
    assert opened(folder, runtime).examined is None


def test_engines_that_were_never_judged_are_judged(folder: Path) -> None:
    """A crash between building and the gate leaves such."""
    runtime = FakeBuilder({(contract.ANIMATE, "f16"): black})
    for name in contract.GRAPHS:
        runtime.build(folder / name, EngineOptions(precision="f16"), quietly)
    assert not is_ready(folder, runtime, None, "auto")
    assert opened(folder, runtime, build=True).precisions == ALL_F32


def test_nothing_is_built_unasked(folder: Path) -> None:
    runtime = FakeBuilder()
    with pytest.raises(NotBuiltError, match=r"has not built appearance\.onnx"):
        opened(folder, runtime, build=False)
    assert runtime.built_graphs == []
    opened(folder, runtime).animator.close()
    opened(folder, runtime, build=False).animator.close()


def test_report_hears_of_every_graph_and_may_stop(folder: Path) -> None:
    heard: list[tuple[float, str]] = []

    def stop_at_the_second(share: float, words: str) -> bool:
        heard.append((share, words))
        return len(heard) < 2

    runtime = FakeBuilder()
    with pytest.raises(BuildStoppedError):
        build_model(folder, runtime, None, "auto", stop_at_the_second)
    assert heard == [(0.5 / 3, "appearance in f16: compiling"), (1.5 / 3, "keypoints in f16: compiling")]
    assert runtime.built_graphs == [(contract.APPEARANCE, "f16")]


def test_processor_that_fails_in_bf16_computes_in_f32(folder: Path) -> None:
    runtime = FakeRuntime(faults={(contract.ANIMATE, "bf16"): black})
    passed = opened(folder, runtime)
    assert passed.precisions == ALL_F32
    assert passed.refusals == ["in bf16 with keypoints in f32 it draws black in 6 of 6 pictures"]


def test_processor_that_has_only_f32_is_not_tried_twice(folder: Path) -> None:
    runtime = FakeRuntime(precision="f32", faults={(contract.ANIMATE, "f32"): black})
    with pytest.raises(RefusedError, match="openvino does not draw what toy should: in f32 it draws black in 6 of 6 pictures"):
        opened(folder, runtime)
    assert [name for name, _ in runtime.opened].count(contract.ANIMATE) == 1


def test_absent_runtime_is_neither_ready_nor_an_error_to_ask(folder: Path) -> None:
    runtime = FakeBuilder()
    runtime.trouble = EngineError("There is no NVIDIA driver here.")
    assert not is_ready(folder, runtime, None, "auto")
