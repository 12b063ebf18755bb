"""What a live run measured, as a table for a person and as JSON for a program."""

import math
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field
from rich.table import Table

from puppet.errors import MediaError
from puppet.live.pipeline import Pipeline
from puppet.live.timings import Spread
from puppet.media.whole_file import write_whole

STAGES = ("capture", "track", "detect", "animate", "enhance", "matte", "compose", "sink", "screen", "virtual camera", "recorder")
"""The stages in the order a frame goes through them."""


STANDARD_OUTPUT = Path("-")
"""Named in place of a file; words go to standard error then."""


class Milliseconds(BaseModel):
    """Median and 95th percentile of a duration, ms."""

    p50: float
    p95: float
    samples: int


class LiveReport(BaseModel):
    """One live run, as --json writes it."""

    driving: str = Field(description="where the driver came from, in words")
    portrait: str
    model: str
    engine: str
    device: str
    enhancer: str = Field(default="", description="what made faces sharper; empty for nothing")
    faces: int = Field(default=1, description="how many faces of the picture moved")
    seconds: float = Field(description="how long the run lasted from its first picture on")
    frames: int = Field(description="pictures that reached the sink")
    frames_per_second: float
    age_ms: Milliseconds = Field(description="from the capture of a frame to the end of the sink")
    stages_ms: dict[str, Milliseconds]
    skipped: dict[str, int] = Field(description="what went by each reader because it was busy, over the whole run")
    window_blocked_ms: float | None = Field(default=None, description="the longest time that the window did not look at its timer")
    window_blocks: int | None = Field(default=None, description="how often that took more than 50 ms")
    recorded: str | None = None
    recorded_frames: int = 0


def make_report(pipeline: Pipeline, sink: str, portrait: str, seconds: float) -> LiveReport | None:
    """The report of a run that is still going on, seen from one sink, over its whole length; None before its first picture."""
    snapshot, facts = pipeline.timings.snapshot(math.inf), pipeline.facts
    arrivals = snapshot.sinks.get(sink)
    if arrivals is None or facts is None:
        return None
    return LiveReport(
        driving=pipeline.camera.words,
        portrait=portrait,
        model=facts.model,
        engine=facts.engine,
        device=facts.device,
        enhancer=facts.enhancer,
        faces=facts.faces,
        seconds=round(seconds, 3),
        frames=arrivals.age.samples,
        frames_per_second=round(arrivals.rate, 2),
        age_ms=_milliseconds(arrivals.age),
        stages_ms={name: _milliseconds(snapshot.stages[name]) for name in STAGES if name in snapshot.stages},
        skipped=dict(pipeline.skipped),
    )


def report_table(report: LiveReport) -> Table:
    """The figures as a table."""
    table = Table()
    for heading, justify in (("stage", "left"), ("median ms", "right"), ("95 % ms", "right"), ("samples", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for name, spread in report.stages_ms.items():
        table.add_row(name, *_cells(spread))
    table.add_section()
    table.add_row("age at the sink", *_cells(report.age_ms), style="bold")
    return table


def report_words(report: LiveReport) -> Iterator[str]:
    """What the table does not say, a sentence a line."""
    faces = f", {report.faces} faces of it" if report.faces > 1 else ""
    sharper = f", sharper by {report.enhancer}" if report.enhancer else ""
    yield f"{report.portrait}{faces} on {report.model}{sharper}, driven by {report.driving}."
    skipped = ", ".join(f"{count} by {name}" for name, count in report.skipped.items())
    yield f"{report.frames_per_second:.1f} frames per second on {report.engine}, {report.device}; skipped: {skipped}."
    if report.recorded is not None:
        yield f"{report.recorded}: {report.recorded_frames} frames."


def check_folder(path: Path) -> None:
    """Raise `MediaError` if the folder that `path` is to be written to does not exist: now rather than after the run."""
    if path.is_dir():
        raise MediaError(f"{path} is a folder; a file name is needed here.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise MediaError(f"There is no folder {path.parent} to write {path.name} to.", "Make the folder first.")


def write_report(path: Path, report: LiveReport) -> None:
    """Write the report as JSON, whole or not at all, or print it. Raises `MediaError`."""
    if path == STANDARD_OUTPUT:
        print(report.model_dump_json(indent=2))  # noqa: T201  data, not words: rich would wrap it
    else:
        write_whole(path, (report.model_dump_json(indent=2) + "\n").encode())


def _milliseconds(spread: Spread) -> Milliseconds:
    return Milliseconds(p50=round(spread.p50 * 1000, 3), p95=round(spread.p95 * 1000, 3), samples=spread.samples)


def _cells(spread: Milliseconds) -> tuple[str, str, str]:
    return f"{spread.p50:.2f}", f"{spread.p95:.2f}", str(spread.samples)
