"""Restorers of faces, from file to restored face, on the runtimes that are here."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from engines import restorer as restorer_room
from engines.engine import Device, EngineOptions
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from engines.registry import Candidate
from engines.restorer import open_restorer
from engines.restoring.conventions import LEVELS, UNIT, Conventions, compare
from puppet.assets import ASSETS
from puppet.errors import EngineError, ModelError
from puppet.picture import Picture
from tests.graph_files import save_graph
from tests.toy_restorer import make_restorer

PLANES = (1, 3, 64, 64)
FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE


@pytest.fixture(autouse=True, scope="module")
def one_look() -> Iterator[None]:
    """The face that restorers are tried with is looked for once."""
    faces: dict[int, Picture] = {}
    really = restorer_room._shown_face
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restorer_room, "_shown_face", lambda side: faces[side] if side in faces else faces.setdefault(side, really(side)))
        yield


def graph(path: Path, nodes: list[Any], constants: dict[str, Any], *, shape: tuple[int, ...] = PLANES) -> Path:
    """A graph from x to y of one shape."""
    return save_graph(path, nodes, constants, {"x": (FLOAT, shape)}, {"y": (FLOAT, shape)})


@pytest.mark.parametrize(
    ("made", "sides", "conventions"),
    [
        ({}, (64, 128), Conventions()),
        ({"side": 128, "growth": 1}, (128, 128), Conventions()),
        ({"span": (0, 1)}, (64, 128), Conventions(UNIT, UNIT)),
        ({"span": (0, 255), "dtype": "uint8"}, (64, 128), Conventions(LEVELS, LEVELS)),
        ({"span": (0, 255), "dtype": "uint8", "planes": False}, (64, 128), Conventions(LEVELS, LEVELS)),
        ({"dtype": "float16"}, (64, 128), Conventions()),
        ({"planes": False}, (64, 128), Conventions()),
        ({"swaps_colours": True}, (64, 128), Conventions(gives_rgb=False)),
        ({"fidelity": ("w", DOUBLE, (1,)), "names": ("x", "y")}, (64, 128), Conventions()),
        ({"fidelity": ("weight", DOUBLE, ())}, (64, 128), Conventions()),
        ({"fidelity": ("w", FLOAT, (1,))}, (64, 128), Conventions()),
        ({"batch": "batch"}, (64, 128), Conventions()),
        ({"side": None, "batch": "batch", "growth": 1}, (512, 512), Conventions()),
        ({"side": None, "growth": 4}, (256, 1024), Conventions()),
        ({"extra": ("logits", "features")}, (64, 128), Conventions()),
    ],
    ids=json.dumps,
)
def test_files_of_many_makes_open_and_sharpen(
    tmp_path: Path, made: dict[str, Any], sides: tuple[int, int], conventions: Conventions
) -> None:
    restorer = open_restorer(make_restorer(tmp_path / "GFPGANv1.4.onnx", **made))
    assert (restorer.side, restorer.result_side) == sides
    assert restorer.conventions == conventions
    assert restorer.name.startswith("GFPGANv1.4 on openvino (CPU")
    face = restorer_room._shown_face(sides[0])
    restored = restorer.restore(face)
    assert restored.shape == (sides[1], sides[1], 3) and restored.dtype == np.uint8 and not restored.flags.writeable
    error, likeness = compare(face, restored)
    assert error < 6 and likeness > 0.95
    restorer.close()
    restorer.close()
    with pytest.raises(EngineError, match="after it was closed"):
        restorer.restore(face)


def test_fidelity_reaches_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_restorer(tmp_path / "codeformer.onnx", fidelity=("w", DOUBLE, (1,)))
    results = []
    for fidelity in (1.0, 0.5):
        monkeypatch.setattr(restorer_room, "FAITHFUL", fidelity)
        restorer = open_restorer(path)
        results.append(restorer.restore(restorer_room._shown_face(64)).astype(int))
        restorer.close()
    assert np.abs(results[0] - results[1]).mean() > 0.5


def reverse(path: Path) -> Path:
    nodes = [helper.make_node("Slice", ["x", "last", "end", "axis", "back"], ["y"])]
    return graph(path, nodes, {"last": np.array([-1]), "end": np.array([-99]), "axis": np.array([3]), "back": np.array([-1])})


def divide_nothing(path: Path) -> Path:
    return graph(path, [helper.make_node("Sub", ["x", "x"], ["zero"]), helper.make_node("Div", ["zero", "zero"], ["y"])], {})


def add_noise(path: Path) -> Path:
    return graph(path, [helper.make_node("RandomNormalLike", ["x"], ["n"], scale=0.05), helper.make_node("Add", ["x", "n"], ["y"])], {})


def negate(path: Path) -> Path:
    return graph(path, [helper.make_node("Neg", ["x"], ["y"])], {})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (negate, r"gives another picture than the face it is shown: \d+ levels of 255 away, its features alike to 0%"),
        (reverse, "gives another picture than the face"),
        (divide_nothing, r"gives no numbers for the face it was tried with \(NaN\)"),
        (add_noise, "gives another result each time, .* a moving face would flicker"),
    ],
)
def test_what_restores_no_face_is_refused(tmp_path: Path, make: Any, words: str) -> None:
    with pytest.raises(ModelError, match=rf"given\.onnx {words}"):
        open_restorer(make(tmp_path / "given.onnx"))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (ASSETS / "models" / "compact-256" / "animate.onnx", r"is the animate\.onnx of a Puppet model"),
        (ASSETS / "models" / "compact-256" / "keypoints.onnx", r"is the keypoints\.onnx of a Puppet model"),
        (ASSETS / "models" / "compact-256" / "appearance.onnx", r"is the appearance\.onnx of a Puppet model"),
        (ASSETS / "models" / "matte" / "u2netp.onnx", r"gives pictures of 1 channel"),
        (ASSETS / "models" / "face" / "face_landmark.tflite", r"is no ONNX file"),
    ],
)
def test_other_networks_of_puppet_are_refused(path: Path, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        open_restorer(path)


def test_what_openvino_can_t_read_runs_on_onnx_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any) -> Any:
        raise ModelError("OpenVINO can't read it.")

    monkeypatch.setattr(OpenVinoRuntime, "read", refuse)
    restorer = open_restorer(make_restorer(tmp_path / "codeformer.onnx", fidelity=("w", DOUBLE, (1,)), batch="batch"))
    assert restorer.name == "codeformer on onnxruntime (CPU, f32)"
    assert restorer.restore(restorer_room._shown_face(64)).shape == (128, 128, 3)
    restorer.close()


class PretendedCard(OnnxRuntime):
    """A graphics card that in float16 loses all numbers, and takes no more than `fails` lets it."""

    def __init__(self, fails: tuple[str, ...]) -> None:
        super().__init__()
        self.fails = fails
        self.asked: list[str] = []

    def open(self, graph: Path, options: EngineOptions) -> Any:
        self.asked.append(options.precision)
        if options.precision in self.fails:
            raise EngineError("The card has no memory left.")
        engine = super().open(graph, options._replace(device="CPU", precision="f32"))
        engine._device = Device("CUDA", f"CUDA (RTX), {options.precision}", options.precision)
        if options.precision == "auto":
            really = engine.run
            engine.run = lambda **given: {name: np.full_like(value, np.nan) for name, value in really(**given).items()}  # type: ignore[method-assign]
        return engine


@pytest.mark.parametrize(
    ("fails", "asked", "runs_on"),
    [((), ["auto", "f32"], "onnxruntime (CUDA (RTX), f32)"), (("auto", "f32"), ["auto", "f32"], "openvino (CPU")],
)
def test_a_card_comes_first_in_what_passes_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: tuple[str, ...], asked: list[str], runs_on: str
) -> None:
    card = PretendedCard(fails)
    monkeypatch.setattr(restorer_room, "candidates", lambda: [Candidate(card, "CUDA"), Candidate(OpenVinoRuntime(), "CPU")])
    restorer = open_restorer(make_restorer(tmp_path / "gpen.onnx"))
    assert card.asked == asked
    assert restorer.name.startswith(f"gpen on {runs_on}")
    restorer.close()


def test_the_embedded_one_doubles_a_face() -> None:
    restorer = open_restorer()
    assert (restorer.side, restorer.result_side) == (256, 512)
    assert restorer.conventions == Conventions()
    restored = restorer.restore(restorer_room._shown_face(256))
    assert restored.shape == (512, 512, 3)
    restorer.close()


def test_without_the_embedded_one_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(restorer_room, "GRAPH", tmp_path / "enhance.onnx")
    with pytest.raises(ModelError, match=r"enhance\.onnx, is missing"):
        open_restorer()


@pytest.mark.parametrize(("quick", "slow"), [("f32", "bf16"), ("bf16", "f32")])
def test_what_is_faster_on_this_processor_is_kept_and_the_other_closed(
    quick: str, slow: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Timed:
        def __init__(self, precision: str) -> None:
            self.device = Device("CPU", "a processor", precision)
            self.closed = False

        def restore(self, _aligned: Picture) -> None:
            time.sleep(0.002 if self.device.precision == quick else 0.02)

        def close(self) -> None:
            self.closed = True

    made = {precision: Timed(precision) for precision in (quick, slow)}
    monkeypatch.setattr(restorer_room, "_open_on", lambda *_: made["f32"])
    (tmp_path / "small.onnx").write_bytes(b"graph")
    given: Any = (made["bf16"], None, tmp_path / "small.onnx", None, None)
    kept: Any = restorer_room._faster(*given)
    assert kept is made[quick]
    assert made[slow].closed and not made[quick].closed
