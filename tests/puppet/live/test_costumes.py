"""Portraits encoded ahead: how many are kept, and what of them."""

from pathlib import Path

import numpy as np
import pytest

from puppet.animator import Encoded
from puppet.demo import DemoAnimator
from puppet.live.costumes import Costumes, make_costume, trimmed
from puppet.picture import Picture
from puppet.portraits.scene import Staging
from tests.live_parts import SIDE, portrait
from tests.several_faces import group_portrait


class Counting(DemoAnimator):
    """Remembers what it encoded, and whether its border was to stand still."""

    def __init__(self, side: int = SIDE) -> None:
        super().__init__(side)
        self.asked: list[bool] = []

    def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
        self.asked.append(still_border)
        return super().encode(portrait, still_border=still_border)


def test_every_face_is_encoded_once_with_a_still_border_where_it_is_put_back() -> None:
    counting, costumes, path = Counting(), Costumes(), Path("a.png")
    costumes.keep(path, group_portrait(0.2, 0.5, 1.1))
    assert len(costumes.get(path, counting).faces) == 3
    assert costumes.get(path, counting) is costumes.get(path, counting)
    assert counting.asked == [True] * 3
    costumes.forget_encodings()
    costumes.get(path, counting)
    assert len(counting.asked) == 6


def test_a_face_alone_may_move_everywhere() -> None:
    counting = Counting()
    make_costume(portrait(), counting)
    alone = make_costume(group_portrait(0.2, staging=Staging("face", background="green")), counting)
    assert counting.asked == [False] * 3, "a face, and one with its matte"
    assert len(alone.mattes) == 1


def test_a_matte_moves_by_the_keypoints_of_its_face() -> None:
    made = make_costume(group_portrait(0.2, 0.5, staging=Staging("everyone", background="green")), Counting())
    assert [matte.motion is face.motion for matte, face in zip(made.mattes, made.faces, strict=True)] == [True, True]
    assert all(matte.picture.min() == 0 and matte.picture.max() == 255 for matte in made.mattes)


def test_another_side_is_cut_anew() -> None:
    made = make_costume(group_portrait(0.2, 0.5), Counting(2 * SIDE))
    assert {face.picture.shape for face in made.faces} == {(2 * SIDE, 2 * SIDE, 3)}


def test_of_portraits_in_their_pictures_as_many_are_kept_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    group, animator, costumes = group_portrait(0.2, 0.5), DemoAnimator(SIDE), Costumes()
    assert group.scene is not None
    monkeypatch.setattr("puppet.live.costumes.ROOM", 3.5 * group.scene.nbytes)
    paths = [Path(f"{number}.png") for number in range(5)]
    costumes.keep(Path("face.png"), portrait())
    for path in paths[:3]:
        costumes.keep(path, group)
    costumes.get(paths[0], animator)  # worn a moment ago
    costumes.keep(paths[3], group)
    kept = [path.stem for path in paths if costumes.portrait(path) is not None]
    assert kept == ["0", "2", "3"]
    assert costumes.portrait(Path("face.png")) is not None, "those without a picture around them take no part"


def test_the_newest_is_kept_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.costumes.ROOM", 1)
    costumes = Costumes()
    for name in ("a.png", "b.png"):
        costumes.keep(Path(name), group_portrait(0.2, 0.5))
        costumes.get(Path(name), DemoAnimator(SIDE))
    assert costumes.portrait(Path("a.png")) is None
    assert costumes.portrait(Path("b.png")) is not None


def test_only_the_crop_is_kept_of_a_picture_and_the_scene_stays() -> None:
    group = group_portrait(0.2, 0.5)
    large = group._replace(picture=np.zeros((1500, 2000, 3), np.uint8))
    kept = trimmed(large)
    assert max(kept.picture.shape) <= 512
    assert kept.scene is group.scene and kept.face is group.face
