"""The state of the enhancer's run: everything that a resumed run needs."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from puppet.errors import TrainingError
from training.enhancing.plan import EnhancerPlan
from training.fitting.run_state import STATE
from training.fitting.state_file import read_state, write_state
from training.networks.enhancer import Enhancer


class EnhancerState:
    """The network, its averaged copy, the optimiser and the counters; all chance follows from the counters."""

    def __init__(self, plan: EnhancerPlan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.steps = 0
        self.network = Enhancer(plan.widths, plan.middle)
        torch.nn.Module.to(self.network, memory_format=torch.channels_last)  # type: ignore[call-overload]  # a quarter faster
        self.average = Enhancer(plan.widths, plan.middle).eval().requires_grad_(False)
        self.average.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, betas=(0.9, 0.99), weight_decay=1e-4)

    @property
    def samples(self) -> int:
        """Crops learnt from so far."""
        return self.steps * self.plan.batch

    @property
    def is_done(self) -> bool:
        """Whether the plan is through."""
        return self.samples >= self.plan.samples

    def rate(self) -> float:
        """The learning rate now: a linear rise, then down along a cosine to a hundredth."""
        done = min(self.samples / self.plan.samples, 1.0)
        rise = min(1.0, (self.steps + 1) / self.plan.warmup)
        return float(self.plan.rate * rise * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done))))

    def apply(self, total: torch.Tensor) -> None:
        """One step down the loss; the average follows."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 0.5)
        self.optimiser.step()
        self.steps += 1
        decay = min(self.plan.ema, (1 + self.steps) / (20 + self.steps))
        move = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        move(list(self.average.parameters()), list(self.network.parameters()), 0)

    def save(self, folder: Path) -> None:
        """Write the state whole or not at all. Raises `TrainingError` where that fails."""
        content: dict[str, Any] = {
            "plan": self.plan.model_dump(mode="json"),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
        }
        write_state(content, folder / STATE)

    def load(self, folder: Path) -> None:
        """Go on from the state in `folder`. Raises `TrainingError` when it is missing, damaged or of another network."""
        content = read_state(folder / STATE)
        try:
            self.network.load_state_dict(content["network"])
            self.average.load_state_dict(content["average"])
            self.optimiser.load_state_dict(content["optimiser"])
            self.steps = int(content["steps"])
        except (KeyError, ValueError, RuntimeError) as error:
            raise TrainingError(f"The run in {folder} has another network than this plan.", "Name another folder by -o.") from error
