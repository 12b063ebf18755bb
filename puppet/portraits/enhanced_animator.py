"""A model whose faces are made sharper, as one animator: for judging it and for timing it."""

from puppet.animator import Animator, FaceFinder, Restorer
from puppet.contract import ModelCard
from puppet.motion import Motion
from puppet.picture import Picture
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.resampling import resized


class EnhancedAnimator:
    """Takes and gives pictures of the side that enhanced faces have; owns all that it is given. Used on one thread."""

    def __init__(self, inner: Animator, restorer: Restorer, finder: FaceFinder) -> None:
        self._inner, self._restorer, self._finder = inner, restorer, finder
        self._enhance = Enhancement(restorer, finder)
        side = self._enhance.grown(inner.card.side)
        self._card = inner.card.model_copy(update={"side": side, "name": f"{inner.card.name} enhanced"})

    @property
    def card(self) -> ModelCard:
        """The inner model's, but for name and side."""
        return self._card

    def detect(self, picture: Picture) -> Motion:
        """The motion seen in a (side, side, 3) crop."""
        return self._inner.detect(self._shrink(picture))

    def wear(self, portrait: Picture) -> Motion:
        """Encode a (side, side, 3) portrait, which the inner model sees smaller."""
        self._enhance.forget()
        return self._inner.wear(self._shrink(portrait))

    def animate(self, posed: Motion) -> Picture:
        """The worn portrait in the pose given, its face sharper, (side, side, 3). Raises `EngineError` before the first `wear`."""
        return self._enhance(self._inner.animate(posed))

    def close(self) -> None:
        """Close animator, restorer and finder; may be called twice."""
        self._inner.close()
        self._restorer.close()
        self._finder.close()

    def _shrink(self, picture: Picture) -> Picture:
        return resized(picture, self._inner.card.side)
