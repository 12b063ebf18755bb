"""A graph that does nothing but large convolutions, to see how fast a processor can do them at best."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

CHANNELS = 256
SIDE = 64
KERNEL = 3
DEPTH = 2
"""Tried beside products of matrices and other widths, sides and kernels: with these OpenVINO came closest to what a core can do."""

PICTURE = (1, CHANNELS, SIDE, SIDE)
WEIGHTS = (CHANNELS, CHANNELS, KERNEL, KERNEL)
OPERATIONS = DEPTH * 2 * CHANNELS**2 * KERNEL**2 * SIDE**2
"""Of one run: two for each multiply-add."""


@contextmanager
def convolution_graph() -> Iterator[Path]:
    """The file of a graph that takes and gives `PICTURE` in float32 and does `OPERATIONS`; it is gone afterwards.

    It is written in OpenVINO's own format (the IR, version 11: a text and a file of weights), which takes no library to write.
    """
    with TemporaryDirectory(prefix="puppet-", ignore_cleanup_errors=True) as folder:  # Windows holds on to a mapped file a little longer
        graph = Path(folder) / "convolutions.xml"
        spread = np.float32((KERNEL**2 * CHANNELS) ** -0.5)  # so that numbers neither grow nor vanish, and none is slow for being tiny
        weights = np.random.default_rng(0).standard_normal(WEIGHTS, np.float32) * spread
        graph.with_suffix(".bin").write_bytes(weights.tobytes())
        graph.write_text(_text(weights.nbytes), encoding="utf-8")
        yield graph


def _text(size: int) -> str:
    border = f"{KERNEL // 2},{KERNEL // 2}"
    convolving = f'<data strides="1,1" dilations="1,1" pads_begin="{border}" pads_end="{border}" auto_pad="explicit"/>'
    taking = f"<input>{_port(0, PICTURE)}{_port(1, WEIGHTS)}</input>"
    layers = [
        _layer(0, "Parameter", f'<data shape="{_listed(PICTURE)}" element_type="f32"/><output>{_port(0, PICTURE, "planes")}</output>'),
        _layer(
            1,
            "Const",
            f'<data element_type="f32" shape="{_listed(WEIGHTS)}" offset="0" size="{size}"/><output>{_port(0, WEIGHTS)}</output>',
        ),
    ]
    edges, before = [], (0, 0)
    for number in range(2, DEPTH + 2):
        layers.append(_layer(number, "Convolution", f"{convolving}{taking}<output>{_port(2, PICTURE, f'planes_{number}')}</output>"))
        edges += [_edge(before, (number, 0)), _edge((1, 0), (number, 1))]
        before = (number, 2)
    last = DEPTH + 2
    layers.append(_layer(last, "Result", f"<input>{_port(0, PICTURE)}</input>"))
    edges.append(_edge(before, (last, 0)))
    inside = f"<layers>{''.join(layers)}</layers><edges>{''.join(edges)}</edges>"
    return f'<?xml version="1.0"?><net name="convolutions" version="11">{inside}</net>'


def _layer(number: int, kind: str, inside: str) -> str:
    return f'<layer id="{number}" name="{kind}_{number}" type="{kind}" version="opset1">{inside}</layer>'


def _port(number: int, shape: tuple[int, ...], name: str = "") -> str:
    named = f' names="{name}"' if name else ""
    return f'<port id="{number}" precision="FP32"{named}>{"".join(f"<dim>{size}</dim>" for size in shape)}</port>'


def _edge(source: tuple[int, int], target: tuple[int, int]) -> str:
    return f'<edge from-layer="{source[0]}" from-port="{source[1]}" to-layer="{target[0]}" to-port="{target[1]}"/>'


def _listed(shape: tuple[int, ...]) -> str:
    return ",".join(map(str, shape))
