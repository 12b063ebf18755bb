"""The model folder: what `training` writes and `engines` read, and the names of every tensor that crosses.

A folder holds `model.toml` and three ONNX graphs. Pictures are uint8 HWC RGB (side, side, 3) with no batch axis; the
conversions are inside the graphs. K is the keypoint count; points are in [-1, 1], x right, y down.

==================  =====================================================  =============================================
graph               inputs                                                 outputs
==================  =====================================================  =============================================
`appearance.onnx`   `image`                                                the portrait's features, names and shapes of
                                                                           the family's own choosing
`keypoints.onnx`    `image`                                                `points` (K, 2), `jacobians` (K, 2, 2) float32
`animate.onnx`      every output of `appearance.onnx` by its own name,     `image`
                    `source_points`, `source_jacobians`,
                    `driving_points`, `driving_jacobians`; and
                    `still_border` (1,) float32, but for folders
                    made before there was one
==================  =====================================================  =============================================

Tensors go by name, never by position. An engine binds the portrait's features, `source_points`, `source_jacobians` and
`still_border` once a portrait; only `driving_points` and `driving_jacobians` change from frame to frame.

`still_border` 0 lets everything move; with 1 the border stands still by the shares of `puppet/still_border.py`, so that the
face can be put back into the picture it was cut from. There the compact family shows the portrait's own pixels; the full
family still draws them, as it draws whatever stands still.
"""

import hashlib
import tomllib
from pathlib import Path

import numpy as np
import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from puppet.errors import ModelError

CARD = "model.toml"
APPEARANCE = "appearance.onnx"
KEYPOINTS = "keypoints.onnx"
ANIMATE = "animate.onnx"
GRAPHS = (APPEARANCE, KEYPOINTS, ANIMATE)

IMAGE = "image"
POINTS = "points"
JACOBIANS = "jacobians"
SOURCE_POINTS = "source_points"
SOURCE_JACOBIANS = "source_jacobians"
DRIVING_POINTS = "driving_points"
DRIVING_JACOBIANS = "driving_jacobians"
STILL_BORDER = "still_border"


class ModelCard(BaseModel):
    """`model.toml`: what the model is, where it comes from and how well it does."""

    model_config = ConfigDict(extra="forbid")

    name: str
    family: str = Field(description="network family: fomm or compact")
    side: int = Field(ge=32, description="width and height of every picture, px")
    keypoint_count: int = Field(ge=1)
    align_corners: bool = Field(description="grid_sample convention the weights were trained with")
    lids: list[tuple[int, int]] = Field(default_factory=list, description="keypoints on the upper and lower lid of each eye, if known")
    lips: list[int] = Field(
        default_factory=list, description="keypoints on the upper and lower inner lip, then those that move with the lower one, if known"
    )
    precision: str = Field("fp32", description="storage of the weights: fp32 or fp16")
    licence: str
    training_data: list[str] = Field(default_factory=list, description="each source with its licence")
    steps: int = Field(0, ge=0, description="optimiser steps behind the weights")
    samples: int = Field(0, ge=0, description="training pairs behind the weights")
    notes: str = ""
    metrics: dict[str, float] = Field(default_factory=dict, description="validation figures, measured")
    files: dict[str, str] = Field(default_factory=dict, description="sha256 of each graph by file name")

    @field_validator("lids", "lips")
    @classmethod
    def _check_keypoints(cls, named: list[tuple[int, int]] | list[int], info: ValidationInfo) -> list[tuple[int, int]] | list[int]:
        count = info.data.get("keypoint_count", 0)
        if any(not 0 <= keypoint < count for keypoint in np.ravel(named)):
            raise ValueError(f"keypoints are numbered from 0 to {count - 1}")
        if info.field_name == "lips" and len(named) == 1:
            raise ValueError("lips are an upper one and a lower one")
        return named


def file_hash(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_card(folder: Path, card: ModelCard) -> ModelCard:
    """Write `model.toml` with the hashes of the graphs that lie in `folder`; returns the card as written."""
    card = card.model_copy(update={"files": {name: file_hash(folder / name) for name in GRAPHS}})
    (folder / CARD).write_bytes(tomli_w.dumps(card.model_dump(), multiline_strings=True).encode())
    return card


def read_card(folder: Path) -> ModelCard:
    """Read and check `model.toml` of a model folder (graphs present, hashes right).

    Raises `ModelError` that says which file is missing, damaged or changed.
    """
    path = folder / CARD
    if not folder.is_dir():
        raise ModelError(f"There is no model folder at {folder}.", "Name an embedded model or a folder made by puppet-train export.")
    if not path.is_file():
        raise ModelError(f"{folder} is not a model folder: it has no {CARD}.", "Make one with puppet-train convert or export.")
    try:
        card = ModelCard.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is not valid TOML: {error}.", "Export the model again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {where}: {first['msg']}.", "Export the model again.") from error
    for name in GRAPHS:
        graph = folder / name
        if not graph.is_file():
            raise ModelError(f"The model folder {folder} lacks {name}.", "Copy the folder again, whole.")
        if file_hash(graph) != card.files.get(name):
            raise ModelError(f"{graph} is damaged or was changed: its sha256 is not the one {CARD} holds.", "Copy the folder again, whole.")
    return card
