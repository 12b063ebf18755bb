"""What the checks in the guest found, told as it is found and kept for whoever booted the guest."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Failed(Exception):  # noqa: N818  a finding, no error
    """A check did not pass: what was seen instead."""


class Findings:
    """What was found so far."""

    def __init__(self, folder: Path, checks: Sequence[str]) -> None:
        """`checks`: the names of all that are to be made, in order; what is found goes to findings.json in `folder`."""
        self.folder = folder
        self._checks = list(checks)
        self._found: list[dict[str, object]] = []

    @contextmanager
    def check(self, name: str) -> Iterator[list[str]]:
        """One check: it passes unless something is raised; the list given takes what was measured."""
        measured: list[str] = []
        begun = time.monotonic()
        trouble = ""
        try:
            yield measured
        except (Failed, OSError, ValueError, subprocess.SubprocessError) as error:
            trouble = str(error)
        words = "; ".join([trouble] * bool(trouble) + measured)
        self._found.append({"check": name, "passed": not trouble, "words": words})
        say(f"{'FAILED' if trouble else 'passed'}: {name} ({time.monotonic() - begun:.1f} s)\n        {words}")
        (self.folder / "findings.json").write_text(json.dumps(self._found, indent=1), encoding="utf-8")

    @property
    def complete(self) -> bool:
        """Whether every check was made and passed."""
        return [found["check"] for found in self._found if found["passed"]] == self._checks


def say(words: str) -> None:
    """Tell whoever watches the guest."""
    print(words, flush=True)  # noqa: T201  a script's words
