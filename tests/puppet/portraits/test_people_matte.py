"""Where the people are: what may move of a crop, and what is cut out of a picture."""

import numpy as np
import pytest

from puppet.demo import DemoFaceFinder, DemoMatte, demo_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.portraits.crowd import Crowd, Member, make_crowd
from puppet.portraits.people_matte import fill_holes, grey, moving_matte, whole_matte

SIDE = 256


class Blind:
    """Sees nobody."""

    def make(self, picture: Picture) -> FloatArray:
        return np.zeros(picture.shape[:2], np.float32)

    def close(self) -> None: ...


@pytest.fixture
def member() -> Member:
    (member,) = make_crowd(demo_picture(1.0, 400, 400), DemoFaceFinder(), SIDE).members
    return member


def test_matte_grows_softly(member: Member) -> None:
    seen = DemoMatte().make(member.face)
    matte = moving_matte(member, DemoMatte())
    assert matte.shape == (SIDE, SIDE) and matte.dtype == np.float32
    assert matte.min() >= 0 and matte.max() <= 1.0001
    assert matte[seen == 1].min() > 0.9, "the head may move"
    grown = (matte > 0.5).sum() / (seen > 0.5).sum()
    assert 1.1 < grown < 1.8, "and a little beyond where it is"
    assert np.abs(np.diff(matte, axis=1)).max() < 0.12
    assert matte[:10, :10].max() < 0.01 and matte[:10, -10:].max() < 0.01


def test_face_may_move_even_where_the_matte_sees_nobody(member: Member) -> None:
    matte = moving_matte(member, Blind())
    assert member.landmarks is not None
    scale = SIDE / member.square.side
    points = (member.landmarks - (member.square.x, member.square.y)) * scale + (SIDE - 1) / 2
    columns, rows = points.round().astype(int).T
    assert matte[rows, columns].min() > 0.8
    assert matte[0].max() == 0


def test_without_landmarks_the_matte_alone_decides(member: Member) -> None:
    assert not moving_matte(member._replace(landmarks=None), Blind()).any()
    assert moving_matte(member._replace(landmarks=None), DemoMatte()).max() == pytest.approx(1)


def test_whole_picture_gains_whom_only_the_near_look_sees(member: Member) -> None:
    class NearSighted(Blind):
        def make(self, picture: Picture) -> FloatArray:
            return DemoMatte().make(picture) if len(picture) == SIDE else super().make(picture)

    picture = demo_picture(1.0, 400, 400)
    matte = whole_matte(Crowd(picture, (member,), ()), NearSighted())
    assert matte.shape == (400, 400)
    assert ((matte > 0.5) == (DemoMatte().make(picture) > 0.5)).mean() > 0.99


def test_a_face_is_a_person_even_where_the_network_sees_nobody(member: Member) -> None:
    assert member.landmarks is not None
    matte = whole_matte(Crowd(demo_picture(1.0, 400, 400), (member,), ()), Blind())
    low, high = member.landmarks.min(axis=0), member.landmarks.max(axis=0)
    columns, rows = member.landmarks.mean(axis=0).round().astype(int)
    assert matte[rows, columns] == 1
    ys, xs = np.nonzero(matte)
    assert (np.array([xs.min(), ys.min()]) >= low - 12).all() and (np.array([xs.max(), ys.max()]) <= high + 12).all(), "and nothing around"
    assert not whole_matte(Crowd(demo_picture(1.0, 400, 400), (member._replace(landmarks=None),), ()), Blind()).any()


def test_grey_picture_of_a_matte() -> None:
    picture = grey(np.array([[0, 0.5, 1]], np.float32))
    assert picture.tolist() == [[[0, 0, 0], [128, 128, 128], [255, 255, 255]]]


def test_holes_within_a_person_are_filled_and_bays_are_not() -> None:
    matte = np.zeros((60, 60, 3), np.uint8)
    matte[10:60, 10:50] = 255
    whole = matte.copy()
    matte[25:30, 20:30] = 90
    assert np.array_equal(fill_holes(matte), whole)
    assert fill_holes(whole) is whole
    bay = whole.copy()
    bay[25:30, 5:30] = 90
    assert np.array_equal(fill_holes(bay), bay)
