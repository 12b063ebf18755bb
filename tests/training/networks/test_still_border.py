"""A border that stands still, in the networks of both families."""

import pytest
import torch
from torch import Tensor

from puppet.still_border import still_share
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.configuration import Configuration
from training.networks.first_order import coordinate_grid
from training.networks.tensors import Animated, Keypoints

SIDE = 64
FINE = SMALL_COMPACT.model_copy(update={"side": 2 * SIDE, "fine_width": 8, "fine_blocks": 1})
FAMILIES = pytest.mark.parametrize("configuration", [SMALL_FOMM, SMALL_COMPACT, FINE], ids=["fomm", "compact", "compact with a fine head"])


def draw(configuration: Configuration, still_border: float | None) -> tuple[Tensor, Animated]:
    """A picture of noise and how it is drawn in another pose, by the same networks whenever asked."""
    pair = build_small(configuration).eval()
    chance = torch.Generator().manual_seed(3)
    side, count = configuration.side, configuration.keypoint_count
    image = torch.rand(1, 3, side, side, generator=chance)
    points = torch.rand(2, count, 2, generator=chance) - 0.5
    source, driving = (Keypoints(one[None], torch.eye(2).repeat(1, count, 1, 1)) for one in points)
    given = None if still_border is None else torch.tensor([still_border])
    with torch.no_grad():
        return image, pair.generator.animate(pair.generator.encode(image), source, driving, given)


@FAMILIES
def test_free_is_as_before_to_the_bit(configuration: Configuration) -> None:
    for asked, plain in zip(draw(configuration, 0.0)[1], draw(configuration, None)[1], strict=True):
        assert torch.equal(asked, plain)


@FAMILIES
def test_nothing_moves_at_the_border_and_all_does_in_the_middle(configuration: Configuration) -> None:
    _, free = draw(configuration, None)
    _, still = draw(configuration, 1.0)
    side = still.deformation.shape[1]
    share = torch.from_numpy(still_share(side))
    grid = coordinate_grid(side, side, align_corners=configuration.family == "fomm", like=free.prediction)
    assert (still.deformation - grid)[0, share == 1].abs().max() < 1e-6
    assert (free.deformation - grid)[0, share == 1].abs().max() > 0.01
    assert torch.equal(still.deformation[0, share == 0], free.deformation[0, share == 0])
    assert (still.occlusion[0, 0, share == 1] == 1).all()
    assert torch.equal(still.occlusion[0, 0, share == 0], free.occlusion[0, 0, share == 0])


@pytest.mark.parametrize("configuration", [SMALL_COMPACT, FINE], ids=["plain", "with a fine head"])
def test_compact_family_shows_the_source_s_own_pixels(configuration: Configuration) -> None:
    image, still = draw(configuration, 1.0)
    _, free = draw(configuration, None)
    cells = configuration.side // 64
    edge = torch.ones(configuration.side, configuration.side, dtype=torch.bool)
    edge[cells:-cells, cells:-cells] = False
    assert (still.prediction - image)[..., edge].abs().max() < 1e-4
    assert (free.prediction - image)[..., edge].abs().mean() > 0.05
