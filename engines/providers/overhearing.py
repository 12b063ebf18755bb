"""Keeps what a library says while it is loaded away from the user's terminal, and hands it to whoever must tell the reason."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO

SILENT = 4
"""ONNX Runtime's level of severity at which nothing but a crash is told."""

WARNING = 2


class _OwnThreadsText(io.TextIOBase):
    """A standard output that keeps what this thread prints, and passes on what others do meanwhile."""

    def __init__(self, beyond: TextIO, said: list[str]) -> None:
        self._beyond = beyond
        self._said = said
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return self._beyond.write(text)
        self._said.append(text)
        return len(text)

    def flush(self) -> None:
        self._beyond.flush()


class _Listener(logging.Handler):
    """Keeps what a Python logger is given."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


@contextmanager
def overhearing(onnxruntime: Any = None, logger: str = "") -> Iterator[list[str]]:
    """A list that fills with what is printed, warned and logged inside: by this thread, by ONNX Runtime and by the logger named.

    The list is whole at the end. Afterwards ONNX Runtime writes nothing to the terminal: what matters comes as an exception. In
    older versions its log can't be listened to and is only silenced.
    """
    said: list[str] = []
    listen = getattr(onnxruntime, "set_default_logger_callback", None)
    log, listener = logging.getLogger(logger), _Listener(said)
    with warnings.catch_warnings(record=True) as warned, redirect_stdout(_OwnThreadsText(sys.stdout, said)):
        warnings.simplefilter("always")
        if logger:
            log.addHandler(listener)
            log.propagate = False
        if onnxruntime is not None:
            onnxruntime.set_default_logger_severity(SILENT)
        if listen:
            listen(lambda *told: said.append(told[-1]), WARNING)
        try:
            yield said
        finally:
            if listen:
                listen(None)
            if onnxruntime is not None:
                onnxruntime.set_default_logger_severity(SILENT)
            if logger:
                log.removeHandler(listener)
            said += [str(warning.message) for warning in warned]
