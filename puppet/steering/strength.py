"""More or less of a motion: half a nod, a turn and a half."""

from collections.abc import Sequence

from puppet.motion import Motion
from puppet.steering.change import put_together, take_apart


def strengthen(source: Motion, posed: Motion, strength: float, *, lids: Sequence[tuple[int, int]] = (), lips: Sequence[int] = ()) -> Motion:
    """The motion from `source` to `posed`, `strength` times: 0 gives the source, 1 the posed motion, both exactly.

    Named lids meet and part as a share of their opening, and neither they nor lips ever cross.
    """
    if strength == 1:
        return posed
    if strength == 0:
        return source
    change = take_apart(source, posed)
    return put_together(source, posed, change, head=strength, face=strength, eyes=strength, lids=lids, lips=lips)
