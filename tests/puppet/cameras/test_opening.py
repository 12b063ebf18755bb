"""An opening that another thread calls off."""

import threading

from puppet.cameras.opening import is_called_off, may_be_called_off


def test_only_the_thread_that_opens_hears_of_it_and_only_meanwhile() -> None:
    event = threading.Event()
    event.set()
    assert not is_called_off()
    with may_be_called_off(event):
        assert is_called_off()
        elsewhere: list[bool] = []
        thread = threading.Thread(target=lambda: elsewhere.append(is_called_off()))
        thread.start()
        thread.join()
        assert elsewhere == [False]
    assert not is_called_off()


def test_it_is_heard_while_the_opening_goes_on() -> None:
    event = threading.Event()
    with may_be_called_off(event):
        assert not is_called_off()
        event.set()
        assert is_called_off()
