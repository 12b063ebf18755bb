"""What a bench tells: figures of one stage, of one engine, and of all that ran side by side. Times are in ms, memory in bytes."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, Field

from engines.building.engine_store import Verdict
from engines.measuring.floor import GraphFloor
from engines.measuring.memory import Memory
from engines.measuring.peaks import Peak


class Figures(BaseModel):
    """Times of one thing that ran again and again, ms."""

    name: str
    p50: float
    p95: float
    p99: float
    runs: int


class StageFigures(Figures):
    """One stage of one engine.

    ratio: how many times longer than the first engine it takes, the median over the turns. floor: the least that this machine
    could need, ms; above_floor: how many times longer p50 is; None where no floor is known.
    """

    ratio: float
    floor: float | None = None
    above_floor: float | None = None


class Difference(BaseModel):
    """How far an engine's pictures and keypoints lie from the first engine's on the same frames.

    mean, largest: of the pictures, in levels of 255; points: the largest shift of a keypoint, px.
    """

    mean: float
    largest: float
    points: float


class EngineFigures(BaseModel):
    """One engine on one model.

    precision: what each graph computes in. opening: ms until the first frame was drawn. memory: its growth by then.
    frames_per_second: of frames drawn one after another. verdict: of the parity gate, None where it was not asked.
    """

    name: str
    engine: str
    device: str
    precision: dict[str, str]
    opening: float
    memory: Memory
    frames_per_second: float
    stages: list[StageFigures]
    difference: Difference
    verdict: Verdict | None = None
    floors: list[GraphFloor] = Field(default_factory=list)

    def stage(self, name: str) -> StageFigures:
        """The figures of one of `lanes.STAGES`."""
        return next(figures for figures in self.stages if figures.name == name)


class Bench(BaseModel):
    """All that was measured on one model; `engines` in the order raced. peaks: what the floors are reckoned with."""

    model: str
    side: int
    engines: list[EngineFigures]
    peaks: list[Peak] = Field(default_factory=list)
    faces: list[Figures] = Field(default_factory=list)
    remarks: list[str] = Field(default_factory=list, description="what to bear in mind: a busy computer, floors that are not known")


def figures_of(name: str, seconds: Sequence[float]) -> Figures:
    """The figures of some run times, s."""
    p50, p95, p99 = (float(value) * 1000 for value in np.percentile(seconds, [50, 95, 99]))
    return Figures(name=name, p50=p50, p95=p95, p99=p99, runs=len(seconds))
