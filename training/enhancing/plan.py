"""How the enhancer is built and trained: every figure of it in one place."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["real", "still", "rendered", "fine"]
"""Where a truth comes from: a recording, a photograph, a rendering at 256 px, or one at 512 px."""

KINDS: tuple[Kind, ...] = ("real", "still", "rendered", "fine")

SIDE = 256
"""Side of the aligned face that goes in, px."""

RESULT_SIDE = 512
"""Side of the face that comes out, px."""


class EnhancerPlan(BaseModel):
    """What a run needs to know beyond its data.

    widths: channels at a half, a quarter and an eighth of the input's side. pairs: how many a clip of each kind gives to the bank.
    shares: how often each kind is drawn; drawn: how often a pair is the generator's own picture rather than a truth made worse.
    crop: side of what is trained on, px of the input. Weights are those of the losses.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 11
    widths: tuple[int, int, int] = (16, 48, 96)
    middle: int = Field(2, ge=1)
    pairs: dict[Kind, int] = {"real": 120, "still": 1, "rendered": 1, "fine": 8}
    clips: dict[Kind, int] = {"real": 1000, "still": 700, "rendered": 400, "fine": 1000}
    shares: dict[Kind, float] = {"real": 0.35, "still": 0.2, "rendered": 0.1, "fine": 0.35}
    drawn: float = Field(0.6, ge=0, le=1)
    crop: int = Field(160, ge=64, le=SIDE, multiple_of=16)
    batch: int = Field(8, ge=1)
    samples: int = Field(40000, ge=1)
    rate: float = Field(1e-3, gt=0)
    warmup: int = Field(50, ge=1)
    ema: float = Field(0.998, ge=0, lt=1)
    l1: float = 1.0
    lpips: float = 0.6
    regions: float = 3.0
    steadiness: float = 1.0

    def unseen(self) -> "EnhancerPlan":
        """The same for the people who are never learnt from: a few faces of each clip."""
        return self.model_copy(update={"pairs": dict.fromkeys(KINDS, 12) | {"still": 1, "rendered": 1}, "clips": dict.fromkeys(KINDS, 24)})
