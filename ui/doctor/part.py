"""What every section of the page is made of, and how it is filled by probes that may fail."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from puppet.errors import PuppetError

STRICT = ConfigDict(extra="forbid")


EVERYTHING = "everything"
"""What is `unknown` of a part of which nothing could be found out."""


class Part(BaseModel):
    """One section of the page."""

    model_config = STRICT

    unknown: dict[str, str] = Field(default_factory=dict, description="what could not be found out, with the reason")


P = TypeVar("P", bound=Part)


def gather(kind: type[P], **probes: Callable[[], Any]) -> P:
    """A part whose fields are what the probes of their names return; whatever a probe raises is told under `unknown`."""
    found: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    for name, probe in probes.items():
        try:
            value = probe()
            kind.model_validate({name: value})
            found[name] = value
        except Exception as error:  # one probe that fails must not cost the page
            unknown[name] = reason_of(error)
    return kind.model_validate({**found, "unknown": unknown})


def reason_of(error: BaseException) -> str:
    """An error in a line."""
    if isinstance(error, PuppetError):
        return error.sentence
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:200]}" if words else type(error).__name__
