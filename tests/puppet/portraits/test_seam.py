"""Masks of faces: soft, whole in the middle, closed before the border, never two on one pixel."""

import numpy as np
import pytest

from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from puppet.portraits.seam import face_mask, measure_seam, meets

ACROSS, DOWN = np.arange(400, dtype=np.float32), np.arange(300, dtype=np.float32)


def masks(squares: list[Square], ratio: float = 0.45) -> list[FloatArray]:
    return [
        face_mask(square, ACROSS, DOWN, ratio=ratio, others=[*squares[:index], *squares[index + 1 :]])
        for index, square in enumerate(squares)
    ]


@pytest.mark.parametrize("ratio", [0.3, 0.45, 0.5])
def test_mask_is_smooth_and_ends_at_the_ratio(ratio: float) -> None:
    side = 200.0
    (mask,) = masks([Square(200, 150, side)], ratio)
    line = mask[150]
    far = np.abs(ACROSS - 200) / side
    assert (line[far >= min(ratio, 0.48)] == 0).all()
    assert (line[far <= min(ratio, 0.48) - 0.16] == 1).all()
    assert np.abs(np.diff(mask, axis=0)).max() < 0.06 and np.abs(np.diff(mask, axis=1)).max() < 0.06
    assert np.allclose(line[50:200], line[350:200:-1], atol=1e-5)


def test_seam_of_a_still_border_is_narrow_there_and_soft_farther_in() -> None:
    square, far = Square(200, 150, 200), np.abs(ACROSS - 200) / 200
    widths = []
    for ratio in (0.5, 0.45, 0.3):
        line = face_mask(square, ACROSS, DOWN, ratio=ratio, still_border=True)[150]
        assert (line[far >= ratio] == 0).all()
        assert line[(far < ratio) & (far > ratio - 0.015)].max() > 0
        widths.append(float(far[(line > 0) & (line < 1)].max() - far[(line > 0) & (line < 1)].min()))
    assert widths == pytest.approx([0.04, 0.09, 0.16], abs=0.02)
    assert widths[0] < widths[1] < widths[2]


NEIGHBOURS = {
    "apart": [Square(80, 150, 100), Square(320, 150, 100)],
    "close": [Square(120, 150, 160), Square(220, 160, 150)],
    "cheek to cheek": [Square(150, 150, 200), Square(225, 150, 200)],
    "one before the other": [Square(150, 150, 220), Square(220, 120, 110)],
    "one upon the other": [Square(150, 150, 220), Square(160, 150, 80)],
    "the same": [Square(150, 150, 100), Square(150, 150, 100)],
    "five": [Square(60 + 70 * index, 150 + 8 * (index % 2), 130 - 10 * (index % 2)) for index in range(5)],
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_no_pixel_belongs_to_two_faces(name: str) -> None:
    found = masks(NEIGHBOURS[name])
    assert (np.sum([mask > 0 for mask in found], axis=0) <= 1).all()
    total = np.sum(found, axis=0)
    assert total.max() <= 1
    assert np.abs(np.diff(total, axis=1)).max() < 0.2, "a mask ends abruptly"


def test_neighbours_part_halfway_and_softly() -> None:
    left, right = masks([Square(150, 150, 180), Square(250, 150, 180)])
    assert left[150, 200] == right[150, 200] == 0
    assert left[150, 150] == right[150, 250] == 1
    assert np.allclose(left[:, 60:341], right[:, 340:59:-1], atol=1e-5)
    rising = left[150, 199:150:-1]
    assert (np.diff(rising) >= 0).all() and 0 < rising[3] < 1


def test_smaller_neighbour_gets_the_smaller_share() -> None:
    large, small = masks([Square(120, 150, 200), Square(240, 150, 100)])
    line = 120 + 120 * 200 / 300
    assert large[150, round(line) - 14] > 0.4 and large[150, round(line) + 1] == 0
    assert small[150, round(line) - 1] == 0 and small[150, round(line) + 14] > 0.4


def test_larger_head_keeps_its_outline_before_the_one_behind() -> None:
    front, behind = NEIGHBOURS["one before the other"]
    alone = masks([front])[0]
    together = masks([front, behind])[0]
    reach = np.hypot((ACROSS - front.x)[None, :], (DOWN - front.y)[:, None]) / front.side
    assert (alone[reach < 0.2] == 1).all()
    assert together[reach < 0.2].min() > 0.8


def test_faces_far_apart_do_not_mind_each_other() -> None:
    squares = NEIGHBOURS["apart"]
    assert not meets(squares[0], squares[1])
    assert np.array_equal(masks(squares)[0], masks(squares[:1])[0])


def flat(level: int) -> Picture:
    return np.full((300, 400, 3), level, np.uint8)


def test_seam_is_measured_in_levels() -> None:
    (mask,) = masks([Square(200, 150, 200)])
    before = flat(100)
    assert measure_seam(before, before, mask, 200) == 0
    after = np.where(mask[:, :, None] > 0.5, 108, 100).astype(np.uint8)
    assert measure_seam(before, after, mask, 200) == pytest.approx(8, abs=0.3)
    texture = np.random.default_rng(0).integers(-8, 9, before.shape)
    assert measure_seam(before, (before + texture).astype(np.uint8), mask, 200) < 1, "texture is no step"
