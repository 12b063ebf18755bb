"""The fine head: the small networks at half the side, enlarged, until it learns to do better."""

import pytest
import torch
from torch import Tensor

from tests.training.networks.test_compact import faces, keypoints
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.configuration import CompactConfiguration
from training.networks.compact_fine import halve
from training.networks.pair import NetworkPair, add_fine_head
from training.networks.sampling import resize
from training.networks.tensors import Keypoints

WANTED = CompactConfiguration(fine_width=8, fine_blocks=1)
SIDE = 2 * SMALL_COMPACT.side


def grown() -> tuple[NetworkPair, NetworkPair]:
    """Small networks, and the same with a head that has learnt nothing."""
    pair = build_small(SMALL_COMPACT)
    return pair, add_fine_head(pair, WANTED)


def draw(pair: NetworkPair, image: Tensor, source: Keypoints, driving: Keypoints) -> Tensor:
    return pair.generator.animate(pair.generator.encode(image), source, driving).prediction


@torch.no_grad()
def test_it_sees_and_moves_as_the_small_networks_do() -> None:
    pair, fine = grown()
    image, source, driving = faces(2, SIDE), keypoints(2, 1), keypoints(2, 2)
    for ours, theirs in zip(fine.detector(image), pair.detector(halve(image)), strict=True):
        assert torch.equal(ours, theirs)
    one = fine.generator.animate(fine.generator.encode(image), source, driving)
    other = pair.generator.animate(pair.generator.encode(halve(image)), source, driving)
    assert torch.allclose(one.deformation, other.deformation, atol=1e-5)
    assert one.prediction.shape == (2, 3, SIDE, SIDE)


@torch.no_grad()
def test_untaught_it_enlarges_what_is_painted_and_keeps_the_source_s_detail() -> None:
    pair, fine = grown()
    image, still = faces(2, SIDE), keypoints(2, 1)
    enlarged = resize(draw(pair, halve(image), still, still), SIDE, SIDE)
    ours = draw(fine, image, still, still)
    assert (ours - enlarged).abs().mean() < 0.05
    detail = [(picture - resize(halve(picture), SIDE, SIDE)).square().mean() for picture in (enlarged, ours, image)]
    assert detail[0] < detail[1] <= detail[2]


def test_the_head_alone_hears_the_loss() -> None:
    _, fine = grown()
    fine.requires_grad_(False)
    assert fine.generator.fine is not None
    fine.generator.fine.requires_grad_(True)
    torch.autograd.backward(draw(fine, faces(1, SIDE), keypoints(1, 1), keypoints(1, 2)).square().mean())
    heard = {name for name, parameter in fine.named_parameters() if parameter.grad is not None and parameter.grad.abs().max() > 0}
    assert heard == {"generator.fine.head.weight", "generator.fine.head.bias"}  # the last layer begins at zero: the others follow it


@pytest.mark.parametrize("wanted", [SMALL_COMPACT, SMALL_FOMM])
def test_nothing_is_added_where_none_is_wanted(wanted: CompactConfiguration) -> None:
    pair = build_small(SMALL_COMPACT)
    assert add_fine_head(pair, wanted) is pair
    fine = add_fine_head(pair, WANTED)
    assert add_fine_head(fine, WANTED) is fine
    assert fine.configuration == SMALL_COMPACT.model_copy(update={"side": SIDE, "fine_width": 8, "fine_blocks": 1})
