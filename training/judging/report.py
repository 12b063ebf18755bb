"""The report of an evaluation: one HTML file with everything in it, the worst takes first."""

import base64
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

import cv2

from puppet.media.contact_sheet import contact_sheet
from puppet.picture import Picture
from training.judging.curves import curves
from training.judging.evaluation import Figures
from training.judging.judgement import SIGNALS, Judgement, Take, sum_up

CELL, JPEG_QUALITY = 104, 75

TEMPLATE = Path(__file__).with_name("report_template.html")

GLOSSARY = {
    "l1": "mean difference of pixels, of 1; l1_ratio: beside the source unmoved (l1_still), 1 is no better than not moving; "
    "its mean is the ratio of the means",
    "lpips": "distance in AlexNet's features (Zhang et al. 2018), 0 for equal pictures; measured on every tenth frame",
    "akd": "mean distance of 68 landmarks, px at 256, where both have a face",
    "aed": "distance of unit-norm identity embeddings, by $embedder, centred on the people of the validation set",
    "missing": "share of frames without a face in the result (redrawn: of those with one in the clip)",
    "mouth, eyes": "how far lips and lids stand apart, in outer-eye distances, read off the face mesh put upright",
    "yaw, pitch, roll": "how the head is turned, degrees, by the rigid part of the mesh",
    "identity": "cosine of the centred embeddings of portrait and result",
    "jitter": "mean second difference of the landmarks, px at 256: the result's less the driver's; jitter_ratio: one over the other",
    "ms": "median time to detect and draw a frame, on the machine that judged",
    "sharpness": "edges in the face beside those of the source (redrawn: of the same frame): 1 is as steep, .5 half as steep",
}
"""What each figure is, for a reader."""

RISING = {*SIGNALS, "identity", "sharpness"}
"""Figures of which more is better; of gains and ratios of jitter, what is nearer to 1 is."""


def write_report(path: Path, names: Sequence[str], takes: Sequence[Take], embedder: str, whole: bool = True) -> None:
    """Write the report on one model or several, which `names` tells apart; `whole` is False where the run was interrupted."""
    judgements = [sum_up(takes, index) for index in range(len(names))]
    driven = sorted((take for take in takes if take.portrait), key=lambda take: take.badness, reverse=True)
    redrawn = sorted((take for take in takes if not take.portrait), key=lambda take: take.badness, reverse=True)
    people = len({take.portrait.name for take in driven if take.portrait})
    subtitle = f"{len(redrawn)} clips redrawn, {people} portraits driven in {len(driven)} takes." + (
        "" if whole else " The run was interrupted: what was judged until then."
    )
    keys = "".join(
        f'<span class="key {style}"></span>{escape(name)}'
        for style, name in [("driver", "driver"), *((f"result{index}", name) for index, name in enumerate(names))]
    )
    glossary = "".join(f"<p><b>{key}</b> {escape(Template(text).substitute(embedder=embedder))}.</p>" for key, text in GLOSSARY.items())
    page = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(" and ".join(names) + ", judged on people never seen"),
        subtitle=subtitle,
        legend=keys,
        means=_means(names, judgements),
        driven="".join(_article(take, names) for take in driven) or "<p>None.</p>",
        redrawn="".join(_article(take, names) for take in redrawn) or "<p>None.</p>",
        glossary=glossary,
    )
    beside = path.with_suffix(".part")
    beside.write_text(page, encoding="utf-8")
    beside.replace(path)


def _means(names: Sequence[str], judgements: Sequence[Judgement]) -> str:
    """Three tables: real, rendered, transfer."""
    tables = []
    for prefix, heading in (("transfer", "Driven by others"), ("real", "Real clips redrawn"), ("rendered", "Rendered clips redrawn")):
        keys = [key for key in judgements[0].means if key.startswith(f"{prefix}_")]
        rows = "".join(_row(key.removeprefix(f"{prefix}_"), [found.means.get(key, math.nan) for found in judgements]) for key in keys)
        heads = "".join(f"<th>{escape(name)}</th>" for name in names) + "".join(f"<th>{words}</th>" for words in _differences(names))
        if rows:
            table = f"<table><thead><tr><th>mean</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            tables.append(f'<section class="card"><h3>{heading}</h3>{table}</section>')
    return f'<div class="columns">{"".join(tables)}</div>'


def _differences(names: Sequence[str]) -> list[str]:
    """Headings of how far the first model is from each other one."""
    others = names[1:]
    return ["difference"] if len(others) == 1 else [f"less {escape(name)}" for name in others]


def _row(key: str, values: Sequence[float]) -> str:
    cells = "".join(f"<td>{shown(value)}</td>" for value in values)
    first, *others = values
    for other in others:
        cells += f'<td class="{_verdict(key, first, other)}">{shown(first - other, sign=True)}</td>'
    return f"<tr><td>{escape(key)}</td>{cells}</tr>"


def _verdict(key: str, first: float, second: float) -> str:
    """Whether the first model is better or worse than the second, or neither."""
    if key.endswith("_still") or not math.isfinite(first - second) or abs(first - second) < 5e-4:
        return ""
    if key.endswith("_gain") or key == "jitter_ratio":
        better = abs(first - 1) < abs(second - 1)
    else:
        better = first > second if key in RISING else first < second
    return "better" if better else "worse"


def _article(take: Take, names: Sequence[str]) -> str:
    """One take: its name, figures, contact sheet and curves."""
    lines = "".join(
        f'<div class="figures">{escape(name)}: {_line(one.figures)}</div>' for name, one in zip(names, take.results, strict=True)
    )
    labels = ["driver" if take.portrait else "clip", *(names if len(names) > 1 else ["result"])]
    sheet = contact_sheet([take.moments, *(one.moments for one in take.results)], labels, cell=CELL)
    charts = curves(
        take.driver.motion, [one.motion for one in take.results], [one.figures for one in take.results] if take.portrait else []
    )
    return (
        f'<article class="card"><h3>{escape(take.name)}</h3>{lines}'
        f'<img class="sheet" loading="lazy" alt="{escape(take.name)}" src="{_embed(sheet)}">'
        f'<div class="charts">{charts}</div></article>'
    )


def _line(figures: Figures) -> str:
    told = [f"{key} {shown(value)}" for key, value in figures.items() if not key.endswith("_gain") and key not in SIGNALS]
    return " &middot; ".join(told)


def shown(value: float, *, sign: bool = False) -> str:
    """A figure as a person reads it; a dash where there is none."""
    return f"{value:{'+' if sign else ''}.3f}" if math.isfinite(value) else "&ndash;"


def _embed(sheet: Picture) -> str:
    encoded = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
