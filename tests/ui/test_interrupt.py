"""Ctrl-C that waits for its moment."""

import signal
import threading

import pytest

from ui.interrupt import Interrupt


def test_first_is_noted_and_raised_where_it_is_checked() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupt() as interrupt:
        interrupt.check()
        signal.raise_signal(signal.SIGINT)
        done = True
        interrupt.check()
    assert done


def test_second_interrupts_at_once() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), Interrupt():
        signal.raise_signal(signal.SIGINT)
        steps.append("first")
        signal.raise_signal(signal.SIGINT)
        steps.append("second")
    assert steps == ["first"]


def test_what_was_before_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_off_the_main_thread_nothing_happens() -> None:
    seen = []

    def run() -> None:
        with Interrupt() as interrupt:
            interrupt.check()
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [before]
