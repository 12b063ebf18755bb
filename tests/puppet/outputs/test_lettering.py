"""Lettering: lines no wider than asked, nothing lost, drawn where it is asked."""

import threading

import numpy as np
import pytest

from puppet.outputs.lettering import broken, text_width, write_line


@pytest.mark.parametrize("text", ["Back in a moment, please", "Donaudampfschifffahrtsgesellschaft", "少々お待ちください", "a " * 20, ""])
@pytest.mark.parametrize("width", [60, 150, 600])
def test_lines_are_narrow_enough_and_nothing_is_lost(text: str, width: int) -> None:
    lines = broken(text, 20, width)
    assert all(text_width(line, 20) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_stay_whole_where_they_can() -> None:
    assert broken("moment by moment", 20, text_width("moment by", 20)) == ["moment by", "moment"]


def test_a_line_is_drawn_around_its_middle() -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    write_line(picture, "HEH", (200, 40), 30, (255, 255, 255))
    rows, columns, _ = picture.nonzero()
    assert (columns.min() + columns.max()) / 2 == pytest.approx(200, abs=2)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(40, abs=2)


@pytest.mark.parametrize("letters", ["äöüéčžß", "Привет", "你好", "안녕"])
def test_the_letters_of_the_world_are_known(letters: str) -> None:
    """OpenCV draws a question mark for a letter that it does not know."""
    for letter in letters:
        drawn, unknown = np.zeros((60, 60, 3), np.uint8), np.zeros((60, 60, 3), np.uint8)
        write_line(drawn, letter, (30, 30), 30, (255, 255, 255))
        write_line(unknown, "?", (30, 30), 30, (255, 255, 255))
        assert drawn.any()
        assert not np.array_equal(drawn, unknown)


def test_threads_may_write_at_once() -> None:
    def write(pictures: list[np.ndarray]) -> None:
        for size in range(10, 40):
            picture = np.zeros((60, 300, 3), np.uint8)
            write_line(picture, "Back in a moment", (150, 30), size, (255, 255, 255))
            pictures.append(picture)

    drawn: list[list[np.ndarray]] = [[], [], []]
    threads = [threading.Thread(target=write, args=(pictures,)) for pictures in drawn[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    write(drawn[2])
    assert np.array_equal(drawn[0], drawn[2])
    assert np.array_equal(drawn[1], drawn[2])
