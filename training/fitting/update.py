"""One training step's backward half: gradients, both optimisers, and the averaged weights."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from training.fitting.batch import Batch
from training.fitting.chance import Chance
from training.fitting.process_group import ProcessGroup
from training.fitting.run_state import RunState
from training.fitting.step import Judges, Step
from training.networks.discriminator import Discriminator
from training.objectives.adversarial import Shown, discriminator_game
from training.objectives.losses import Losses

JUDGE_DRAWN = frozenset({"l1", "lpips", "crops", "perceptual", "gan"})
"""Losses over the drawn picture, to which every part of a generator contributes, and of a detector that is trained with it."""


class Judging(nn.Module):
    """The discriminator's own loss, as a module that can be wrapped for many processes."""

    def __init__(self, discriminator: Discriminator) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(self, shown: Shown) -> Tensor:
        return discriminator_game(self.discriminator, shown)


class Update:
    """Steps of the stage under way; generator and detector first, then the discriminator on what they drew."""

    def __init__(self, state: RunState, judges: Judges, group: ProcessGroup) -> None:
        assert state.stage is not None
        self.state = state
        self.stage = state.stage
        self.group = group
        self.learnt = list(state.learnt().values())
        judges = judges._replace(discriminator=state.discriminator)
        drawn_is_judged = bool(JUDGE_DRAWN & set(self.stage.weights))  # else heads may be left out of all losses
        self.step = group.wrap(Step(state.networks, self.stage, judges, state.speedups), all_learn=drawn_is_judged)
        self.judging: nn.Module | None = None
        if state.discriminator is not None:
            state.discriminator.requires_grad_(True)  # for the wrap, which looks at it once
            self.judging = group.wrap(Judging(state.discriminator))
            state.discriminator.requires_grad_(False)

    def apply(self, batch: Batch) -> Losses:
        """Learn from this process's rows of a batch, part by part; a step whose gradient is not finite teaches nothing.

        The losses by name, means over these rows, with the norm of the gradient.
        """
        state, parts, rows = self.state, self.stage.accumulate, len(batch.source)
        share = rows // parts
        sums: Losses = {}
        for part in range(parts):
            chance = Chance(state.key(), rows * self.group.size, self.group.rank * rows + part * share, share)
            with self._shared_after(self.step, part == parts - 1):
                total, losses, shown = self.step(batch.part(part, parts), chance)
                torch.autograd.backward(total / parts)
            if shown is not None and self.judging is not None:
                losses = losses | {"judging": self._judge(shown, part, parts)}
            for name, value in losses.items():
                sums[name] = sums.get(name, torch.zeros_like(value)) + value / parts
        state.set_rates()
        sums["norm"] = self._improve(state.optimiser, self.learnt)
        if state.judging is not None and state.discriminator is not None:
            self._improve(state.judging, list(state.discriminator.parameters()))
        state.update_average()
        state.count(rows * self.group.size)
        return sums

    def _judge(self, shown: Shown, part: int, parts: int) -> Tensor:
        assert self.judging is not None and self.state.discriminator is not None
        self.state.discriminator.requires_grad_(True)
        with self._shared_after(self.judging, part == parts - 1):
            with self.state.speedups.autocast(shown.real.device):
                loss: Tensor = self.judging(shown)
            torch.autograd.backward(loss / parts)
        self.state.discriminator.requires_grad_(False)
        return loss.detach()

    @staticmethod
    def _shared_after(module: nn.Module, last: bool) -> AbstractContextManager[None]:
        """Gradients are exchanged between processes after the last part alone."""
        return nullcontext() if last or not isinstance(module, DistributedDataParallel) else module.no_sync()

    def _improve(self, optimiser: torch.optim.Optimizer, parameters: list[nn.Parameter]) -> Tensor:
        """A step of an optimiser, unless the norm of the gradient is not finite, told on the device without waiting; gives the norm."""
        largest = self.state.recipe.training.clip
        norm = nn.utils.clip_grad_norm_(parameters, float("inf") if largest is None else largest)
        finite = torch.isfinite(norm)
        if self.state.speedups.fused:
            optimiser.found_inf = (~finite).float()  # type: ignore[attr-defined]  # as gradient scalers tell fused optimisers
            optimiser.step()
        elif finite:
            optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return norm.detach()
