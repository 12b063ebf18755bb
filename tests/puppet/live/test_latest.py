"""The newest value wins, nothing is read twice, and the last value is never lost."""

import itertools
import threading
import time

from puppet.live.latest import Latest, Reader


def test_a_reader_gets_the_newest_value_once_and_counts_what_it_skipped() -> None:
    latest: Latest[str] = Latest()
    reader = latest.reader()
    for value in ("a", "b", "c"):
        latest.put(value)
    assert reader.take() == (3, "c", 2)
    assert reader.take() is None
    latest.put("d")
    assert reader.take() == (4, "d", 0)
    assert reader.skipped == 2


def test_every_reader_keeps_its_own_ticket() -> None:
    latest: Latest[int] = Latest()
    quick, slow = latest.reader(), latest.reader()
    for value in range(5):
        latest.put(value)
        quick.take()
    assert quick.skipped == 0
    assert slow.take() == (5, 4, 4)


def test_a_late_reader_sees_the_value_that_lies_there_and_has_skipped_nothing() -> None:
    latest: Latest[int] = Latest()
    for value in range(5):
        latest.put(value)
    assert latest.reader().take() == (5, 4, 0)


def test_a_wait_ends_at_its_timeout() -> None:
    reader = Latest[int]().reader()
    start = time.perf_counter()
    assert reader.wait(0.05) is None
    assert 0.04 < time.perf_counter() - start < 1.0
    assert not reader.ended


def test_close_wakes_every_waiting_reader() -> None:
    latest: Latest[int] = Latest()
    woken: list[object] = []
    readers = [threading.Thread(target=lambda: woken.append(latest.reader().wait())) for _ in range(4)]
    for thread in readers:
        thread.start()
    latest.close()
    for thread in readers:
        thread.join(1.0)
    assert woken == [None] * 4


def test_the_last_value_can_be_read_after_the_close() -> None:
    latest: Latest[int] = Latest()
    reader = latest.reader()
    latest.put(7)
    latest.close()
    latest.put(8)
    assert not reader.ended
    assert reader.wait() == (1, 7, 0)
    assert reader.ended
    assert reader.wait() is None


def test_the_first_close_says_how_the_stream_ended() -> None:
    latest: Latest[int] = Latest()
    error = RuntimeError("cable pulled")
    latest.close(error)
    latest.close()
    assert latest.closed
    assert latest.error is error


def test_many_readers_at_once_see_rising_values_without_duplicates_and_all_see_the_last() -> None:
    latest: Latest[int] = Latest()
    count = 3000
    seen: list[list[int]] = [[] for _ in range(4)]
    totals: list[int] = [0] * 4

    def read(index: int, reader: Reader[int]) -> None:
        while (read := reader.wait()) is not None:
            seen[index].append(read.value)
            if index == 3:
                time.sleep(0.002)
        totals[index] = len(seen[index]) + reader.skipped

    threads = [threading.Thread(target=read, args=(index, latest.reader())) for index in range(4)]
    for thread in threads:
        thread.start()
    for value in range(count):
        latest.put(value)
    latest.close()
    for thread in threads:
        thread.join(5.0)
    for values in seen:
        assert all(earlier < later for earlier, later in itertools.pairwise(values))
        assert values[-1] == count - 1
    assert totals == [count] * 4
