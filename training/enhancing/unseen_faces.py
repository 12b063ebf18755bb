"""What the enhancer is judged by while it learns: drawn faces of people it has never seen, in figures and as a sheet."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from puppet.media.contact_sheet import contact_sheet
from puppet.media.picture_file import write_picture
from puppet.picture import Picture
from training.data.clip_video import fit_square
from training.enhancing.face_bank import FaceBank
from training.enhancing.face_feed import planes
from training.enhancing.plan import RESULT_SIDE, SIDE, Kind
from training.networks.enhancer import Enhancer
from training.objectives.perceptual import Lpips

FACES = 16
"""How many of each kind are judged."""

SHEET_FACES = 3
"""How many of each kind are shown."""


class UnseenFaces:
    """Faces of a bank of validation people; `lpips` is what they are judged with."""

    def __init__(self, bank: FaceBank, lpips: Lpips) -> None:
        self.lpips = lpips
        self._kinds = bank.kinds

    def judge(self, network: Enhancer, check: Callable[[], None] = lambda: None) -> dict[str, float]:
        """LPIPS of each kind, `_before` by bicubic enlargement, at the side of the truth; `check` is called between faces."""
        figures: dict[str, float] = {}
        for kind in self._kinds:
            found = []
            for row in self._rows(kind, FACES):
                check()
                drawn, truth = self._kinds[kind].drawn[row], self._kinds[kind].matched[row]
                found.append([self._distance(picture, truth) for picture in (restore(network, drawn), enlarge(drawn))])
            if found:
                after, before = np.mean(found, axis=0)
                figures |= {f"{kind}_lpips": float(after), f"{kind}_before": float(before)}
        return figures

    def sheet(self, network: Enhancer) -> Picture:
        """Rows of faces: as drawn, restored, and the truth."""
        rows: list[list[Picture]] = []
        for kind in self._kinds:
            for row in self._rows(kind, SHEET_FACES):
                drawn, truth = self._kinds[kind].drawn[row], self._kinds[kind].truth[row]
                rows.append([enlarge(drawn), restore(network, drawn), enlarge(truth) if truth.shape[0] == SIDE else np.array(truth)])
        return contact_sheet(rows, [], ["drawn", "restored", "truth"], cell=RESULT_SIDE)

    @staticmethod
    def write_sheet(sheet: Picture, path: Path) -> None:
        """Write a sheet as a picture. Raises `MediaError`."""
        write_picture(path, sheet)

    def _rows(self, kind: Kind, count: int) -> list[int]:
        full = self._kinds[kind].full()
        return full[np.unique(np.round(np.linspace(0, len(full) - 1, min(count, len(full)))).astype(int))].tolist() if len(full) else []

    @torch.no_grad()
    def _distance(self, picture: Picture, truth: Picture) -> float:
        return float(self.lpips(planes([fit_square(picture, truth.shape[0])]), planes([truth]))[0])


@torch.no_grad()
def restore(network: Enhancer, drawn: Picture) -> Picture:
    """What the network makes of an aligned face (256, 256, 3): (512, 512, 3) uint8."""
    result: Tensor = (network(planes([drawn]) * 2 - 1)[0] + 1) / 2
    return np.asarray((result.clamp(0, 1) * 255).round().permute(1, 2, 0).to(torch.uint8).numpy())


def enlarge(drawn: Picture) -> Picture:
    """A (256, 256, 3) face at twice its side, bicubic: how it looks without the enhancer."""
    return np.asarray(cv2.resize(drawn, (RESULT_SIDE, RESULT_SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
