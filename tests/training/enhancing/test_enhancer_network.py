"""The network: what it does before it has learnt anything, and what its size is."""

import torch
from torch.nn import functional

from training.cost import count_cost
from training.networks.enhancer import Enhancer


def test_a_fresh_network_enlarges_a_parabola_to_what_lies_between_its_pixels() -> None:
    """Catmull and Rom's curve goes through any parabola, so the pixels between are known."""

    def parabola(side: int) -> torch.Tensor:
        places = (torch.arange(side, dtype=torch.float32) + 0.5) / side * 2 - 1
        x, y = places[None, :], places[:, None]
        return torch.stack([x * x / 2 + 0 * y, x * y, y * y / 4 - x / 3])[None]

    gap = (Enhancer()(parabola(64)) - parabola(128)).abs()
    assert gap[..., 8:-8, 8:-8].max() < 1e-3


def test_a_flat_picture_stays_flat_to_its_border() -> None:
    image = torch.tensor([0.9, -0.4, 0.1]).view(1, 3, 1, 1).expand(1, 3, 32, 48)
    with torch.no_grad():
        assert torch.allclose(Enhancer()(image), image[..., :1, :1].expand(1, 3, 64, 96), atol=1e-5)


def test_what_it_learns_is_added_to_the_enlargement() -> None:
    network, image = Enhancer(), torch.rand(2, 3, 32, 32) * 2 - 1
    plain = network(image)
    functional.mse_loss(plain, torch.zeros_like(plain)).backward()  # type: ignore[no-untyped-call]
    assert network.last.weight.grad is not None and network.last.weight.grad.abs().sum() > 0
    assert "enlarging" not in network.state_dict(), "the enlargement is built in, not stored"
    with torch.no_grad():
        network.last.bias.add_(0.25)  # type: ignore[union-attr]
        assert torch.allclose(network(image), plain + 0.25, atol=1e-5)


def test_it_is_small_enough_for_a_live_frame() -> None:
    network = Enhancer().eval()
    cost = count_cost(network, lambda: network(torch.zeros(1, 3, 256, 256)))
    assert cost.parameters < 1_500_000
    assert cost.multiply_accumulates < 1.1e9
