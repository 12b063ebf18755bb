"""How far a build is: nested phases, each of so many steps, told as one share that only grows; and the word to stop."""

from collections.abc import Callable
from dataclasses import dataclass

from puppet.errors import EngineError

Report = Callable[[float, str], bool]
"""Hears the share done, 0 to 1, and words for what is being done; answers False to stop the build."""


def quietly(_share: float, _words: str) -> bool:
    """A report to nobody, who never says to stop."""
    return True


class BuildStoppedError(EngineError):
    """A build that its owner no longer wanted; nothing is wrong with the graph."""


@dataclass
class _Phase:
    parent: str
    steps: int
    done: int = 0


class BuildProgress:
    """Turns a builder's phases into calls of `report`. Called on whatever thread the builder chooses, one call at a time."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._phases: dict[str, _Phase] = {}
        self._share = 0.0
        self._stopped = False
        self._failure: Exception | None = None

    def start(self, name: str, parent: str, steps: int) -> None:
        """A phase begins, within the current step of `parent` (empty: of none)."""
        self._phases[name] = _Phase(parent, max(steps, 1))

    def step(self, name: str, step: int) -> bool:
        """Step number `step` (from 0) of a phase is done; returns whether to go on. Never raises: a builder could not bear it."""
        if phase := self._phases.get(name):
            phase.done = min(step + 1, phase.steps)
        outermost = [root for root, phase in self._phases.items() if phase.parent not in self._phases]
        self._share = max(self._share, *(self._done(root) for root in outermost), 0.0)
        words = name[:1].lower() + name[1:]
        try:
            self._stopped = self._stopped or not self._report(self._share, words)
        except Exception as failure:  # whatever it is belongs to the caller of the build, who gets it from `check`
            self._failure, self._stopped = self._failure or failure, True
        return not self._stopped

    def finish(self, name: str) -> None:
        """A phase is over, all its steps told or not."""
        self._phases.pop(name, None)

    def check(self) -> None:
        """Raise `BuildStoppedError` if `report` said no, or what it raised."""
        if self._failure:
            raise self._failure
        if self._stopped:
            raise BuildStoppedError("The build was stopped.")

    def _done(self, name: str) -> float:
        """The share of a phase that is done, with what is done within its current step."""
        phase = self._phases[name]
        within = max((self._done(child) for child, found in self._phases.items() if found.parent == name), default=0.0)
        return min((phase.done + within) / phase.steps, 1.0)
