"""The state of a distillation: everything that a resumed one needs to go on exactly where the uncut one would be."""

from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from torch import nn

from puppet.errors import TrainingError
from training.checkpoint import FORMAT, Header
from training.compressing.distillation import DistillationStage
from training.configuration import Configuration
from training.fitting.state_file import read_state, write_state
from training.networks.pair import NetworkPair, build_networks

STATE = "student.pt"
"""The resumable state in a run's folder."""


class DistillationPlan(BaseModel):
    """How a student is taught."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: DistillationStage = "both"
    side: int = Field(256, ge=64, description="side of the pictures while learning, px")
    samples: int = Field(20_000, ge=0, description="length; the learning rate falls along a cosine over it")
    batch: int = Field(8, ge=1)
    rate: float = Field(5e-4, gt=0, description="peak learning rate")
    warmup: int = Field(50, ge=0, description="steps over which the rate rises")
    ema: float = Field(0.998, ge=0, lt=1, description="decay of the averaged weights, which are the ones kept")
    clip: float = Field(5.0, gt=0, description="largest gradient norm")
    lpips: bool = Field(False, description="compare outputs by LPIPS too")
    seed: int = 0


class Student:
    """The networks that learn, their averaged copy, the optimiser and the counters, from which all chance follows."""

    def __init__(self, networks: NetworkPair, plan: DistillationPlan, header: Header, device: torch.device) -> None:
        """Teach `networks`, which become the student's own; `header` is what the checkpoint will say of itself."""
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.header = header
        self.device = device
        self.steps = 0
        self.samples = 0
        self.networks = networks.to(device)
        nn.Module.to(self.networks, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = build_networks(networks.configuration).to(device).eval().requires_grad_(False)
        self.average.load_state_dict(self.networks.state_dict())
        parts: dict[str, nn.Module] = {"keypoints": self.networks.detector, "generator": self.networks.generator, "both": self.networks}
        learner = parts[plan.stage]
        learned = [value for value in learner.parameters() if value.requires_grad]  # but for what its networks freeze themselves
        self.networks.requires_grad_(False).eval()
        for value in learned:
            value.requires_grad_(True)
        learner.train()
        self.learned = learned
        self.optimiser = torch.optim.AdamW(learned, lr=plan.rate, betas=(0.5, 0.999), weight_decay=1e-4)

    def rate(self) -> float:
        """The learning rate now: a linear rise, then a cosine down to a hundredth of the peak."""
        done = self.samples / max(self.plan.samples, 1)
        rise = min(1.0, (self.steps + 1) / max(self.plan.warmup, 1))
        return float(self.plan.rate * rise * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * min(done, 1.0)))))

    def step(self, loss: torch.Tensor) -> None:
        """Learn from the loss of one batch; one that is not finite teaches nothing."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(self.learned, self.plan.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
            self._update_average()
        self.steps += 1
        self.samples += self.plan.batch

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.plan.ema, (1 + self.steps) / (20 + self.steps))
        current = self.networks.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(current[name], 1 - decay)
            else:
                value.copy_(current[name])

    def save(self, folder: Path, checkpoint: Path) -> None:
        """Write the resumable state to `folder` and the averaged weights to `checkpoint`, each whole or not at all.

        Raises `TrainingError` where that fails, as on a full disk.
        """
        state: dict[str, Any] = {
            "plan": self.plan.model_dump(),
            "header": self.header.model_dump(mode="json"),
            "networks": self.networks.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "counters": [self.steps, self.samples],
        }
        write_state(state, folder / STATE)
        write_state(self.checkpoint(), checkpoint)

    def checkpoint(self) -> dict[str, Any]:
        """What the checkpoint file holds: the configuration with all widths, the averaged weights and where they come from."""
        header = self.header.model_copy(update={"steps": self.steps, "samples": self.samples})
        weights = {name: value.cpu() for name, value in self.average.state_dict().items()}
        return {"format": FORMAT, **header.model_dump(mode="json"), "model": weights}

    @classmethod
    def resume(cls, folder: Path, plan: DistillationPlan, device: torch.device) -> Self:
        """Go on from the state in `folder`. Raises `TrainingError` when it is missing, damaged or of another plan."""
        state = read_state(folder / STATE)
        before = DistillationPlan.model_validate(state["plan"])
        for field in DistillationPlan.model_fields:
            if getattr(before, field) != getattr(plan, field):
                raise TrainingError(
                    f"The run in {folder} was begun with {field} {getattr(before, field)}, not {getattr(plan, field)}.",
                    "Give the same options, or start anew in another folder: --run FOLDER.",
                )
        header = Header.model_validate(state["header"])
        adapter: TypeAdapter[Configuration] = TypeAdapter(Configuration)
        student = cls(build_networks(adapter.validate_python(state["header"]["configuration"])), plan, header, device)
        student.networks.load_state_dict(state["networks"])
        student.average.load_state_dict(state["average"])
        student.steps, student.samples = state["counters"]
        student.optimiser.load_state_dict(state["optimiser"])
        return student
