"""The portraits that can be put on at once: cut and encoded for the model that runs now."""

from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from puppet.animator import Encoded, LiveAnimator
from puppet.live.backdrop import Backdrop
from puppet.picture import Picture, Square, crop_from_frame, cut
from puppet.portraits.people_matte import grey
from puppet.portraits.portrait import Portrait
from puppet.portraits.scene import fit_scene

LARGEST_SIDE = 512
"""Side of what is kept of a picture, px: that of the largest models."""

MOST = 60
"""Portraits kept; beyond it those that weren't worn for the longest go."""

ROOM = 192 * 2**20
"""Bytes of portraits kept whose picture is shown around the face, and of their encodings: beyond it those not worn for the longest go."""


class Mount(NamedTuple):
    """What faces are put back into, matched to them, and each as the model draws it at rest, (grown, grown, 3)."""

    backdrop: Backdrop
    rest: tuple[Picture, ...]


class Costume(NamedTuple):
    """A portrait as one model can wear it: each face that moves, encoded, and where people are cut out the matte of each.

    The faces are those of `portrait.scene` in its order, or without a scene the portrait's own. mounts: what was made when it was put
    on, to be put on at once the next time, by the numbers of the faces that move and the side they are shown at.
    """

    portrait: Portrait
    faces: tuple[Encoded, ...]
    mattes: tuple[Encoded, ...]
    mounts: dict[tuple[tuple[int, ...], int], Mount]

    @property
    def nbytes(self) -> int:
        """Bytes of its scene, its encodings and what is made when it is put on."""
        features = (feature for encoded in (*self.faces, *self.mattes) for feature in encoded.features.values())
        scene = 0 if self.portrait.scene is None else self.portrait.scene.nbytes
        return scene + sum(feature.nbytes for feature in features) + sum(mount.backdrop.nbytes for mount in self.mounts.values())


class Costumes:
    """Portraits by their file, with their encodings, which a change of model forgets. Render thread."""

    def __init__(self) -> None:
        self._portraits: OrderedDict[Path, Portrait] = OrderedDict()
        self._encoded: dict[Path, Costume] = {}

    def keep(self, path: Path, portrait: Portrait) -> None:
        """Keep a portrait, in place of what was kept for this file."""
        self.drop(path)
        self._portraits[path] = trimmed(portrait)
        self._make_room()

    def drop(self, path: Path) -> None:
        """Keep it no longer."""
        self._portraits.pop(path, None)
        self._encoded.pop(path, None)

    def portrait(self, path: Path) -> Portrait | None:
        """The portrait of a file, None if none is kept."""
        return self._portraits.get(path)

    def get(self, path: Path, animator: LiveAnimator) -> Costume:
        """A portrait that is kept as this model wears it, encoded now if it never was. Raises `EngineError`."""
        self._portraits.move_to_end(path)
        if path not in self._encoded:
            self._encoded[path] = make_costume(self._portraits[path], animator)
            self._make_room()
        return self._encoded[path]

    def forget_encodings(self) -> None:
        """Another model runs: what the last one made of the portraits is of no use to it."""
        self._encoded.clear()

    def _make_room(self) -> None:
        """Let go of what wasn't worn for the longest, but never of the newest."""
        while len(self._portraits) > MOST:
            self.drop(next(iter(self._portraits)))
        large = [path for path, portrait in self._portraits.items() if portrait.scene is not None]
        size = sum(map(self._size, large))
        for path in large[:-1]:
            if size <= ROOM:
                return
            size -= self._size(path)
            self.drop(path)

    def _size(self, path: Path) -> int:
        scene = self._portraits[path].scene
        return self._encoded[path].nbytes if path in self._encoded else 0 if scene is None else scene.nbytes


def make_costume(portrait: Portrait, animator: LiveAnimator) -> Costume:
    """A portrait encoded for a model: every face that moves, and its matte where people are cut out. Raises `EngineError`."""
    side = animator.card.side
    if portrait.scene is None:
        return Costume(portrait, (animator.encode(portrait_face(portrait, side)),), (), {})
    scene = fit_scene(portrait.scene, side)
    put_back = not scene.alone
    faces = tuple(animator.encode(member.face, still_border=put_back) for member in scene.members)
    mattes: tuple[Encoded, ...] = ()
    if scene.people is not None:
        opacity = grey(scene.people)
        mattes = tuple(
            animator.encode(cut(opacity, member.square, side), still_border=put_back)._replace(motion=face.motion)
            for member, face in zip(scene.members, faces, strict=True)
        )
    return Costume(portrait._replace(scene=scene), faces, mattes, {})


def trimmed(portrait: Portrait) -> Portrait:
    """A portrait without the rest of its picture, which is large; what is left serves models of up to `LARGEST_SIDE`. The scene stays."""
    side = max(LARGEST_SIDE, portrait.face.shape[0])
    if max(portrait.picture.shape) <= side:
        return portrait
    landmarks = portrait.landmarks
    if landmarks is not None:
        affine = crop_from_frame(portrait.square, side)
        landmarks = (landmarks @ affine[:, :2].T + affine[:, 2]).astype(np.float32)
    middle = Square((side - 1) / 2, (side - 1) / 2, float(side))
    return Portrait(cut(portrait.picture, portrait.square, side), middle, portrait.face, landmarks, portrait.scene)


def portrait_face(portrait: Portrait, side: int) -> Picture:
    """The face at a model's side, cut anew where it was cut for another."""
    return portrait.face if portrait.face.shape[0] == side else cut(portrait.picture, portrait.square, side)
