"""What makes drawn faces sharper, held apart from the model: a new model keeps it, and where it fails the faces go on without."""

import cv2
import numpy as np

from puppet.animator import FaceFinder, Restorer
from puppet.errors import EngineError
from puppet.picture import Picture, freeze
from puppet.portraits.enhancement import Enhancement


class Sharpening:
    """Owns a restorer, or none. Render thread."""

    def __init__(self) -> None:
        self._guarded: _Guarded | None = None

    def take(self, restorer: Restorer | None) -> None:
        """Go on with this one, or with none; the old one is closed."""
        self.close()
        self._guarded = None if restorer is None else _Guarded(restorer)

    @property
    def name(self) -> str:
        """What makes faces sharper; empty where nothing does."""
        return "" if self._guarded is None or self._guarded.trouble else self._guarded.name

    @property
    def trouble(self) -> str:
        """Why faces are not made sharper any more; empty where all is well."""
        return "" if self._guarded is None else self._guarded.trouble

    def enhancement(self, finder: FaceFinder) -> Enhancement | None:
        """What sharpens one more face; the finder stays its owner's. None without a restorer, and after it failed."""
        return None if self._guarded is None or self._guarded.trouble else Enhancement(self._guarded, finder)

    def close(self) -> None:
        """Close the restorer; may be called twice."""
        if self._guarded is not None:
            self._guarded.close()


class _Guarded:
    """A restorer that is closed once it fails, says why, and from then on only enlarges."""

    def __init__(self, restorer: Restorer) -> None:
        self._restorer = restorer
        self.name, self.side, self.result_side = restorer.name, restorer.side, restorer.result_side
        self.trouble = ""

    def restore(self, aligned: Picture) -> Picture:
        """The face sharper, (side, side, 3) to (result_side, result_side, 3)."""
        if not self.trouble:
            try:
                return self._restorer.restore(aligned)
            except EngineError as error:
                self.trouble = f"Faces are no longer made sharper: {error.sentence}"
                self._restorer.close()
        size = (self.result_side, self.result_side)
        return freeze(np.asarray(cv2.resize(aligned, size, interpolation=cv2.INTER_CUBIC), np.uint8))

    def close(self) -> None:
        """Close the restorer; may be called twice."""
        self._restorer.close()
