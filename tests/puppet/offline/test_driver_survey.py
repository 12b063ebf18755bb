"""What the first pass finds in a driving clip."""

from pathlib import Path

import numpy as np
import pytest

from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import FaceError, SettingsError
from puppet.media.clip import Clip, open_clip
from puppet.media.picture_file import write_picture
from puppet.motion import FloatArray
from puppet.offline.driver_survey import Survey, Surveyor
from puppet.portraits.portrait import middle_square

TIMES = (0.0, 0.4, 0.8, 1.2, 1.6)


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """Five drawn frames, the second and the last of them black."""
    for index, time in enumerate(TIMES):
        picture = np.zeros((90, 120, 3), np.uint8) if index in (1, 4) else demo_picture(time, 120, 90)
        write_picture(tmp_path / f"{index}.png", picture)
    return open_clip(tmp_path)


def survey(clip: Clip, finder: bool = True, source: FloatArray | None = None, neutral: int | None = None) -> Survey:
    surveyor = Surveyor(DemoFaceFinder() if finder else None, source, neutral)
    for frame in clip:
        surveyor.look(frame.picture)
    return surveyor.sum_up(clip)


def test_first_face_is_neutral_and_missing_ones_are_counted(clip: Clip) -> None:
    found = survey(clip)
    assert (found.neutral, found.missing, found.steady) == (0, 2, True)
    assert [square is None for square in found.squares] == [False, True, False, False, True]
    assert np.array_equal(found.neutral_picture, clip.first())


@pytest.mark.parametrize("best", [0, 2, 3])
def test_best_frame_is_the_one_most_like_the_source(clip: Clip, best: int) -> None:
    face = DemoFaceFinder().find(demo_picture(TIMES[best], 480, 360))
    assert face is not None
    found = survey(clip, source=face.landmarks)
    assert found.neutral == best
    assert np.array_equal(found.neutral_picture, demo_picture(TIMES[best], 120, 90))


def test_wanted_frame_is_neutral(clip: Clip) -> None:
    assert survey(clip, neutral=3).neutral == 3


def test_without_a_finder_every_frame_counts(clip: Clip) -> None:
    found = survey(clip, finder=False)
    assert (found.neutral, found.missing, found.steady) == (0, 0, True)
    assert found.squares == [middle_square(120, 90)] * 5
    assert survey(clip, finder=False, neutral=4).neutral == 4


def test_what_can_not_be_has_its_sentence(clip: Clip, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has 5 frames: there is no frame 5"):
        survey(clip, neutral=5)
    with pytest.raises(SettingsError, match="has 5 frames: there is no frame 9"):
        survey(clip, finder=False, neutral=9)
    with pytest.raises(FaceError, match=r"Frame 1 of .* has no face"):
        survey(clip, neutral=1)
    (tmp_path / "dark").mkdir()
    write_picture(tmp_path / "dark" / "0.png", np.zeros((90, 120, 3), np.uint8))
    with pytest.raises(FaceError, match=r"No face was found in .*dark"):
        survey(open_clip(tmp_path / "dark"))
