"""Which frames are paired: always valid, the same for a seed, and more often different than by chance."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from tests.training.small_pack import moving_face
from training.data.clip_store import open_clips
from training.data.packs import Clip, FaceFrames, read_faces
from training.data.pairs import PairSampler, openings


def faces_of(landmarks: FloatArray, clips: list[Clip]) -> FaceFrames:
    return FaceFrames(np.zeros((len(landmarks), 1, 1, 3), np.uint8), landmarks, clips)


def some_faces() -> FaceFrames:
    """A rendered clip with a still, one whose still was lost, a real clip with lost frames, and one with a single frame left."""
    marks = np.stack([moving_face(index / 10) for index in range(50)])
    marks[21] = np.nan  # the second still
    marks[[22, 24, 25], 5] = np.nan
    marks[33:40] = np.nan
    return faces_of(
        marks,
        [
            Clip("a", "a", False, 0, 10, 10),
            Clip("b", "b", False, 11, 10, 21),
            Clip("c", "c", True, 22, 10, -1),
            Clip("d", "d", True, 32, 8, -1),
        ],
    )


def closed(face: FloatArray, part: tuple[list[int], list[int]]) -> FloatArray:
    """The face with an upper and a lower row of points brought together."""
    face = face.copy()
    face[part[0]] = face[part[1]] = (face[part[0]] + face[part[1]]) / 2
    return face


LIDS = ([37, 38, 43, 44], [41, 40, 47, 46])
LIPS = ([62], [66])


def test_openings_are_gaps_in_face_heights() -> None:
    face = np.zeros((68, 2), np.float32)
    face[8] = (0, 2)  # the chin, two units below the bridge of the nose
    face[LIDS[0], 1], face[LIDS[1], 1] = 0.4, 0.5
    face[62, 1], face[66, 1] = 1.0, 1.6
    found = openings(np.stack([face, 3 * face, closed(face, LIPS), closed(face, LIDS)]))
    np.testing.assert_allclose(found.eyes, [0.05, 0.05, 0.05, 0], atol=1e-6)
    np.testing.assert_allclose(found.mouth, [0.3, 0.3, 0, 0.3], atol=1e-6)


def test_a_pair_lies_in_one_clip_and_has_its_landmarks() -> None:
    faces = some_faces()
    sources, targets = PairSampler(faces, real_share=0.4).draw(2000, np.random.default_rng(3))
    assert sources.dtype == targets.dtype == np.int64
    drawn = set()
    for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
        clip = next(clip for clip in faces.clips if clip.start <= target < clip.start + clip.length)
        assert clip.start <= source < clip.start + clip.length or source == clip.still
        assert np.isfinite(faces.landmarks[[source, target]]).all()
        drawn.add(clip.name)
    assert drawn == {"a", "b", "c"}, "a clip of one frame makes no pair"


def test_stills_are_half_of_the_sources_and_never_targets() -> None:
    faces = some_faces()
    sources, targets = PairSampler(faces).draw(3000, np.random.default_rng(4))
    of_first = targets < 10
    assert 0.45 < (sources[of_first] == 10).mean() < 0.55
    assert not np.isin(targets, [10, 21]).any()


def test_real_clips_have_their_share() -> None:
    faces = some_faces()
    _, targets = PairSampler(faces, real_share=0.3).draw(4000, np.random.default_rng(5))
    wanted = 0.3 * 10 / 18 / (0.3 * 10 / 18 + 0.7)  # the real clip of one frame leaves its share to all
    assert abs((targets >= 22).mean() - wanted) < 0.03


@pytest.mark.parametrize("real", [True, False])
def test_clips_of_one_kind_are_drawn_evenly(real: bool) -> None:
    marks = np.stack([moving_face(index / 10) for index in range(20)])
    faces = faces_of(marks, [Clip("a", "a", real, 0, 5, -1), Clip("b", "b", real, 5, 15, -1)])
    _, targets = PairSampler(faces).draw(2000, np.random.default_rng(6))
    assert 0.45 < (targets < 5).mean() < 0.55


def test_a_seed_draws_the_same_pairs() -> None:
    faces = some_faces()
    first, second, other = (PairSampler(faces).draw(64, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("part", [LIDS, LIPS], ids=["eyes", "mouth"])
def test_targets_that_differ_are_sought(part: tuple[list[int], list[int]]) -> None:
    """One frame of twelve is closed: chance alone pairs it with an open one in 15 of 100 draws, the sampler in 22."""
    face = moving_face(0.0)
    faces = faces_of(np.stack([closed(face, part), *[face] * 11]), [Clip("a", "a", True, 0, 12, -1)])
    sources, targets = PairSampler(faces).draw(6000, np.random.default_rng(7))
    assert ((sources == 0) != (targets == 0)).mean() > 0.2


def test_data_without_landmarks_is_told() -> None:
    with pytest.raises(TrainingError, match="No clip has two frames with landmarks"):
        PairSampler(faces_of(np.full((4, 68, 2), np.nan, np.float32), [Clip("a", "a", True, 0, 4, -1)]))


def people() -> FaceFrames:
    """Two clips of ann, one of bob, one of carl with a single frame; recordings and rendered clips, a still, lost frames."""
    marks = np.stack([moving_face(index / 10) for index in range(40)])
    marks[24:27] = np.nan
    return faces_of(
        marks,
        [
            Clip("ann_1", "ann", False, 0, 10, 10),
            Clip("ann_2", "ann", False, 11, 9, -1),
            Clip("bob_1", "bob", False, 20, 10, -1),
            Clip("carl_1", "carl", False, 30, 1, -1),
        ],
    )


def test_by_identity_people_are_drawn_evenly_and_frames_differ() -> None:
    sources, targets = PairSampler(people(), balance="identity").draw(4000, np.random.default_rng(8))
    assert abs((targets >= 20).mean() - 0.5) < 0.03, "bob has half of the pairs, ann's two clips the rest"
    assert abs((targets < 11).mean() - 0.25) < 0.03
    assert (sources != targets).all()
    assert not np.isin([sources, targets], [10, *range(24, 27), 30]).any(), "neither stills, lost frames nor a lone frame"
    of_bob = sources[sources >= 20]
    assert set(of_bob.tolist()) == {20, 21, 22, 23, 27, 28, 29}


def test_by_identity_recordings_have_their_share() -> None:
    clips = [clip._replace(real=clip.identity == "bob") for clip in people().clips]
    _, targets = PairSampler(people()._replace(clips=clips), balance="identity", real_share=0.2).draw(4000, np.random.default_rng(9))
    assert abs((targets >= 20).mean() - 0.2) < 0.03


def test_without_landmarks_all_frames_are_drawn() -> None:
    faces = people()
    lost = faces._replace(landmarks=np.full_like(faces.landmarks, np.nan))
    sources, targets = PairSampler(lost, balance="identity", landmarks=False).draw(2000, np.random.default_rng(10))
    assert set(sources.tolist()) == set(targets.tolist()) == {*range(10), *range(11, 30)}
    with pytest.raises(TrainingError, match="No clip has two frames with landmarks"):
        PairSampler(lost, balance="identity")
    lone = faces._replace(clips=faces.clips[3:])
    with pytest.raises(TrainingError, match=r"No clip has two frames\."):
        PairSampler(lone, balance="identity", landmarks=False)


def test_a_store_is_drawn_from_like_memory(pack: Path) -> None:
    faces, store = read_faces([pack], 64, lambda entry: True), open_clips([pack], 64, None)
    ways: tuple[dict[str, Any], ...] = ({}, {"balance": "identity"}, {"balance": "identity", "landmarks": False})
    for options in ways:
        drawn = [PairSampler(data, **options).draw(50, np.random.default_rng(11)) for data in (faces, store)]
        np.testing.assert_array_equal(drawn[0], drawn[1])


def test_drawing_leaves_nothing_behind() -> None:
    """What is drawn depends on the generator alone, so that a run resumed in another process goes on with the same pairs."""
    sampler, fresh = PairSampler(some_faces()), PairSampler(some_faces())
    random = np.random.default_rng(12)
    sampler.draw(33, random)
    np.testing.assert_array_equal(sampler.draw(20, np.random.default_rng(13)), fresh.draw(20, np.random.default_rng(13)))
