"""Looks at one part of the computer in a process of its own: `python -m ui.doctor.apart PART ORDER`.

Drivers and the libraries that reach them may hang, write what they like, or end the process they are loaded into; none of that must cost
the page. The order is JSON; the part is written as JSON to standard output, and whatever else is written goes to standard error.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from pydantic import BaseModel, ValidationError

from puppet.settings import CameraSettings
from ui.doctor.part import EVERYTHING, Part, reason_of
from ui.doctor.report import Engines, Report, RuntimeFact

PATIENCE = 20.0
"""How long all parts together may take, s. They take two; the first time a library is read from a slow disk many times that."""

COMMAND = (sys.executable, "-P", "-m", "ui.doctor.apart")
"""What looks at a part. With -P no folder called `ui` where the person happens to be is taken for ours."""


class Order(BaseModel):
    """What is asked for. engine, folder: runtime and model folder of the settings; runtime: the one to look at, all when empty."""

    engine: str = "auto"
    folder: str = ""
    runtime: str = ""
    camera: CameraSettings = CameraSettings()
    global_keys: bool = False


# Each loads only what it needs: six processes begin at once, and what they load is most of their work.
# ruff: noqa: PLC0415


def _engines(order: Order) -> Part:
    from ui.doctor.engines import look_at_engines

    return look_at_engines(order.engine, order.folder, only=order.runtime)


def _video(order: Order) -> Part:
    from ui.doctor.video import look_at_video

    return look_at_video(order.camera)


def _graphics(_: Order) -> Part:
    from ui.doctor.graphics import look_at_graphics

    return look_at_graphics()


def _system(_: Order) -> Part:
    from ui.doctor.system import look_at_system

    return look_at_system()


def _sound(_: Order) -> Part:
    from ui.doctor.listening import look_at_sound

    return look_at_sound()


def _keys(order: Order) -> Part:
    from ui.doctor.listening import look_at_keys

    return look_at_keys(wanted=order.global_keys)


PARTS: Mapping[str, Callable[[Order], Part]] = {
    "engines": _engines,
    "video": _video,
    "graphics": _graphics,
    "system": _system,
    "sound": _sound,
    "keys": _keys,
}
"""What is looked at apart, by its name in the report; what takes longest begins first."""


class NoAnswerError(Exception):
    """A process that had no answer. crashed: whether it was ended by what it looked at."""

    def __init__(self, sentence: str, *, crashed: bool) -> None:
        super().__init__(sentence)
        self.crashed = crashed


def look_apart(
    order: Order, parts: Sequence[str] = tuple(PARTS), patience: float = PATIENCE, command: Sequence[str] = COMMAND
) -> dict[str, Part]:
    """Every part named, each looked at by its own process, all at once. One that has no answer has its reason under `unknown`."""
    deadline = perf_counter() + patience
    running = [(name, _start(name, order, command)) for name in parts]
    found: dict[str, Part] = {}
    for name, process in running:
        try:
            found[name] = _answer(name, process, deadline)
        except NoAnswerError as error:
            found[name] = kind_of(name)(unknown={EVERYTHING: str(error)})
            if name == "engines" and error.crashed:
                found[name] = _each_runtime(order, deadline, command)
    return found


def kind_of(part: str) -> type[Part]:
    """The class of a part by its name in the report."""
    kind = Report.model_fields[part].annotation
    assert isinstance(kind, type) and issubclass(kind, Part), "only parts are looked at"
    return kind


def _start(name: str, order: Order, command: Sequence[str]) -> "subprocess.Popen[bytes] | OSError":
    try:
        return subprocess.Popen(
            [*command, name, order.model_dump_json()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:  # too many processes, or no memory for another
        return error


def _answer(name: str, process: "subprocess.Popen[bytes] | OSError", deadline: float) -> Part:
    """What a process found. Raises `NoAnswerError`."""
    if isinstance(process, OSError):
        raise NoAnswerError(f"no process could be started to look ({reason_of(process)})", crashed=False)
    try:
        told, noise = process.communicate(timeout=max(0.1, deadline - perf_counter()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise NoAnswerError("no answer in time: a driver or a library hangs", crashed=False) from None
    if process.returncode:
        raise NoAnswerError(f"{_end_words(process.returncode)}{_last_words(noise)}", crashed=True)
    try:
        return kind_of(name).model_validate_json(told)
    except ValidationError:
        raise NoAnswerError(f"the answer could not be read{_last_words(noise)}", crashed=False) from None


def _each_runtime(order: Order, deadline: float, command: Sequence[str]) -> Engines:
    """Engines, where looking at all runtimes in one process crashed it: each in its own, so that the page tells which one it was."""
    from ui.doctor.engines import runtime_names

    names = runtime_names()
    running = [_start("engines", order.model_copy(update={"runtime": name}), command) for name in names]
    whole = Engines(unknown={"automatic": "a runtime ends the process that loads it"})
    for name, process in zip(names, running, strict=True):
        try:
            found = _answer("engines", process, deadline)
            assert isinstance(found, Engines), "that was asked for"
            whole.runtimes += found.runtimes
        except NoAnswerError as error:
            whole.runtimes.append(RuntimeFact(name=name, reason=f"Loading it did not work: {error}.", ends=error.crashed))
    return whole


def _end_words(code: int) -> str:
    """How a process ended, by its status."""
    if code < 0:
        try:
            return f"the process that looked was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"the process that looked was ended by signal {-code}"
    return f"the process that looked ended with status {code if code < 256 else hex(code)}"


def _last_words(noise: bytes) -> str:
    """The last line that says something, for a parenthesis."""
    lines = [line.strip() for line in noise.decode("utf-8", "replace").splitlines() if line.strip()]
    return f" ({lines[-1][:120]})" if lines else ""


def main(arguments: Sequence[str]) -> None:
    """Look at one part and write it."""
    answer = os.dup(1)
    os.dup2(2, 1)  # libraries write what they like to standard output
    part = PARTS[arguments[0]](Order.model_validate_json(arguments[1]))
    with open(answer, "wb") as out:  # noqa: PTH123  a file descriptor
        out.write(part.model_dump_json().encode())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # what was found is told: a library that crashes as it is unloaded changes nothing


if __name__ == "__main__":
    main(sys.argv[1:])
