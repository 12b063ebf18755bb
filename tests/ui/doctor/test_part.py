"""Filling a part of the report by probes that may fail."""

import pytest

from puppet.errors import CameraError
from tests.ui.doctor.machines import refuse
from ui.doctor.part import gather, reason_of
from ui.doctor.report import Belongings


def test_probe_that_fails_costs_its_own_fact_alone() -> None:
    part = gather(
        Belongings, portraits=lambda: 7, profiles=refuse(PermissionError("not yours")), bundled=refuse(CameraError("Gone.", "Wait."))
    )
    assert (part.portraits, part.profiles, part.bundled) == (7, 0, 0)
    assert part.unknown == {"profiles": "PermissionError: not yours", "bundled": "Gone."}


def test_probe_that_answers_nonsense_is_told_too() -> None:
    part = gather(Belongings, portraits=lambda: "many")
    assert part.portraits == 0
    assert "portraits" in part.unknown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError(), "ValueError"),
        (RuntimeError("two\n  lines"), "RuntimeError: two lines"),
        (OSError("x" * 500), f"OSError: {'x' * 200}"),
    ],
)
def test_reason_is_one_short_line(error: Exception, words: str) -> None:
    assert reason_of(error) == words
