"""Chance depends on the step and the row alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from training.fitting.chance import FREE, Chance

LIKE = torch.zeros(())
KEY = (0, 1, 2)
DRAWS: list[Callable[[Chance, int], Tensor]] = [
    lambda chance, rows: chance.uniform(rows, 3, like=LIKE),
    lambda chance, rows: chance.normal(rows, like=LIKE),
    lambda chance, rows: chance.integers(rows, 1000, LIKE),
    lambda chance, rows: chance.noise(torch.zeros(rows, 3, 4)),
]


@pytest.mark.parametrize("draw", DRAWS, ids=["uniform", "normal", "integers", "noise"])
def test_rows_get_the_same_numbers_however_the_batch_is_cut(draw: Callable[[Chance, int], Tensor]) -> None:
    whole = draw(Chance(KEY, 6, 0, 6), 6)
    parts = torch.cat([draw(Chance(KEY, 6, first, 2), 2) for first in (0, 2, 4)])
    assert torch.equal(whole, parts)
    assert len({tuple(row.flatten().tolist()) for row in whole}) == 6
    twice = draw(Chance(KEY, 6, 2, 2), 4)  # sources, then targets
    assert torch.equal(twice, draw(Chance(KEY, 6, 0, 6), 12)[[2, 3, 8, 9]])


def test_keys_have_numbers_of_their_own_and_the_same_each_time() -> None:
    keys = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    numbers = [Chance(key, 1, 0, 1).number() for key in keys]
    assert len(set(numbers)) == 4
    torch.manual_seed(7)
    assert [Chance(key, 1, 0, 1).number() for key in keys] == numbers


def test_without_a_key_torch_draws() -> None:
    torch.manual_seed(0)
    drawn = FREE.uniform(3, 2, like=LIKE), FREE.integers(3, 10, LIKE), FREE.noise(torch.zeros(2, 2)), FREE.number()
    torch.manual_seed(0)
    wanted = torch.rand(3, 2), torch.randint(10, (3,)), torch.randn(2, 2), float(torch.rand(()))
    assert all(torch.equal(torch.as_tensor(one), torch.as_tensor(other)) for one, other in zip(drawn, wanted, strict=True))
