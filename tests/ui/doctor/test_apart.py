"""Looking in processes of their own: whatever becomes of one, the page has a line for it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pytest

from ui.doctor import apart
from ui.doctor.apart import COMMAND, PARTS, Order, kind_of, look_apart
from ui.doctor.engines import runtime_names
from ui.doctor.part import EVERYTHING
from ui.doctor.report import Engines, Keys, Report, Sound, System

ANSWERS = Sound(microphones=["Built-in Audio"]).model_dump_json()


def program(text: str) -> Sequence[str]:
    """A process that does this instead of looking; it finds the part in `part` and the order in `order`."""
    return (sys.executable, "-c", f"import os, sys, json\npart, order = sys.argv[1], json.loads(sys.argv[2])\n{text}")


def test_answer_is_the_part() -> None:
    found = look_apart(Order(), ["sound"], command=program(f"print({ANSWERS!r})"))
    assert found == {"sound": Sound(microphones=["Built-in Audio"])}


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_process_that_is_killed_by_its_driver_is_told_with_its_last_words() -> None:
    found = look_apart(Order(), ["sound"], command=program("print('libalsa: assertion failed', file=sys.stderr, flush=True); os.abort()"))
    assert found["sound"].unknown == {EVERYTHING: "the process that looked was ended by SIGABRT (libalsa: assertion failed)"}


@pytest.mark.parametrize(
    ("text", "words"), [("sys.exit(3)", "ended with status 3"), ("print('hello')", "could not be read"), ("", "could not be read")]
)
def test_answer_that_is_none_is_told(text: str, words: str) -> None:
    assert words in look_apart(Order(), ["sound"], command=program(text))["sound"].unknown[EVERYTHING]


def test_process_that_hangs_is_ended() -> None:
    began = perf_counter()
    found = look_apart(Order(), ["sound", "keys"], patience=0.5, command=program("import time; time.sleep(60)"))
    assert perf_counter() - began < 10
    assert [part.unknown[EVERYTHING] for part in found.values()] == ["no answer in time: a driver or a library hangs"] * 2


def test_process_that_can_not_be_started_is_told(tmp_path: Path) -> None:
    found = look_apart(Order(), ["keys"], command=[str(tmp_path / "nothing")])
    assert isinstance(found["keys"], Keys)
    assert "no process could be started" in found["keys"].unknown[EVERYTHING]


def test_runtime_that_ends_its_process_is_found_by_looking_at_each() -> None:
    names = runtime_names()
    text = f"""
name = order["runtime"]
if name in ("", {names[0]!r}):
    sys.exit(139)
device = {{"name": "CPU", "description": "any", "precision": "f32"}}
print(json.dumps({{"runtimes": [{{"name": name, "devices": [device]}}]}}))
"""
    found = look_apart(Order(), ["engines"], command=program(text))["engines"]
    assert isinstance(found, Engines)
    assert [runtime.name for runtime in found.runtimes] == names
    assert "Loading it did not work: the process that looked ended with status 139" in found.runtimes[0].reason
    assert found.runtimes[0].ends
    assert all(runtime.devices for runtime in found.runtimes[1:])
    assert "automatic" in found.unknown


def test_part_is_looked_at_whatever_lies_where_the_person_is(tmp_path: Path) -> None:
    for name in ("ui", "puppet", "engines"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('not this one')")
    run = subprocess.run([*COMMAND, "system", Order().model_dump_json()], cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    assert System.model_validate_json(run.stdout).kernel


def test_what_a_library_writes_is_kept_out_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from ui.doctor import apart\nfrom ui.doctor.report import Sound\nimport os\n"
    text += "def look(_):\n    os.write(1, b'ALSA lib: noise'); print('more'); return Sound()\n"
    text += "apart.PARTS = {'sound': look}\napart.main(sys.argv[1:])"
    assert look_apart(Order(), ["sound"], command=program(text)) == {"sound": Sound()}


def test_every_part_of_the_report_has_its_kind() -> None:
    assert all(kind_of(name) is Report.model_fields[name].annotation for name in PARTS)


def test_order_goes_there_whole() -> None:
    order = Order(engine="openvino", folder="/models/own", global_keys=True)
    told = json.loads(order.model_dump_json())
    assert Order.model_validate(told) == order
    assert apart.PATIENCE > 5
