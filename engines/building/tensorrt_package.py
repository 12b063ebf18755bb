"""The two packages of TensorRT, which share their API: TensorRT-RTX for desktops and classic TensorRT. Imported here alone."""

import importlib
import re
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any, NamedTuple

from engines.engine import ShortageError
from puppet.errors import EngineError

BUILDS = (13, 12)
"""Versions of CUDA that the packages come for, as `tensorrt-rtx-cu13`; the plain package brings the newest."""

MEND_DRIVER = "Install or update the NVIDIA driver: puppet-doctor tells which there is."

_making = threading.Lock()

MEMORY = re.compile(r"out ?of ?memory|failed to allocate|cudaerror 2\b", re.IGNORECASE)
"""What errors say when the GPU's memory is full."""


class TensorRtPackage(NamedTuple):
    """One of the two: its name for `--engine`, the module to import, what a person calls it, and the extra that installs it."""

    runtime: str
    module: str
    title: str
    extra: str

    def version(self) -> str:
        """Version of the installed package, which is not imported for it. Raises `EngineError` when there is none."""
        for name in (self.module, *(f"{self.module}_cu{build}" for build in BUILDS)):
            with suppress(PackageNotFoundError):
                return installed_version(name)
        raise EngineError(f"{self.title} is not installed.", self._install)

    def cuda(self) -> int:
        """The version of CUDA that the installed package was made for, 0 where it does not say."""
        for build in BUILDS:
            with suppress(PackageNotFoundError):
                installed_version(f"{self.module}_cu{build}")
                return build
        return 0

    def load(self) -> Any:
        """The imported module; its libraries (100 MB and more) are loaded at the first call. Raises `EngineError`."""
        self.version()  # tells a missing package from one whose libraries can't be loaded
        try:
            return importlib.import_module(self.module)
        except (ImportError, OSError) as error:
            again = f"Install it again, whole: pip install --force-reinstall -e '.[{self.extra}]'"
            raise EngineError(f"{self.title} can't be imported: {error}.", again) from error

    def check_driver(self, driver: str) -> None:
        """Raise `EngineError` where the package was made for a newer CUDA than the driver's (`13.0`) can serve.

        NVIDIA's promise: what was made for CUDA 13.x runs with any driver of CUDA 13.0 or later.
        """
        needed, known = self.cuda(), int(driver.partition(".")[0])
        if known < needed:
            older = [f"Or install the package for CUDA {build}: pip install {self._dashed}-cu{build}" for build in BUILDS if build <= known]
            raise EngineError(
                f"{self.title} {self.version()} was made for CUDA {needed}, and the driver here knows CUDA {driver}.",
                " ".join(("Update the NVIDIA driver.", *older)),
            )

    @property
    def _dashed(self) -> str:
        return self.module.replace("_", "-")

    @property
    def _install(self) -> str:
        return f"Install it: pip install -e '.[{self.extra}]'"


RTX = TensorRtPackage("tensorrt-rtx", "tensorrt_rtx", "TensorRT-RTX", "rtx")
CLASSIC = TensorRtPackage("tensorrt", "tensorrt", "TensorRT", "tensorrt")


def is_rtx(trt: Any) -> bool:
    """Whether a module is TensorRT-RTX, which compiles kernels when an engine is loaded, and not classic TensorRT."""
    return bool(trt.__name__ == RTX.module)


def title_of(trt: Any) -> str:
    """What a person calls the module."""
    return (RTX if is_rtx(trt) else CLASSIC).title


def journal(trt: Any) -> Any:
    """The one logger of a module: it keeps errors for `take_errors` and drops the rest.

    A module takes the first logger it is given for its own and uses it until the process ends, so there is one, never freed.
    """
    with _making:  # two threads that come at once would make one each
        return _make_journal(trt)


@cache
def _make_journal(trt: Any) -> Any:
    class Journal(trt.ILogger):  # type: ignore[misc]  # a class of the module imported at run time
        def __init__(self) -> None:
            super().__init__()
            self.heard = threading.local()  # a build on a worker must not explain what fails beside it

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.INTERNAL_ERROR, trt.ILogger.ERROR):
                self.heard.errors = [*getattr(self.heard, "errors", [])[-9:], message]

    return Journal()


def take_errors(trt: Any) -> list[str]:
    """The errors that the module told on this thread since it was last asked, oldest first, at most ten."""
    heard = journal(trt).heard
    errors: list[str] = getattr(heard, "errors", [])
    heard.errors = []
    return errors


def make(trt: Any, what: str, maker: Callable[[], Any]) -> Any:
    """What `maker` makes. Raises `EngineError` with the module's own reason where it gives nothing or fails."""
    take_errors(trt)
    try:
        made = maker()
    except (RuntimeError, TypeError) as error:  # pybind tells a constructor's null pointer as a TypeError
        raise refusal(trt, what, str(error)) from error
    if made is None:
        raise refusal(trt, what)
    return made


def let_go(error: BaseException) -> None:
    """Empty the frames that an error came through: what they made of the module must be freed before the GPU's context is."""
    reached: BaseException | None = error
    while reached is not None:
        traceback.clear_frames(reached.__traceback__)
        reached = reached.__context__


def refusal(trt: Any, what: str, fallback: str = "it gives no reason") -> EngineError:
    """What a person is told when the module would not do something, by the errors it told on this thread."""
    errors = take_errors(trt)
    first = errors[0] if errors else fallback
    hint = "Try another engine: puppet-engine list"
    if "driver version is insufficient" in first or "no CUDA-capable device" in first:
        hint = MEND_DRIVER
    elif "Serialization assertion" in first:
        hint = "It is damaged, or another version built it. Build it again: puppet-engine build"
    elif MEMORY.search(" ".join(errors)):
        return ShortageError(
            f"{title_of(trt)} {what}: the GPU's memory is full ({plain(first)}).",
            "Close other programs that use the GPU, or choose another engine: puppet-engine list",
        )
    return EngineError(f"{title_of(trt)} {what}: {plain(first)}.", hint)


def plain(message: str) -> str:
    """The first line of a message that says something, without places in NVIDIA's source."""
    if "Plugin not found" in message:  # where an operation is unknown, a plugin of its name is looked for
        return "it knows no such operation"
    lines = [line.strip() for line in message.splitlines() if line.strip() and not line.startswith("Invalid Node")]
    line = re.sub(r"\bIn \w+ at \S+?:\d+\s*", "", lines[0] if lines else "")
    if told := re.fullmatch(r"(?:[\w:]+: )?Error Code \d+: [\w ]+ \((.*)\)", line):
        line = told[1]
    line = line.strip(" .")
    while line.startswith("(") and line.endswith(")"):
        line = line[1:-1].strip(" .")
    return line or "it gives no reason"
