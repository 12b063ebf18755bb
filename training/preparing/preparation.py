"""What a preparation is asked for, and what it says of each video."""

from typing import Literal

from pydantic import BaseModel, Field

from puppet.settings import STRICT
from training.data.clip_entry import ClipEntry
from training.data.split import VAL_SHARE

Reason = Literal["no face", "short", "small", "blurred", "damaged"]


class Preparation(BaseModel):
    """How clips are made; the same for a whole data set, whatever machines make it."""

    model_config = STRICT

    side: int = Field(default=256, ge=16, description="side of the clips, px")
    body: bool = Field(default=False, description="whole figures: no face is looked for")
    pad: bool = Field(default=False, description="figures are padded to a square, not cut to one")
    val_share: float = Field(default=VAL_SHARE, ge=0, le=1, description="share of the identities kept for validation")
    min_seconds: float = Field(default=1.0, gt=0, description="shortest clip, s")
    min_crop: int = Field(default=128, ge=1, description="smallest side of a crop in its source, px")
    max_blur: float = Field(default=0.62, gt=0, le=1, description="most blurred clip, 0 sharp to 1")


class LeftOut(BaseModel):
    """A stretch of a video that did not become a clip, in s, and why."""

    source: str
    start: float
    end: float
    reason: Reason
    detail: str = ""


class VideoRecord(BaseModel):
    """All that came of one video. damage: what was wrong with the file, empty where it was whole."""

    key: str
    source: str
    seconds: float = 0.0
    clips: list[ClipEntry] = []
    left_out: list[LeftOut] = []
    damage: str = ""
