"""How well an enhancer does on people it has never seen: the figures of its card."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from puppet.animator import Face, FaceFinder
from puppet.picture import Picture, freeze
from training.data.clip_video import fit_square
from training.enhancing.drawn_faces import align, redraw
from training.enhancing.enhancer_export import IMAGE, RESTORED
from training.enhancing.face_bank import FaceBank
from training.enhancing.plan import SIDE
from training.enhancing.unseen_faces import enlarge
from training.exporting.graph_runs import GraphRun
from training.judging.evaluation import mean_of_finite
from training.judging.identity import IdentityEmbedder
from training.judging.perceived_distance import PerceivedDistance
from training.judging.sharpness import sharpness_ratio
from training.networks.pair import NetworkPair

FACES = 24
"""How many of each kind are judged, evenly from all there are."""

STILL_FRAMES = 6
SENSOR = 2.0
"""Frames of a person who does not move, and the deviation of the camera's noise in them, levels of 255."""

STILL_PEOPLE = 6

COARSE = 12.0
"""Blur, px at 256, beyond which a change is one of light or colour."""

Restore = Callable[[Picture], Picture]
"""(256, 256, 3) to (512, 512, 3), uint8 RGB."""


class Tools(NamedTuple):
    """What faces are judged with."""

    distance: PerceivedDistance
    finder: FaceFinder
    embedder: IdentityEmbedder


def judge_enhancer(
    restore: Restore, bank: FaceBank, drawing: NetworkPair, tools: Tools, on_progress: Callable[[int, int], None]
) -> dict[str, float]:
    """Figures by name; `_before` is the drawn face enlarged bicubically.

    KIND_lpips: distance from the truth, which is moved by small steps onto what was drawn, at the truth's side. KIND_sharpness: as a
    share of the truth's. KIND_identity: cosine of the face's embedding and the truth's. kept_lpips: what is changed of a good face.
    colour: mean change of light and colour, levels of 255. flicker: mean change from frame to frame before a driver who sits still.
    """
    figures: dict[str, float] = {}
    for number, (kind, kept) in enumerate(bank.kinds.items()):
        on_progress(number, len(bank.kinds) + 1)
        full = kept.full()
        rows = full[np.unique(np.round(np.linspace(0, len(full) - 1, min(FACES, len(full)))).astype(int))].tolist() if len(full) else []
        if rows:
            found = [judge_face(restore, kept.drawn[row], kept.truth[row], kept.matched[row], tools) for row in rows]
            figures |= {f"{kind}_{name}": mean_of_finite([one[name] for one in found]) for name in found[0]}
    on_progress(len(bank.kinds), len(bank.kinds) + 1)
    figures |= _flicker(restore, bank, drawing)
    on_progress(len(bank.kinds) + 1, len(bank.kinds) + 1)
    return {name: round(value, 4) for name, value in figures.items() if np.isfinite(value)}


def judge_face(restore: Restore, drawn: Picture, truth: Picture, matched: Picture, tools: Tools) -> dict[str, float]:
    """The figures of one drawn face, named as in `judge_enhancer` but for the kind."""
    drawn, truth, matched = (freeze(np.array(picture)) for picture in (drawn, truth, matched))
    after, before = freeze(restore(drawn)), freeze(enlarge(drawn))
    side = truth.shape[0]
    shown = [fit_square(picture, side) for picture in (after, before)]
    good = fit_square(truth, SIDE)
    distances = [*tools.distance(shown, [matched, matched]), *tools.distance([fit_square(restore(good), SIDE)], [good])]
    figures = {
        "lpips": distances[0],
        "lpips_before": distances[1],
        "kept_lpips": distances[2],
        "colour": float(np.abs(_coarse(after) - _coarse(before)).mean()),
    }
    face = tools.finder.find(truth)
    for name, picture in (("", shown[0]), ("_before", shown[1])):
        figures |= {f"{measure}{name}": value for measure, value in _beside(picture, truth, face, tools.embedder).items()}
    return figures


def _beside(picture: Picture, truth: Picture, face: Face | None, embedder: IdentityEmbedder) -> dict[str, float]:
    """What is measured of a face at the landmarks of the truth's; NaN where there is none."""
    if face is None:
        return {"sharpness": float("nan"), "identity": float("nan")}
    embedded = [embedder(shown, face) for shown in (picture, truth)]
    return {"sharpness": sharpness_ratio(picture, face, truth, face), "identity": float(embedded[0] @ embedded[1])}


def _coarse(picture: Picture) -> np.ndarray:
    return cv2.GaussianBlur(fit_square(picture, SIDE).astype(np.float32), (0, 0), COARSE)


def _flicker(restore: Restore, bank: FaceBank, drawing: NetworkPair) -> dict[str, float]:
    """Mean change between frames, levels of 255, where nothing but a camera's noise drives, before and after."""
    chance = np.random.default_rng(5)
    found = []
    for source, driver, landmarks in bank.still_drivers(STILL_PEOPLE):
        noise = chance.normal(0, SENSOR, (STILL_FRAMES, *driver.shape))
        drivers = np.asarray(np.clip(np.round(driver + noise), 0, 255), np.uint8)
        drawn = [align(picture, landmarks, SIDE) for picture in redraw(drawing, np.stack([source] * STILL_FRAMES), drivers)]
        found.append([_mean_change([see(picture) for picture in drawn]) for see in (restore, enlarge)])
    return dict(zip(("flicker", "flicker_before"), np.mean(found, axis=0).tolist(), strict=True)) if found else {}


def _mean_change(pictures: list[Picture]) -> float:
    stack = np.stack(pictures).astype(np.float32)
    return float(np.abs(np.diff(stack, axis=0)).mean())


def graph_restorer(run: GraphRun) -> Restore:
    """An exported graph as what is judged."""

    def restore(picture: Picture) -> Picture:
        planes = picture.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
        result = run({IMAGE: planes})[RESTORED][0].transpose(1, 2, 0)
        return np.asarray(np.clip(np.round((result + 1) * 127.5), 0, 255), np.uint8)

    return restore
