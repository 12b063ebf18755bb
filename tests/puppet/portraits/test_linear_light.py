"""Light adds up, bytes don't."""

import numpy as np

from puppet.portraits.linear_light import WHITE, from_light, to_light


def test_every_byte_comes_back_as_it_was() -> None:
    picture = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    light = to_light(picture)
    assert light.dtype == np.uint16 and light.shape == picture.shape
    assert (light.min(), light.max()) == (0, WHITE)
    assert np.array_equal(from_light(light), picture)


def test_half_the_light_is_the_grey_of_188() -> None:
    half = np.full((2, 2, 3), WHITE // 2, np.uint16)
    assert (from_light(half) == 188).all()


def test_more_light_than_white_is_white() -> None:
    assert (from_light(np.full((1, 1, 3), 65535, np.uint16)) == 255).all()
