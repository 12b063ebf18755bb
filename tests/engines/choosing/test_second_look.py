"""`auto` on a computer that does other things besides: near times are taken again in turns, and what stays in doubt at later starts."""

from collections.abc import Iterator, Sequence
from itertools import chain, cycle, repeat
from pathlib import Path
from time import sleep

import pytest

from engines.building.build_progress import BuildStoppedError
from engines.choosing import remembered_choice, second_look
from engines.choosing.second_look import in_doubt
from engines.engine import Engine, EngineOptions
from puppet import contract
from puppet.errors import EngineError
from tests.engines.building.fake_builder import Fault, Outputs
from tests.engines.choosing.choosing_machine import Machine

GATE = 6
"""Frames that the gate draws."""


def taking(seconds: Iterator[float]) -> Fault:
    """Nothing is wrong, but each frame takes as long as told, seconds."""

    def draw(outputs: Outputs) -> Outputs:
        sleep(next(seconds))
        return outputs

    return draw


def quiet(seconds: float) -> Fault:
    return taking(repeat(seconds))


def disturbed(*seconds: float) -> Fault:
    """Frames that take one thing and then another, over and over."""
    return taking(cycle(seconds))


def set_speeds(machine: Machine, openvino: Fault, onnxruntime: Fault) -> None:
    machine.openvino.faults = {(contract.ANIMATE, "bf16"): openvino}
    machine.onnxruntime.faults = {(contract.ANIMATE, "f32"): onnxruntime}


def opened(machine: Machine) -> list[int]:
    """How often each was opened since this was last asked."""
    counts = []
    for runtime in (machine.openvino, machine.onnxruntime):
        counts.append([graph for graph, _ in runtime.opened].count(contract.ANIMATE))
        runtime.opened.clear()
    return counts


def test_fastest_that_was_disturbed_when_it_was_tried_runs_all_the_same(machine: Machine) -> None:
    set_speeds(machine, taking(chain(repeat(0.03, GATE), repeat(0.006))), quiet(0.018))
    assert machine.open() == "openvino"
    assert machine.trial("openvino CPU").milliseconds < 18 <= machine.trial("onnxruntime CPU").milliseconds
    assert machine.trial("openvino CPU").sure


def test_clear_outcome_is_not_looked_at_again(machine: Machine) -> None:
    set_speeds(machine, quiet(0.008), quiet(0.016))
    assert machine.open() == "openvino"
    opened(machine)
    assert not in_doubt(machine.choice().trials)
    assert machine.open() == "openvino"
    assert opened(machine) == [1, 0]


def test_first_glance_suffices_where_one_is_far_ahead(machine: Machine) -> None:
    set_speeds(machine, quiet(0.001), quiet(0.03))
    assert machine.open() == "openvino"
    assert machine.trial("openvino CPU").looks == 0
    assert opened(machine) == [1, 1]


def test_choice_in_doubt_is_looked_at_again_until_it_is_clear(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "SECONDS", 0.2)
    set_speeds(machine, disturbed(0.022, 0.022, 0.04), disturbed(0.021, 0.04, 0.04))
    machine.open()
    assert in_doubt(machine.choice().trials)
    set_speeds(machine, quiet(0.005), quiet(0.02))
    opened(machine)
    assert machine.open() == "openvino"
    assert opened(machine) == [1, 1], "neither is put to the gate again"
    assert machine.trial("openvino CPU").looks == 2
    assert machine.open() == "openvino"
    assert opened(machine) == [1, 0]


def test_computer_that_is_never_quiet_is_not_asked_for_ever(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "SECONDS", 0.05)
    monkeypatch.setattr(remembered_choice, "MOST_LOOKS", 2)
    set_speeds(machine, disturbed(0.022, 0.04), disturbed(0.022, 0.04))
    machine.open()
    machine.open()
    opened(machine)
    machine.open()
    assert sum(opened(machine)) == 1


def test_best_of_all_looks_counts(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "SECONDS", 0.05)
    set_speeds(machine, quiet(0.015), quiet(0.03))
    assert machine.open() == "openvino"
    set_speeds(machine, quiet(0.06), quiet(0.04))
    assert machine.open() == "openvino", "it was disturbed this time"
    assert machine.trial("openvino CPU").looks == 2
    assert machine.trial("openvino CPU").milliseconds < 30


def test_engine_that_fails_in_its_turn_is_passed_over_and_told(machine: Machine) -> None:
    def fails(frames: int) -> Fault:
        left = iter(range(frames))

        def draw(outputs: Outputs) -> Outputs:
            sleep(0.005)
            if next(left, None) is None:
                raise RuntimeError("The device was lost.")
            return outputs

        return draw

    set_speeds(machine, fails(GATE + 2), quiet(0.01))
    assert machine.open() == "onnxruntime"
    assert machine.said == [
        "openvino CPU is passed over and onnxruntime CPU runs instead: it passed and fails now: openvino CPU fails with an error of its "
        "own, RuntimeError: The device was lost. Install its package again, or update it."
    ]


def test_no_room_for_two_leaves_the_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    set_speeds(machine, quiet(0.01), quiet(0.012))
    real = machine.onnxruntime.open

    def full(graph: Path, options: EngineOptions) -> Engine:
        if (contract.ANIMATE, "f32") in machine.onnxruntime.opened:
            raise EngineError("The memory is full.")
        return real(graph, options)

    monkeypatch.setattr(machine.onnxruntime, "open", full)
    assert machine.open() == "openvino"
    assert machine.said == []
    assert in_doubt(machine.choice().trials)


def test_second_look_can_be_stopped(machine: Machine) -> None:
    heard: list[str] = []

    def stop(share: float, words: str) -> bool:
        heard.append(words)
        return not words.startswith("comparing")

    set_speeds(machine, quiet(0.01), quiet(0.012))
    with pytest.raises(BuildStoppedError):
        machine.open(report=stop)
    assert heard[-1] == "comparing openvino CPU and onnxruntime CPU"
    assert not remembered_choice.choices_folder().exists()


@pytest.mark.parametrize(
    ("turns", "clear"),
    [
        ([[2.0, 2.1, 2.0, 2.1], [4.0, 4.0, 4.1, 4.0]], True),
        ([[2.0, 2.1, 9.0, 2.1], [4.0, 8.0, 9.1, 4.0]], True),
        ([[2.0, 2.01, 2.0, 2.01], [2.0, 2.0, 2.01, 2.0]], True),
        ([[3.9, 5.0, 5.0, 5.0], [4.0, 8.0, 8.0, 8.0]], False),
        ([[2.0, 2.1, 2.0], [4.0, 4.0, 4.1]], False),
    ],
)
def test_outcome_is_clear_when_the_rule_beats_the_exception(turns: Sequence[list[float]], clear: bool) -> None:
    assert second_look._is_clear(list(turns)) is clear
