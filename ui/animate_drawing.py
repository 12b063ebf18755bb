"""From drawn faces to the result's pictures: each alone or all back in their picture, with what is behind them or without."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing

import numpy as np

from puppet.motion import FloatArray
from puppet.offline.animation import Drawn
from puppet.picture import Picture, cut, freeze
from puppet.portraits.compose import PasteBack
from puppet.portraits.crowd import Crowd, Member
from puppet.portraits.people_matte import fill_holes, grey, moving_matte, whole_matte
from puppet.portraits.resampling import enlarge, resized
from ui.animate_order import Order
from ui.model_choice import open_matte

Draw = Callable[[Sequence[Picture]], Picture]


class Drawing:
    """Makes the result's pictures as an order wants them; what doesn't change from frame to frame is computed once."""

    def __init__(
        self,
        order: Order,
        crowd: Crowd,
        side: int,
        shown_side: int,
        follow: Callable[[Sequence[Member]], Iterable[Member]],
        *,
        still_border: bool = False,
    ) -> None:
        """`side` is the model's; `follow` gives the members on as they are looked at, and shows how far that is.

        shown_side: of the faces that are shown, larger than the model's where they are enhanced; still_border: they come with
        borders that stand still.

        Raises `EngineError`, `ModelError` where a matte is needed and can't be had.
        """
        locks: list[FloatArray] = []
        people: FloatArray | None = None
        if order.lock_background or order.matte:
            with closing(open_matte(order.model)) as maker:
                if order.lock_background:
                    locks = [moving_matte(member, maker) for member in follow(crowd.members)]
                if order.matte:
                    people = whole_matte(crowd, maker)

        def open_draw(picture: Picture, side: int) -> Draw:
            if not order.paste_back:
                return _resizer(order.image_size or shown_side)
            squares = [member.square for member in crowd.members]
            return PasteBack(picture, squares, side, ratio=order.ratio, mattes=locks, still_border=still_border)

        self._shown_side = shown_side
        self._draw = open_draw(crowd.picture, shown_side)
        self._shade = None if people is None else open_draw(grey(people), side)
        self.mattes = [] if people is None else [cut(grey(people), member.square, side) for member in crowd.members]
        self.height, self.width = self._draw(self._shown([member.face for member in crowd.members])).shape[:2]

    def match(self, rest: Drawn) -> None:
        """Learn from the faces at rest how the model's colours differ from the picture's, where they are put back into it."""
        if isinstance(self._draw, PasteBack):
            self._draw.match(self._shown(rest.faces))

    def _shown(self, faces: Sequence[Picture]) -> list[Picture]:
        """Faces as the model draws them, at the side of those that are shown."""
        return [freeze(enlarge(face, self._shown_side)) for face in faces]

    def __call__(self, drawn: Drawn) -> Picture:
        """The result's picture: (height, width, 3), or with a matte (height, width, 4), the last channel opacity."""
        image = self._draw(drawn.faces)
        if self._shade is None:
            return image
        opacity = self._shade([fill_holes(matte) for matte in drawn.mattes])
        return freeze(np.concatenate([image, opacity[:, :, :1]], axis=2))


def _resizer(side: int) -> Draw:
    """What brings the one square picture there is to (side, side, 3)."""

    def resize(faces: Sequence[Picture]) -> Picture:
        (face,) = faces
        return resized(face, side)

    return resize
