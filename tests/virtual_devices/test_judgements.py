"""What the guest makes of pictures it has seen."""

from collections.abc import Sequence

import pytest

from scripts.virtual_devices import judgements
from scripts.virtual_devices.camera_reader import Seen
from scripts.virtual_devices.findings import Failed
from scripts.virtual_devices.judgements import bridged, moves, order, pace, rests
from scripts.virtual_devices.numbered_face import numbered_faces

FACES = tuple(numbered_faces(128, 128))


def seen(numbers: Sequence[int], interval: float = 0.05) -> list[Seen]:
    """Pictures of these numbers at a steady pace."""
    return [Seen(FACES[number % len(FACES)], 7 + index * interval, 3 + index * interval) for index, number in enumerate(numbers)]


def test_long_row_without_a_loss_is_order() -> None:
    assert order(seen(range(25)))[0]
    assert order(seen([*range(30), *range(33, 36)]))[0], "a loss beyond the row is told, not held against it"
    unbroken, words = order(seen([*range(15), *range(17, 32)]))
    assert not unbroken
    assert "2 passed over" in words


def test_older_picture_fails() -> None:
    with pytest.raises(Failed, match="1 backward"):
        order(seen([*range(30), 28, *range(30, 40)]))
    with pytest.raises(Failed, match="too few"):
        order(seen(range(3)))


def test_pace() -> None:
    assert pace(seen([0] * 41), 20).startswith("20.0 pictures a second")
    with pytest.raises(Failed):
        pace(seen([0] * 41), 25)
    late = [*seen([0] * 20), *(one._replace(at=one.at + 1.6, stamped=one.stamped + 1.6) for one in seen([0] * 100, 0.04))]
    with pytest.raises(Failed, match="longest gap 650 ms"):
        pace(late, 20)


def test_only_the_last_moment_counts() -> None:
    rest, motion = [0] * 30, list(range(30))
    assert rests(seen(motion + rest))
    assert not moves(seen(motion + rest))
    assert moves(seen(rest + motion))
    assert not rests(seen(rest + motion))
    assert not rests(seen([0] * 5)), "too short to tell"
    assert not moves(seen(range(5)))


def test_bridge_must_hold_and_be_calm() -> None:
    assert "20.0 pictures a second" in bridged(seen([*range(30), *[29] * 30]), 20)
    with pytest.raises(Failed, match="too much to tell"):
        bridged(seen(range(60)), 20)
    with pytest.raises(Failed, match=r"10\.0 pictures a second"):
        bridged(seen([0] * 30, 0.1), 20)


def test_idle_motion_is_calmer_than_what_counts_as_moving() -> None:
    """The demo portrait idling for a while must never be taken for one that follows."""
    from puppet.demo import DemoAnimator, demo_picture
    from puppet.steering.idle_motion import IdleMotion

    animator, idle = DemoAnimator(), IdleMotion(())
    source = animator.wear(demo_picture(0.0, 256, 256))
    pictures = [animator.animate(idle.at(source, index / 20))[::2, ::2] for index in range(200)]
    shown = [Seen(picture, index / 20, index / 20) for index, picture in enumerate(pictures)]
    liveliest = max(judgements.liveliness(shown[start : start + 10]) for start in range(0, 190, 5))
    assert 0 < liveliest < judgements.LIVELY
