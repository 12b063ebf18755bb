"""Curves of a face's motion as inline SVG: the driver's beside the result's."""

from collections.abc import Sequence
from html import escape

import numpy as np

from puppet.motion import FloatArray
from training.judging.evaluation import Figures
from training.judging.face_motion import STILL, FaceMotion

WIDTH, HEIGHT, EDGE = 220, 90, 6
UNITS = {"mouth": "eye distances", "eyes": "eye distances"}
"""Of the signals that are not in degrees."""

LEAST_RANGE = 3.0
"""What fills a chart at least, in thresholds of stillness: noise is not blown up into motion."""


def curves(driver: FaceMotion, results: Sequence[FaceMotion], figures: Sequence[Figures]) -> str:
    """A chart for each signal; classes `driver`, `result0`, `result1`, ... colour the lines. Frames without a face are gaps.

    Signals are drawn about their mean, for motion is carried over relative; `figures` of the results, if any are given, tell correlation
    and gain.
    """
    return "".join(_chart(signal, driver, results, figures) for signal in STILL)


def _chart(signal: str, driver: FaceMotion, results: Sequence[FaceMotion], figures: Sequence[Figures]) -> str:
    lines = [_centred(getattr(motion, signal)) for motion in (driver, *results)]
    reach = max([float(np.nanmax(np.abs(line))) for line in lines if np.isfinite(line).any()] + [LEAST_RANGE * STILL[signal]])
    drawn = "".join(
        f'<path class="{name}" d="{_path(line, reach)}"/>'
        for name, line in zip(["driver", *(f"result{index}" for index in range(len(results)))], lines, strict=True)
    )
    judged = [f"r {one[signal]:.2f}, gain {one[f'{signal}_gain']:.2f}" if signal in one else "not judged" for one in figures]
    told = " &middot; ".join(judged) if any(signal in one for one in figures) else "still" * bool(figures)
    middle = f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT / 2}" y2="{HEIGHT / 2}"/>'
    unit = UNITS.get(signal, "&deg;")
    return (
        f'<figure class="chart"><figcaption><b>{escape(signal)}</b> {told}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(signal)}">{middle}{drawn}'
        f'<text x="2" y="10">&plusmn;{reach:.2g} {unit}</text></svg></figure>'
    )


def _centred(signal: FloatArray) -> FloatArray:
    return np.asarray(signal - np.nanmean(signal), np.float32) if np.isfinite(signal).any() else signal


def _path(line: FloatArray, reach: float) -> str:
    """Moves and lines through the finite values, from left to right; larger is higher."""
    steps, pen = [], "M"
    for index, value in enumerate(line):
        if not np.isfinite(value):
            pen = "M"
            continue
        x = index * WIDTH / max(len(line) - 1, 1)
        y = HEIGHT / 2 - float(value) / reach * (HEIGHT / 2 - EDGE)
        steps.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(steps)
