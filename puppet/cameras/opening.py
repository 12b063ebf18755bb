"""Calling off the opening of a camera from another thread, which has no camera yet that it could interrupt."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_event: ContextVar[threading.Event | None] = ContextVar("called off", default=None)


@contextmanager
def may_be_called_off(event: threading.Event) -> Iterator[None]:
    """While this lasts, whatever opens a camera on this thread gives up soon after `event` is set, with a `CameraError`."""
    token = _event.set(event)
    try:
        yield
    finally:
        _event.reset(token)


def is_called_off() -> bool:
    """Whether the camera that this thread is opening is wanted no more."""
    event = _event.get()
    return event is not None and event.is_set()
