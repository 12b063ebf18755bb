"""The enhancer as a graph: one aligned face in, the same at twice its side out, as files of its kind have it."""

import numpy as np
import torch

from puppet.errors import ModelError
from training.enhancing.plan import SIDE
from training.exporting.export_check import check_pictures
from training.exporting.export_graphs import planes_from_picture, trace
from training.exporting.graph_runs import GraphRun
from training.exporting.onnx_edits import halve_weights
from training.networks.enhancer import Enhancer

IMAGE, RESTORED = "image", "restored"
"""Names of the graph's tensors: (1, 3, 256, 256) and (1, 3, 512, 512) float32 RGB in [-1, 1]."""

TOLERANCE = 2e-4
"""Greatest difference of the float32 graph from torch, in [-1, 1]."""

HALF_TOLERANCE = 0.5 / 127.5
"""Greatest mean difference where weights are stored as float16: half a grey level."""


def export_enhancer(network: Enhancer) -> bytes:
    """The graph, weights stored as float16 and computed with in float32. Raises `ModelError` where it differs from torch."""
    network.eval()
    graph = trace(network, {IMAGE: torch.zeros(1, 3, SIDE, SIDE)}, [RESTORED])
    greatest, _ = measure_gap(network, graph)
    if not greatest <= TOLERANCE:
        raise ModelError(f"The graph differs from torch by {greatest:.2g}, where {TOLERANCE:.2g} is allowed; nothing was written.")
    graph = halve_weights(graph)
    _, mean = measure_gap(network, graph)
    if not mean <= HALF_TOLERANCE:
        raise ModelError(f"The fp16 graph differs from torch by {mean:.2g} on average; nothing was written.")
    return graph


@torch.no_grad()
def measure_gap(network: Enhancer, graph: bytes) -> tuple[float, float]:
    """The greatest and the greatest mean difference of a graph from torch over the pictures of the export's check, in [-1, 1]."""
    run = GraphRun(graph)
    gaps = []
    for picture in check_pictures(SIDE):
        image = planes_from_picture(picture) * 2 - 1
        gap = np.abs(run({IMAGE: image.numpy()})[RESTORED] - network(image).numpy())
        gaps.append((float(gap.max()), float(gap.mean())))
    greatest, mean = np.max(gaps, axis=0).tolist()
    return greatest, mean
