"""Where a crop's border stands still: nowhere in the middle, wholly at the outermost, alike at every side."""

import cv2
import numpy as np
import pytest

from puppet.still_border import FREE_WITHIN, STILL_FROM, still_share


@pytest.mark.parametrize("side", [64, 128, 256])
def test_outermost_stands_still_and_the_middle_is_free(side: int) -> None:
    share = still_share(side)
    assert share.shape == (side, side)
    assert share.dtype == np.float32
    outermost = np.ones((side, side), bool)
    outermost[side // 64 : -(side // 64), side // 64 : -(side // 64)] = False
    assert (share[outermost] == 1).all()
    far = np.abs((np.arange(side) + 0.5) / side - 0.5)
    line = share[side // 2]
    assert (line[far < FREE_WITHIN - 0.001] == 0).all() and (line[far > STILL_FROM] == 1).all()
    half = line[side // 2 :]
    assert (np.diff(half) >= 0).all() and np.diff(half).max() < 16 / side, "it rises without an edge"
    assert np.allclose(share, share.T, atol=1e-6) and np.allclose(share, share[::-1, ::-1], atol=1e-6)
    assert share[0, 0] == 1 and share[side // 6, side // 6] > share[side // 6, side // 2], "corners are cut off"


def test_every_side_has_the_same_share() -> None:
    shrunk = cv2.resize(still_share(256), (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk - still_share(64)).max() < 0.02
