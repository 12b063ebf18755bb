"""One portrait gives way to the next."""

import numpy as np

from puppet.live.cross_fade import CrossFade
from puppet.picture import Picture


def flat(value: int, side: int = 4) -> Picture:
    return np.full((side, side, 3), value, np.uint8)


def test_the_old_picture_fades_while_the_new_one_moves_on() -> None:
    fade = CrossFade(1.0)
    fade.begin(flat(0))
    shares = [int(fade(flat(200), 50 + time)[0, 0, 0]) for time in (0, 0.25, 0.5, 0.75, 1.0)]
    assert shares == [0, 50, 100, 150, 200]


def test_pictures_pass_as_they_are_before_after_and_with_no_time() -> None:
    fade, new = CrossFade(1.0), flat(9)
    assert fade(new, 1.0) is new
    fade.begin(flat(0))
    fade(new, 2.0)
    assert fade(new, 3.5) is new
    assert fade(new, 2.5) is new
    at_once = CrossFade(0)
    at_once.begin(flat(0))
    assert at_once(new, 0.0) is new


def test_pictures_of_another_size_are_not_mixed() -> None:
    fade, larger = CrossFade(1.0), flat(9, 8)
    fade.begin(flat(0))
    assert fade(larger, 0.0) is larger


def test_what_is_mixed_is_immutable() -> None:
    fade = CrossFade(1.0)
    fade.begin(flat(0))
    assert not fade(flat(200), 0.0).flags.writeable
