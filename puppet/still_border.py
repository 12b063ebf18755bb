"""The border of a crop that stands still while its face moves, so that the face can be put back into its picture."""

import numpy as np

from puppet.motion import FloatArray
from puppet.portraits.seam import ease, rounded_distance

STILL_FROM = 0.47
"""Where nothing moves any more, in sides of the crop from its middle, by rounded squares."""

FREE_WITHIN = 0.34
"""Within this all moves freely. (Measured on compact-256, ten portraits, a driver who leans far: of all motion of hair and shoulders .88
are seen with .34, .79 with .26, .95 with .42; of the cells between, .16 % at most fold with .34, none with .26, .7 % with .42.)"""


def still_share(side: int) -> FloatArray:
    """How far each of (side, side) cells stands still: 0 in the middle, 1 at the border, rising without an edge."""
    places = np.asarray((np.arange(side) + 0.5) / side - 0.5, np.float32)
    return ease((rounded_distance(places, places) - FREE_WITHIN) / (STILL_FROM - FREE_WITHIN))
