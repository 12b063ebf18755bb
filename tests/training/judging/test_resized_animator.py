"""A model behind pictures of another side."""

import numpy as np
import pytest

from puppet.demo import DemoAnimator, demo_frames
from tests.training.small_bench import PerfectAnimator
from training.judging.resized_animator import ResizedAnimator


@pytest.mark.parametrize("side", [64, 128])
def test_it_draws_at_the_side_asked_for(side: int) -> None:
    first, second = list(demo_frames(1, 2, side, side))
    inner, plain = DemoAnimator(64), DemoAnimator(side)
    resized = ResizedAnimator(inner, side)
    assert (resized.card.side, inner.card.side) == (side, 64)
    for animator in (resized, plain):
        animator.wear(first)
    motion = resized.detect(second)
    np.testing.assert_allclose(motion.points, plain.detect(second).points, atol=0.03)
    drawn = resized.animate(motion)
    assert drawn.shape == (side, side, 3)
    assert not drawn.flags.writeable
    assert np.abs(drawn.astype(float) - plain.animate(motion)).mean() < 4


def test_it_closes_what_it_holds() -> None:
    inner = PerfectAnimator()
    ResizedAnimator(inner, 32).close()
    assert inner.closed == 1
