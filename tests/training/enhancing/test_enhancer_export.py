"""The file: what its graph takes and gives, that it is what torch computes, and that a card tells when it is not the graph's."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from puppet.errors import ModelError
from training.enhancing.enhancer_card import CARD, GRAPH, EnhancerCard, read_enhancer_card, write_enhancer
from training.enhancing.enhancer_export import IMAGE, RESTORED, export_enhancer, measure_gap
from training.enhancing.enhancer_judgement import graph_restorer
from training.enhancing.unseen_faces import restore
from training.exporting.graph_runs import GraphRun
from training.networks.enhancer import Enhancer


@pytest.fixture(scope="module")
def network() -> Enhancer:
    """One that changes something."""
    torch.manual_seed(2)
    network = Enhancer((8, 8, 16), 1).eval()
    torch.nn.init.normal_(network.last.weight, std=0.03)
    return network


@pytest.fixture(scope="module")
def graph(network: Enhancer) -> bytes:
    return export_enhancer(network)


def test_the_graph_is_what_restorers_look_like(graph: bytes) -> None:
    model = onnx.load_from_string(graph)
    shapes = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim] for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {IMAGE: [1, 3, 256, 256], RESTORED: [1, 3, 512, 512]}
    assert model.opset_import[0].version == 17


def test_the_graph_is_what_torch_computes(network: Enhancer, graph: bytes) -> None:
    face = np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)
    seen = graph_restorer(GraphRun(graph))(face)
    assert seen.shape == (512, 512, 3)
    assert np.abs(seen.astype(int) - restore(network, face)).max() <= 1


def test_a_graph_of_other_weights_is_told_apart(graph: bytes) -> None:
    torch.manual_seed(3)
    other = Enhancer((8, 8, 16), 1).eval()
    torch.nn.init.normal_(other.last.weight, std=0.03)
    assert measure_gap(other, graph)[0] > 0.01


def test_nothing_is_exported_where_the_graph_differs(network: Enhancer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.enhancing.enhancer_export.TOLERANCE", 0.0)
    with pytest.raises(ModelError, match="differs from torch"):
        export_enhancer(network)


def test_a_card_stays_with_its_graph(graph: bytes, tmp_path: Path) -> None:
    card = EnhancerCard(side=256, result_side=512, parameters=1, multiply_accumulates=2, metrics={"real_lpips": 0.1})
    written = write_enhancer(tmp_path / "enhance", graph, card)
    assert read_enhancer_card(tmp_path / "enhance") == written
    assert sorted(path.name for path in (tmp_path / "enhance").iterdir()) == [GRAPH, CARD]
    (tmp_path / "enhance" / GRAPH).write_bytes(graph[:-1] + b"x")
    with pytest.raises(ModelError, match="sha256"):
        read_enhancer_card(tmp_path / "enhance")
