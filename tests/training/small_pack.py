"""A face pack small enough for tests: two rendered and two real clips of drawn faces, as a folder or as a tar."""

import json
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from puppet.demo import GROUND, INK, LANDMARKS, THROAT, Blob
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.media import make_video

SIDE = 64
LENGTH = 12
"""Frames a clip."""

RENDERED = ({"clip": "rendered/ann_1.mp4", "split": "train"}, {"clip": "rendered/bob_1.mp4", "split": "val"})
REAL = ({"clip": "real/carl_1.mp4", "split": "train"}, {"clip": "real/dora_1.mp4", "split": "val"})
SKIN = {"ann": (226, 184, 154), "bob": (150, 110, 90), "carl": (240, 205, 190), "dora": (200, 150, 110)}


def moving_face(time: float, *, shift: float = 0.0) -> FloatArray:
    """(68, 2) landmarks in [-1, 1] of a head that sways, tilts, blinks and talks at `time` seconds."""
    face = LANDMARKS.copy()
    eyes, mouth = 1.4 + np.cos(5 * time), 3 - 2 * np.cos(3 * time)
    for part, factor in ((slice(36, 42), eyes), (slice(42, 48), eyes), (slice(60, 68), mouth)):
        face[part, 1] = face[part, 1].mean() + (face[part, 1] - face[part, 1].mean()) * factor
    return Blob(shift + 0.1 * np.sin(2 * time), 0.05 * np.sin(3 * time), 0.62, 0.15 * np.sin(1.5 * time)).place(face)


def draw_face(landmarks: FloatArray, skin: tuple[int, int, int] = SKIN["ann"], side: int = SIDE) -> Picture:
    """The face that (68, 2) landmarks in [-1, 1] describe: (side, side, 3) RGB."""
    picture = np.full((side, side, 3), GROUND, np.uint8)

    def fill(points: FloatArray, colour: tuple[int, int, int]) -> None:
        pixels = ((points + 1) * side / 2 - 0.5) * 16
        cv2.fillPoly(picture, [np.round(pixels).astype(np.int32)], colour, cv2.LINE_AA, 4)

    jaw = landmarks[:17]
    fill(np.concatenate([jaw, landmarks[0] + landmarks[16] - jaw]), skin)  # the forehead is the jaw turned about the middle
    for eye in (slice(36, 42), slice(42, 48)):
        fill(landmarks[eye], (250, 250, 250))
    fill(landmarks[27:36], tuple(max(0, level - 40) for level in skin))  # type: ignore[arg-type]
    fill(landmarks[48:60], THROAT)
    fill(landmarks[60:], INK)
    return picture


def write_pack(folder: Path, length: int = LENGTH) -> Path:
    """A pack of four clips and two stills, as the index says; each person has a colour and a place of their own."""
    for part in ("rendered", "real", "stills"):
        (folder / part).mkdir(parents=True)
    entries: list[dict[str, Any]] = []
    for number, given in enumerate((*RENDERED, *REAL)):
        path = folder / given["clip"]
        person = path.stem.split("_")[0]
        marks = np.stack([moving_face(number + index / 10, shift=0.02 * number) for index in range(length)])
        make_video(path, [draw_face(face, SKIN[person]) for face in marks], rate=10)
        np.save(path.with_suffix(".npy"), marks.astype(np.float16))
        entry = {**given, "identity": person, "tier": "drawn", "frames": length}
        if given in RENDERED:
            still = moving_face(number + 7.0)
            entry |= {"still": f"stills/{person}.jpg", "source_yaw": 0.1 * number, "landmark_check": 0.03}
            cv2.imwrite(str(folder / "stills" / f"{person}.jpg"), draw_face(still, SKIN[person], 96)[..., ::-1])
            np.save(folder / "stills" / f"{person}.npy", still.astype(np.float16))
        entries.append(entry)
    write_index(folder, entries)
    return folder


def write_index(folder: Path, entries: list[dict[str, Any]]) -> None:
    """The index, one entry a line."""
    (folder / "index_1.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")


def read_index(folder: Path) -> list[dict[str, Any]]:
    """The entries of a folder's index."""
    return [json.loads(line) for line in (folder / "index_1.jsonl").read_text(encoding="utf-8").splitlines()]


def tar_of(folder: Path, path: Path, mode: str = "w") -> Path:
    """The folder's content as a tar."""
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        tar.add(folder, arcname=".")
    return path
