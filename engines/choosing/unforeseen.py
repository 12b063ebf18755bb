"""What a runtime raises that nobody foresaw, as an error for a person: a package half installed, a library of another version."""

from collections.abc import Iterator
from contextlib import contextmanager

from puppet.errors import EngineError, PuppetError


@contextmanager
def foreseen(name: str) -> Iterator[None]:
    """Within it whatever an engine of this name raises that is none of Puppet's errors becomes an `EngineError`."""
    try:
        yield
    except PuppetError:
        raise
    except Exception as error:  # each library has errors of its own, and one that is broken here must not end the others
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        told = f"{type(error).__name__}: {lines[0].rstrip('.')}" if lines else type(error).__name__
        raise EngineError(f"{name} fails with an error of its own, {told}.", "Install its package again, or update it.") from error
