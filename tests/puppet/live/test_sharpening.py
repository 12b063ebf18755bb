"""The restorer apart from the model: who closes it, and what happens when it fails."""

import pytest

from puppet.demo import DemoFaceFinder, DemoRestorer, demo_picture
from puppet.errors import EngineError
from puppet.live.sharpening import Sharpening
from puppet.picture import Picture


class Breaking(DemoRestorer):
    """Fails once it is told to."""

    broken = False
    closed = 0

    def restore(self, aligned: Picture) -> Picture:
        if self.broken:
            raise EngineError("It ran out of memory.")
        return super().restore(aligned)

    def close(self) -> None:
        self.closed += 1


def test_without_a_restorer_nothing_is_sharpened() -> None:
    sharpening = Sharpening()
    assert sharpening.enhancement(DemoFaceFinder()) is None
    assert sharpening.trouble == ""
    sharpening.close()


def test_one_restorer_gives_way_to_the_next_and_is_closed() -> None:
    sharpening, first, second = Sharpening(), Breaking(), Breaking()
    sharpening.take(first)
    sharpening.take(second)
    assert (first.closed, second.closed) == (1, 0)
    sharpening.take(None)
    assert second.closed == 1
    assert sharpening.enhancement(DemoFaceFinder()) is None


@pytest.mark.parametrize("size", [128, 256])
def test_one_that_fails_is_closed_and_told_of_and_the_picture_goes_on(size: int) -> None:
    sharpening, restorer = Sharpening(), Breaking()
    sharpening.take(restorer)
    enhancement = sharpening.enhancement(DemoFaceFinder())
    assert enhancement is not None
    face = demo_picture(0.4, size, size)
    sharp = enhancement(face)
    restorer.broken = True
    again = enhancement(face)
    assert again.shape == sharp.shape == (512, 512, 3)
    assert "ran out of memory" in sharpening.trouble
    assert restorer.closed == 1
    assert sharpening.enhancement(DemoFaceFinder()) is None
    sharpening.take(Breaking())
    assert sharpening.trouble == ""
