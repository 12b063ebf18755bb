"""A model whose faces are made sharper, as one animator."""

import numpy as np
import pytest

from puppet.demo import DemoAnimator, DemoFaceFinder, DemoRestorer, demo_picture
from puppet.errors import EngineError
from puppet.portraits.enhanced_animator import EnhancedAnimator
from puppet.portraits.enhancement import Enhancement


class Closing(DemoRestorer):
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_the_model_enhanced() -> None:
    animator, inner = EnhancedAnimator(DemoAnimator(128), DemoRestorer(), DemoFaceFinder()), DemoAnimator(128)
    assert (animator.card.side, animator.card.name) == (512, "demo enhanced")
    portrait, driver = demo_picture(0.2, 512, 512), demo_picture(1.4, 512, 512)
    with pytest.raises(EngineError, match="wears no portrait"):
        animator.animate(animator.detect(driver))
    source = animator.wear(portrait)
    result = animator.animate(animator.detect(driver))
    small, moved = demo_picture(0.2, 128, 128), demo_picture(1.4, 128, 128)
    assert source.points == pytest.approx(inner.wear(small).points, abs=0.02)
    expected = Enhancement(DemoRestorer(), DemoFaceFinder())(inner.animate(inner.detect(moved)))
    assert result.shape == (512, 512, 3)
    assert np.abs(result.astype(int) - expected).mean() < 3


def test_it_closes_what_it_was_given() -> None:
    restorer = Closing()
    animator = EnhancedAnimator(DemoAnimator(128), restorer, DemoFaceFinder())
    animator.close()
    assert restorer.closed == 1
