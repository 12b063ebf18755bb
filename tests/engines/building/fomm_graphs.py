"""The full First Order Motion Model at 256 px with random weights, as the training room exports it: once a session."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from puppet import contract
from puppet.contract import ModelCard, write_card


@cache
def export_fomm(parent: Path) -> Path:
    """A model folder within `parent`, without the comparison with torch that a real export begins with.

    Its normalisations are those of two pictures, so that activations are as large as in a trained network, keypoints lie
    apart and no picture is flat.
    """
    import torch

    from training.configuration import FommConfiguration
    from training.exporting.export_check import check_pictures
    from training.exporting.export_graphs import PREDICTION, planes_from_picture, trace_pair
    from training.exporting.onnx_edits import without_output
    from training.networks.pair import build_networks

    configuration = FommConfiguration()
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        pair = build_networks(configuration).train()
        for module in pair.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None  # the plain mean over what is shown
        assert isinstance(pair.detector.jacobian, torch.nn.Conv2d)
        pair.detector.jacobian.weight.add_(0.01 * torch.randn_like(pair.detector.jacobian.weight))
        pictures = torch.cat([planes_from_picture(picture) for picture in check_pictures(configuration.side)[:2]])
        seen = pair.detector(pictures)
        still, moved = (type(seen)(seen.points[index : index + 1], seen.jacobians[index : index + 1]) for index in (0, 1))
        pair.generator(pictures[:1], still, moved)
    graphs = trace_pair(pair)
    graphs[contract.ANIMATE] = without_output(graphs[contract.ANIMATE], PREDICTION)
    folder = Path(mkdtemp(prefix="fomm-", dir=parent))
    for name, graph in graphs.items():
        (folder / name).write_bytes(graph)
    card = ModelCard(
        name="fomm",
        family="fomm",
        side=configuration.side,
        keypoint_count=configuration.keypoint_count,
        align_corners=configuration.align_corners,
        licence="MIT",
    )
    write_card(folder, card)
    return folder


@pytest.fixture(scope="session")
def fomm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder, only to be read; every test file that imports this fixture is given the same one."""
    return export_fomm(tmp_path_factory.getbasetemp())
