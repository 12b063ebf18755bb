"""Graphs with explicit types: the same ports and pictures, and no cast that could be left out."""

import hashlib
import itertools
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engines.building.graph_typing import FORM, typed_graph
from puppet import contract
from puppet.assets import ASSETS
from puppet.errors import ModelError
from tests.engines.building.drawn_faces import Face, decibels, draw_face, faces, largest, remake, run_graph
from tests.engines.building.fomm_graphs import fomm_folder  # noqa: F401
from tests.engines.building.rounded_graphs import rounded_graph
from tests.engines.building.small_graphs import MAP, between_convolutions, kinds_in, ports_of, types_of
from tests.graph_files import save_graph
from tests.toy_model import make_toy_model

WRITTEN = (1, "aa7b67dd35c7901d")
"""The form, and the hash of what is written in it for the toy model: where the second changes, the first must be raised."""

EMBEDDED = ASSETS / "models" / "compact-256"
EXACT, HALF, BYTE = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8
PRECISIONS: tuple[Literal["f32", "f16"], ...] = ("f32", "f16")

CASTS = {contract.APPEARANCE: 4, contract.KEYPOINTS: 12, contract.ANIMATE: 9}
"""How many the embedded float16 graphs need, those from and to uint8 among them."""


@pytest.fixture(scope="module", params=[0, 1], ids=["painting", "photograph with a still border"])
def face(request: pytest.FixtureRequest) -> Face:
    return draw_face(EMBEDDED, faces()[request.param], still_border=bool(request.param))


@pytest.fixture(scope="module")
def full_face(fomm_folder: Path) -> Face:  # noqa: F811
    return draw_face(fomm_folder, faces()[0])


def assert_no_idle_casts(graph: bytes) -> None:
    """No cast of a cast, none to a value's own type, none twice, and no constant cast when it might have been stored so."""
    types = types_of(graph)
    opened = onnx.load_from_string(graph).graph
    made = {node.output[0] for node in opened.node if node.op_type == "Cast"}
    constants = {tensor.name for tensor in opened.initializer}
    seen: set[tuple[str, int]] = set()
    for node in opened.node:
        if node.op_type != "Cast":
            continue
        (taken,), (given,) = node.input, node.output
        assert types[taken] != types[given]
        assert taken not in constants
        assert taken not in made or types[taken] == types[given] == BYTE or _from_bytes(opened, taken), f"{given} is cast from a cast"
        assert (taken, types[given]) not in seen
        seen.add((taken, types[given]))


def _from_bytes(graph: onnx.GraphProto, value: str) -> bool:
    inputs = {port.name for port in graph.input if port.type.tensor_type.elem_type == BYTE}
    return any(node.output[0] == value and node.input[0] in inputs for node in graph.node)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", contract.GRAPHS)
def test_ports_and_casts(name: str, precision: Literal["f32", "f16"]) -> None:
    typed = typed_graph(EMBEDDED / name, precision)
    assert ports_of(typed) == ports_of((EMBEDDED / name).read_bytes())
    assert_no_idle_casts(typed)
    casts = [node for node in onnx.load_from_string(typed).graph.node if node.op_type == "Cast"]
    assert len(casts) == (1 if precision == "f32" else CASTS[name])
    if precision == "f32":
        assert HALF not in types_of(typed).values()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", contract.GRAPHS)
def test_bytes_are_known_at_the_border_alone(name: str, precision: Literal["f32", "f16"]) -> None:
    """TensorRT takes uint8 nowhere else: the exported graphs transpose their picture first."""
    typed = typed_graph(EMBEDDED / name, precision)
    types = types_of(typed)
    for node in onnx.load_from_string(typed).graph.node:
        if BYTE in {types[value] for value in [*node.input, *node.output] if value}:
            assert node.op_type == "Cast"


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_float32_gives_what_the_original_gives(face: Face, name: str) -> None:
    found = remake(face, name, lambda: typed_graph(EMBEDDED / name, "f32"))
    assert {key: value.dtype for key, value in found.items()} == {key: value.dtype for key, value in face.given[name].items()}
    assert largest(face.given[name], found) < 1e-6


def test_float16_keeps_keypoints(face: Face) -> None:
    """The gate lets .005 pass; measured: .0003."""
    found = remake(face, contract.KEYPOINTS, lambda: rounded_graph(typed_graph(EMBEDDED / contract.KEYPOINTS, "f16")))
    assert np.abs(found[contract.POINTS] - face.given[contract.KEYPOINTS][contract.POINTS]).max() < 1e-3
    assert np.abs(found[contract.JACOBIANS] - face.given[contract.KEYPOINTS][contract.JACOBIANS]).max() < 3e-3


def test_float16_keeps_the_picture(face: Face) -> None:
    """The gate lets 35 dB pass; measured: 63 dB."""
    features = remake(face, contract.APPEARANCE, lambda: rounded_graph(typed_graph(EMBEDDED / contract.APPEARANCE, "f16")))
    assert largest(face.given[contract.APPEARANCE], features) < 5e-3
    animate = rounded_graph(typed_graph(EMBEDDED / contract.ANIMATE, "f16"))
    (found,) = run_graph(animate, {**face.fed[contract.ANIMATE], **features})
    assert decibels(found[contract.IMAGE], face.given[contract.ANIMATE][contract.IMAGE]) > 50


def test_float16_runs_as_it_is(face: Face) -> None:
    """ONNX Runtime's CPU casts around what it has no float16 kernel for."""
    found = remake(face, contract.ANIMATE, lambda: typed_graph(EMBEDDED / contract.ANIMATE, "f16"))
    assert decibels(found[contract.IMAGE], face.given[contract.ANIMATE][contract.IMAGE]) > 50


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_full_model_is_typed(full_face: Face, fomm_folder: Path, name: str) -> None:  # noqa: F811
    exact = typed_graph(fomm_folder / name, "f32")
    assert largest(full_face.given[name], run_graph(exact, full_face.fed[name])[0]) < 1e-5
    half = typed_graph(fomm_folder / name, "f16")
    assert ports_of(half) == ports_of(exact)
    assert_no_idle_casts(half)
    assert len(half) < 0.52 * len(exact)
    assert "BatchNormalization" not in kinds_in(half, HALF)
    found = run_graph(rounded_graph(half), full_face.fed[name])[0]
    if name == contract.ANIMATE:
        assert decibels(found[contract.IMAGE], full_face.given[name][contract.IMAGE]) > 45  # measured: 52
    else:  # its random detector turns logits of noise into places: measured .004, of features .001
        assert largest(full_face.given[name], found) < 0.01


def test_weights_stored_halved_are_stored_once(tmp_path: Path) -> None:
    sizes = {precision: len(typed_graph(EMBEDDED / contract.ANIMATE, precision)) for precision in PRECISIONS}
    stored = (EMBEDDED / contract.ANIMATE).stat().st_size
    assert sizes["f16"] < 1.1 * stored
    assert sizes["f32"] > 1.6 * stored
    assert set(kinds_in((EMBEDDED / contract.ANIMATE).read_bytes(), EXACT)) >= {"Cast"}, "the file's own casts of weights are gone"


def test_float16_ports_stay_so(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["wide"], to=EXACT),
        helper.make_node("Exp", ["wide"], ["grown"]),
        helper.make_node("Cast", ["grown"], ["y"], to=HALF),
        helper.make_node("Cast", ["x"], ["z"], to=EXACT),
    ]
    ports = {"x": (HALF, MAP)}, {"y": (HALF, MAP), "z": (EXACT, MAP)}
    graph = save_graph(tmp_path / "halves.onnx", nodes, {}, *ports)
    values = np.random.default_rng(0).standard_normal(MAP).astype(np.float16)
    for precision in PRECISIONS:
        typed = typed_graph(graph, precision)
        assert ports_of(typed) == ports_of(graph.read_bytes())
        (found,) = run_graph(typed, {"x": values})
        assert np.allclose(found["y"], np.exp(values.astype(np.float32)), rtol=1e-3)
        assert np.array_equal(found["z"], values)


def test_casts_of_casts_in_the_file_cancel(tmp_path: Path) -> None:
    chain = [
        helper.make_node("Cast", ["a"], ["h"], to=HALF),
        helper.make_node("Cast", ["h"], ["f"], to=EXACT),
        helper.make_node("Relu", ["f"], ["b"]),
    ]
    graph = between_convolutions(tmp_path / "pingpong.onnx", chain)
    assert "Cast" not in kinds_in(typed_graph(graph, "f32"), EXACT)
    assert kinds_in(typed_graph(graph, "f16"), HALF) == ["Cast", "Conv", "Relu", "Conv"]


def test_normalisation_with_a_variance_that_float16_takes_for_zero(tmp_path: Path) -> None:
    terms = {
        "scale": np.full(8, 1e-4, np.float32),
        "shift": np.linspace(-1, 1, 8, dtype=np.float32),
        "mean": np.zeros(8, np.float32),
        "variance": np.full(8, 1e-9, np.float32),
    }
    chain = [helper.make_node("BatchNormalization", ["a", *terms], ["n"], epsilon=1e-9), helper.make_node("Relu", ["n"], ["b"])]
    graph = between_convolutions(tmp_path / "normal.onnx", chain, terms)
    values = {"x": np.random.default_rng(0).standard_normal(MAP).astype(np.float32)}
    (expected,) = run_graph(graph.read_bytes(), values)
    typed = typed_graph(graph, "f16")
    assert kinds_in(typed, HALF) == ["Cast", "Conv", "Mul", "Add", "Relu", "Conv"]
    assert largest(expected, run_graph(rounded_graph(typed), values)[0]) < 5e-3


def test_arithmetic_in_bytes_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "x"], ["twice"]), helper.make_node("Cast", ["twice"], ["y"], to=EXACT)]
    graph = save_graph(tmp_path / "bytes.onnx", nodes, {}, {"x": (BYTE, (4,))}, {"y": (EXACT, (4,))})
    with pytest.raises(ModelError, match=r"bytes\.onnx computes twice in uint8"):
        typed_graph(graph, "f32")


def test_form_is_raised_with_what_is_written(tmp_path: Path) -> None:
    """Else engines that were built of what was written before are taken for those of today."""
    make_toy_model(tmp_path, 32, 3)
    written = []
    for name, precision in itertools.product(contract.GRAPHS, PRECISIONS):
        graph = onnx.load_from_string(typed_graph(tmp_path / name, precision)).graph
        written += [f"{node.op_type} {[*node.input]} {[*node.output]}" for node in graph.node]
        written += sorted(f"{tensor.name} {tensor.data_type} {[*tensor.dims]}" for tensor in graph.initializer)
    assert (FORM, hashlib.sha256("\n".join(written).encode()).hexdigest()[:16]) == WRITTEN
