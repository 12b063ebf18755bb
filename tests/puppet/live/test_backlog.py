"""Every value in order, as far as there is room."""

import threading

from puppet.live.backlog import Backlog


def test_values_come_out_in_order_and_the_rest_is_counted() -> None:
    backlog: Backlog[int] = Backlog(room=3)
    for value in range(5):
        backlog.put(value)
    backlog.close()
    backlog.put(9)
    assert [backlog.wait() for _ in range(4)] == [0, 1, 2, None]
    assert backlog.dropped == 2


def test_room_comes_back_as_values_are_read() -> None:
    backlog: Backlog[int] = Backlog(room=1)
    for value in range(3):
        backlog.put(value)
        assert backlog.wait() == value
    assert backlog.dropped == 0


def test_close_wakes_the_reader() -> None:
    backlog: Backlog[int] = Backlog(room=1)
    got: list[int | None] = []
    reader = threading.Thread(target=lambda: got.append(backlog.wait()))
    reader.start()
    backlog.close()
    backlog.close()
    reader.join(1.0)
    assert got == [None]


def test_nothing_is_lost_between_a_writer_and_a_reader() -> None:
    backlog: Backlog[int] = Backlog(room=2000)
    got: list[int] = []

    def read() -> None:
        while (value := backlog.wait()) is not None:
            got.append(value)

    reader = threading.Thread(target=read)
    reader.start()
    for value in range(2000):
        backlog.put(value)
    backlog.close()
    reader.join(5.0)
    assert got == list(range(2000))
