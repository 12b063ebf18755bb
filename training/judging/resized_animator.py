"""A model behind pictures of another side than its own, so that two models can be judged on the very same ones."""

from puppet.animator import Animator
from puppet.contract import ModelCard
from puppet.motion import Motion
from puppet.picture import Picture
from puppet.portraits.resampling import resized


class ResizedAnimator:
    """Takes and gives pictures of `side`; the animator inside, which it closes, sees its own. Used on one thread."""

    def __init__(self, inner: Animator, side: int) -> None:
        self._inner = inner
        self._card = inner.card.model_copy(update={"side": side})

    @property
    def card(self) -> ModelCard:
        """The inner model's, but for the side."""
        return self._card

    def detect(self, picture: Picture) -> Motion:
        """The motion seen in a crop of `side`."""
        return self._inner.detect(resized(picture, self._inner.card.side))

    def wear(self, portrait: Picture) -> Motion:
        """Encode a portrait of `side`."""
        return self._inner.wear(resized(portrait, self._inner.card.side))

    def animate(self, posed: Motion) -> Picture:
        """The worn portrait in the pose given, at `side`."""
        return resized(self._inner.animate(posed), self._card.side)

    def close(self) -> None:
        """Close the inner animator."""
        self._inner.close()
