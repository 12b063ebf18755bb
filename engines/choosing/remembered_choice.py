"""Which engine was found to run a model best on this computer, as it is remembered in the cache.

A choice holds for one situation: other graphs, another card, driver, processor or version of a runtime make another one, in which
engines are compared anew. A file that is damaged counts for nothing.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from engines import cuda
from engines.building.engine_folder import write_engine_file
from engines.building.engine_store import Verdict
from engines.building.graph_typing import FORM
from engines.choosing.processor_name import processor_name
from engines.engine import Precision
from engines.nvidia.graphics_cards import find_cards
from engines.registry import installed_versions
from puppet import contract
from puppet.contract import ModelCard
from puppet.errors import EngineError
from puppet.folders import cache_folder

LEANT_ON = ("cuda", "nvidia", "onnx", "openvino", "pycuda", "tensorrt")
"""How the packages begin whose coming and going may change what an engine can do."""

MOST_LOOKS = 4
"""How many starts may time the same engines anew: on a computer that is never quiet what was found by then stands."""


class Situation(BaseModel):
    """What a choice was made for.

    graphs: their sha256. graphics: NVIDIA's cards with their driver, or why CUDA can't be used. versions: of the runtimes installed.
    packages: what else they lean on, by name and version. form: of our own typing of graphs.
    """

    model_config = ConfigDict(frozen=True)

    graphs: list[str]
    processor: str
    graphics: str
    versions: dict[str, str]
    packages: list[str]
    device: str | None
    precision: Precision
    threads: int
    form: int

    @property
    def digest(self) -> str:
        """The situation in 32 hexadecimal digits, fit for a file name."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


class Trial(BaseModel):
    """How one candidate did.

    precisions: what each graph computes in, by file name; precision: the same in words. milliseconds: of a frame, 0 if none was drawn.
    reason, hint: why it can't be used and what to do; empty where it can. pending: it must be built first. again: to be tried again as
    soon as its runtime can be used. missed: it should have run here. refusals: the precisions that the gate refused on the way.
    looks: how often it was timed in turns with those that come near it. sure: the last look told clearly which of them is fastest.
    """

    model_config = ConfigDict(frozen=True)

    runtime: str
    device: str | None
    precisions: dict[str, Precision] = {}
    precision: str = ""
    milliseconds: float = 0.0
    verdict: Verdict | None = None
    reason: str = ""
    hint: str = ""
    pending: bool = False
    again: bool = False
    missed: bool = False
    refusals: list[str] = []
    looks: int = 0
    sure: bool = False

    @property
    def name(self) -> str:
        """`openvino CPU`, as a person reads it."""
        return f"{self.runtime} {self.device}" if self.device else self.runtime

    @property
    def passed(self) -> bool:
        """Whether it may draw."""
        return not self.reason and not self.pending

    @property
    def looks_again(self) -> bool:
        """Whether its time is still in doubt and may be told by another look."""
        return not self.sure and self.looks < MOST_LOOKS


class Choice(BaseModel):
    """All trials in the order they were made in, and the one that runs."""

    model_config = ConfigDict(frozen=True)

    situation: Situation
    trials: list[Trial]
    chosen: Trial

    def words(self) -> list[str]:
        """A sentence or two for each thing that should have run and did not, with what to do; empty where all is as it should be."""
        instead = f"is passed over and {self.chosen.name} runs instead"
        said = [f"{trial.name} {instead}: {trial.reason} {trial.hint}".strip() for trial in self.trials if trial.missed]
        if self.chosen.refusals:
            said.append(f"{self.chosen.name} runs in {self.chosen.precision}: {'; '.join(self.chosen.refusals)}.")
        return said


def situation_of(card: ModelCard, device: str | None, precision: Precision, threads: int) -> Situation:
    """The situation now. Starts CUDA where it is."""
    return Situation(
        graphs=[card.files[name] for name in contract.GRAPHS],
        processor=processor(),
        graphics=_graphics(),
        versions=installed_versions(),
        packages=_packages(),
        device=device,
        precision=precision,
        threads=threads,
        form=FORM,
    )


def choices_folder() -> Path:
    """Where choices are kept, a file for each situation."""
    return cache_folder() / "choices"


def remembered(situation: Situation) -> Choice | None:
    """The choice that was made in this situation, if any that can be read."""
    try:
        choice = Choice.model_validate_json(_path(situation).read_bytes())
    except (OSError, ValidationError):
        return None
    return choice if choice.situation == situation else None


def remember(choice: Choice) -> None:
    """Keep a choice for its situation. Raises `EngineError` when the disk won't have it."""
    write_engine_file(_path(choice.situation), choice.model_dump_json(indent=1).encode())


def forget() -> None:
    """Forget every choice, so that engines are compared anew when one is next asked for."""
    shutil.rmtree(choices_folder(), ignore_errors=True)


@cache
def processor() -> str:
    """The processor's name and how many threads it runs at once."""
    try:
        name = processor_name()
    except (OSError, subprocess.SubprocessError):  # the system doesn't tell
        name = platform.processor() or platform.machine()
    return f"{name} ({os.cpu_count()})"


def _graphics() -> str:
    """NVIDIA's cards and driver as CUDA tells them, else why it can't: a driver that was mended makes another situation."""
    try:
        return f"{', '.join(f'{gpu.name} {gpu.chip}' for gpu in cuda.gpus())}, CUDA {cuda.driver_identity()}, {cuda.binding()}"
    except EngineError as error:
        cards = find_cards() if sys.platform == "linux" else ()  # quick to ask there alone
        return " ".join((error.sentence, *(f"{card.name} {card.driver}" for card in cards)))


def _packages() -> list[str]:
    """The installed packages that runtimes lean on: whoever installs what one lacked has it tried again. Only names are looked at."""
    found = (path for folder in sys.path for path in Path(folder or ".").glob("*.dist-info"))
    return sorted({path.stem for path in found if path.name.lower().startswith(LEANT_ON)})


def _path(situation: Situation) -> Path:
    return choices_folder() / f"{situation.digest}.json"
