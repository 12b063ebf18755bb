"""Who is judged: clips of unseen people, and portraits that are good and of many people."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import FaceError, TrainingError
from puppet.media.picture_file import write_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.training.judging.test_face_motion import face
from tests.training.judging.test_head_pose import turned
from tests.training.small_bench import SIDE, small_tools
from tests.training.small_pack import LENGTH, SKIN, draw_face, moving_face
from training.judging.subjects import Choice, Portrait, Subjects, choose_portraits, choose_subjects, is_monochrome, read_portraits, spread


def chosen(choice: Choice) -> Subjects:
    return choose_subjects(choice, small_tools(), SIDE)


def test_unseen_people_are_chosen(pack: Path) -> None:
    tools = small_tools()
    told: list[tuple[int, int]] = []
    subjects = choose_subjects(Choice([pack]), tools, SIDE, lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    assert [driver.clip.name for driver in subjects.real] == ["dora_1"]
    assert [driver.clip.name for driver in subjects.rendered] == ["bob_1"]
    assert [(portrait.name, portrait.identity) for portrait in subjects.portraits] == [("bob", "bob")]
    assert (len(subjects.real[0].clip.frames), len(subjects.rendered[0].clip.frames)) == (LENGTH // 3, LENGTH)
    assert [seen is not None for seen in subjects.rendered[0].faces] == [True] * LENGTH
    still = subjects.portraits[0].picture
    assert np.abs(still.astype(float) - draw_face(moving_face(8.0), SKIN["bob"])).mean() < 8
    assert not still.flags.writeable
    own = tools.finder.find(still)
    assert own is not None
    np.testing.assert_allclose(tools.embedder.centre, tools.embedder.raw(still, own), atol=1e-6)


def test_none_are_taken_where_none_are_asked_for(pack: Path) -> None:
    subjects = chosen(Choice([pack], rendered=0, portraits=0, stride=1))
    assert (subjects.rendered, subjects.portraits) == ([], [])
    assert len(subjects.real[0].clip.frames) == LENGTH


def test_people_without_a_still_lend_a_frame(tmp_path: Path) -> None:
    for name in ("ann#1", "bob#1"):
        for index in range(3):
            (tmp_path / "test" / name).mkdir(parents=True, exist_ok=True)
            write_picture(tmp_path / "test" / name / f"{index}.png", draw_face(moving_face(index / 5), SKIN[name[:3]]))
    subjects = chosen(Choice([tmp_path], stride=1))
    assert [driver.clip.identity for driver in subjects.real] == ["ann", "bob"]
    assert {portrait.identity for portrait in subjects.portraits} == {"ann", "bob"}
    np.testing.assert_array_equal(subjects.portraits[0].picture, draw_face(moving_face(0.0), SKIN[subjects.portraits[0].identity]))


class Turning(DemoFaceFinder):
    """Sees in a picture the head whose turn its first pixel tells, in degrees, and no face where that is 255."""

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        told = int(picture[0, 0, 0])
        return None if told == 255 else face(turned(yaw=told), mouth=0.2 if told == 1 else 0.0)


def person(name: str, yaw: int, *, grey: bool = False, blur: float = 0.0) -> Portrait:
    picture = np.array(demo_picture(0.2, SIDE, SIDE))
    if blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.uint8)
    if grey:
        picture = np.repeat(picture.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    picture[0, 0, 0] = yaw
    return Portrait(name, name, picture)


def test_portraits_look_at_the_viewer_with_their_mouth_shut_half_in_colour() -> None:
    people = [person("turned", 40), person("talks", 1), person("lost", 255), person("less", 20)]
    people += [person(f"colour{number}", 3) for number in range(4)] + [person(f"grey{number}", 3, grey=True) for number in range(4)]
    names = [portrait.name for portrait in choose_portraits(people, Turning(), 4)]
    assert names == ["colour0", "colour3", "grey0", "grey3"]
    assert [portrait.name for portrait in choose_portraits(people[:5], Turning(), 4)] == ["colour0", "talks", "less", "turned"]
    assert len(choose_portraits(people[4:9], Turning(), 5)) == 5, "one kind stands in for the other"


class Frontal(DemoFaceFinder):
    """Finds the drawn face and gives it a mesh that looks at the viewer."""

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        found = super().find(picture)
        return None if found is None else found._replace(mesh=face().mesh)


def test_the_blurriest_quarter_and_the_grainy_are_left_out() -> None:
    people = [person(name, 0, blur=blur) for name, blur in (("soft", 3), ("sharp", 0), ("fair", 0.6), ("good", 0.4), ("fine", 0.2))]
    grainy = person("grainy", 0)
    inside = grainy.picture[8:-8, 8:-8]
    inside[::2, ::2] = 255 - inside[::2, ::2]
    names = [portrait.name for portrait in choose_portraits([*people, grainy], Frontal(), 3)]
    assert names == ["sharp", "good", "fine"], "fair is of the blurriest quarter too"


def test_monochrome_is_grey_or_of_one_tint() -> None:
    picture = demo_picture(0.0, SIDE, SIDE)
    grey = picture.mean(axis=2, keepdims=True)
    assert not is_monochrome(picture)
    assert is_monochrome(np.repeat(grey, 3, axis=2).astype(np.uint8))
    assert is_monochrome(np.clip(grey * 0.5 + (100, 90, 75), 0, 255).astype(np.uint8))


def test_portraits_of_a_person_s_own(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no pictures in"):
        read_portraits([tmp_path], DemoFaceFinder(), SIDE)
    for name in ("b", "a"):
        write_picture(tmp_path / f"{name}.png", demo_picture(0.0, 90, 120))
    (tmp_path / "CREDITS.md").write_text("drawn")
    found = read_portraits([tmp_path], DemoFaceFinder(), SIDE)
    assert [portrait.name for portrait in found] == ["a", "b"]
    assert found[0].picture.shape == (SIDE, SIDE, 3)
    write_picture(tmp_path / "c.png", np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(FaceError, match=r"No face was found in .*c\.png"):
        read_portraits([tmp_path], DemoFaceFinder(), SIDE)


def test_spread_is_even_and_keeps_both_ends() -> None:
    assert spread(range(10), 4) == [0, 3, 6, 9]
    assert spread([1, 2], 5) == [1, 2]
    assert spread([1, 2], 0) == []
