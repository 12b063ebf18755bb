"""Networks and checkpoints small enough for tests, and the parity fixtures."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from training.configuration import CompactConfiguration, Configuration, FommConfiguration
from training.networks.pair import NetworkPair, build_networks

HERE = Path(__file__).parent
PARITY = HERE / "parity"
FIXTURES = ("official_tiny", "official_tiny_single_jacobian")

SMALL_FOMM = FommConfiguration(
    side=64,
    keypoint_count=3,
    scale_factor=0.5,
    detector_width=4,
    detector_width_limit=16,
    detector_depth=2,
    motion_width=4,
    motion_width_limit=16,
    motion_depth=2,
    generator_width=8,
    generator_width_limit=32,
    bottleneck_blocks=1,
)
SMALL_COMPACT = CompactConfiguration(
    side=64,
    keypoint_count=3,
    detector_side=64,
    detector_widths=(8, 8, 16, 16),
    motion_grid=32,
    motion_widths=(8, 8, 16, 16),
    detail_points=(0, 2),
    quarter_width=32,
    eighth_width=32,
    quarter_blocks=1,
    eighth_blocks=1,
)


def build_small(configuration: Configuration, seed: int = 0) -> NetworkPair:
    """Networks in eval mode with every weight and statistic random, so that no output is flat."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    pair = build_networks(configuration)
    with torch.no_grad():
        for name, tensor in pair.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
            elif name.endswith(("running_mean", "bias")):
                tensor.add_(0.05 * torch.randn(tensor.shape, generator=generator))
            elif "jacobian" in name:
                tensor.add_(0.01 * torch.randn(tensor.shape, generator=generator))
    return pair.eval()


def published(pair: NetworkPair) -> dict[str, Any]:
    """The checkpoint of a pair in the published layout."""
    return {"generator": pair.generator.state_dict(), "kp_detector": pair.detector.state_dict(), "epoch": 1}


def ours(pair: NetworkPair, **changed: object) -> dict[str, Any]:
    """The checkpoint of a pair in our own layout."""
    return {
        "format": "puppet-1",
        "name": "small",
        "configuration": pair.configuration.model_dump(),
        "model": pair.state_dict(),
        "steps": 7,
        "samples": 70,
        "licence": "MIT",
        "training_data": ["drawn shapes (CC0)"],
        "metrics": {"l1": 0.5},
        "optimiser": {"state": {}},
        **changed,
    }


def saved(path: Path, content: object, **options: Any) -> Path:
    """`content` saved by torch at `path`."""
    torch.save(content, path, **options)
    return path


def read_parity(name: str) -> dict[str, npt.NDArray[Any]]:
    """The stored outputs of a fixture."""
    with np.load(PARITY / f"{name}.npz") as stored:
        return dict(stored)
