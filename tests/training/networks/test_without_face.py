"""The networks without their parts for faces: all else sees, moves and draws as before."""

import pytest
import torch

from tests.training.networks.test_compact import faces
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.configuration import CompactConfiguration
from training.networks.pair import without_face

FACES = SMALL_COMPACT.model_copy(
    update={"keypoint_count": 12, "eyes": ((0, 1, 2, 3), (5, 4, 6, 7)), "mouth": (8, 9, 10), "lips": (8, 9), "patch_side": 16}
)
FIGURES = CompactConfiguration(keypoint_count=12, side=128, detector_side=64, motion_grid=16)


@torch.no_grad()
def test_close_ups_go_and_the_rest_stays_to_the_bit() -> None:
    pair = build_small(FACES)
    plain = without_face(pair, FIGURES)
    assert plain.configuration == FACES.model_copy(update={"eyes": (), "mouth": (), "lips": (), "side": 128, "motion_grid": 16})
    weights = pair.state_dict()
    gone = set(weights) - set(plain.state_dict())
    assert gone == {name for name in weights if ".closeups." in name} != set()
    assert all(torch.equal(weights[name], value) for name, value in plain.state_dict().items())

    image = faces(1)
    seen, plainly = pair.detector(image), plain.detector(image)
    assert torch.equal(seen.points[:, 11], plainly.points[:, 11])
    assert not torch.equal(seen.points[:, :11], plainly.points[:, :11]), "nothing looks closer at eyes and mouth"


@torch.no_grad()
def test_the_generator_moves_a_picture_alike_on_a_coarser_grid() -> None:
    pair = build_small(FACES)
    plain = without_face(pair, FIGURES)
    image, other = faces(2).chunk(2)
    at, to = pair.detector(image), pair.detector(other)
    fine, coarse = (one.generator.animate(one.generator.encode(image), at, to) for one in (pair, plain))
    assert (fine.deformation.shape[1], coarse.deformation.shape[1]) == (32, 16)
    assert coarse.prediction.shape == fine.prediction.shape


@pytest.mark.parametrize("wanted", [FACES, FACES.model_copy(update={"face_mesh": True}), SMALL_FOMM])
def test_networks_stay_as_they_are_where_the_recipe_has_faces_or_is_of_another_family(wanted: CompactConfiguration) -> None:
    pair = build_small(FACES)
    assert without_face(pair, wanted) is pair


def test_what_never_knew_faces_stays_as_it_is() -> None:
    pair = build_small(SMALL_COMPACT)
    assert without_face(pair, FIGURES) is pair
