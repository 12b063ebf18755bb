"""The state of a training run: everything that a resumed run needs to go on exactly where the uncut one would be."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from puppet.errors import TrainingError
from training.checkpoint import FORMAT
from training.fitting.speedups import FAST, Speedups
from training.fitting.state_file import read_state, write_state
from training.mesh_weights import load_face_mesh
from training.networks.discriminator import Discriminator
from training.networks.pair import NetworkPair, build_networks
from training.recipes.recipe import DiscriminatorPlan, Recipe, Stage

STATE = "state.pt"
"""The resumable state in a run's folder."""

_LEARNERS = {"detector": "detector.", "closeups": "detector.closeups.", "generator": "generator.", "fine": "generator.fine.", "both": ""}
_NEVER_LEARNT = "detector.mesh."


class RunState:
    """Networks, their averaged copy, the discriminator and both optimisers of the current stage, and the counters.

    All chance follows from the counters (`training.fitting.chance`), so no generator's state is kept.
    """

    def __init__(self, recipe: Recipe, device: torch.device, start: NetworkPair | None = None, speedups: Speedups = FAST) -> None:
        """Fresh networks, in which the face mesh alone has its published weights, or the weights of `start`."""
        torch.manual_seed(recipe.training.seed)
        self.recipe = recipe
        self.device = device
        self.speedups = speedups
        self.stage_index = 0
        self.stage_samples = 0
        self.steps = 0
        self.samples = 0
        self.clips = 0
        self.people = 0
        self.networks = self._build()
        if start is not None:
            self.networks.load_state_dict(start.state_dict())
        elif (mesh := getattr(self.networks.detector, "mesh", None)) is not None:
            mesh.network.load_state_dict(load_face_mesh().state_dict())
        self.average = self._build().eval()
        self.average.load_state_dict(self.networks.state_dict())
        self.average.requires_grad_(False)
        self.discriminator: Discriminator | None = None
        self.before: dict[str, Tensor] = {}
        self._make_optimisers()
        self._remember()

    @property
    def stage(self) -> Stage | None:
        """The stage under way, None when all are done."""
        stages = self.recipe.training.stages
        return stages[self.stage_index] if self.stage_index < len(stages) else None

    @property
    def stage_length(self) -> int:
        """Samples of the stage under way, on data of `clips` clips of `people` people."""
        assert self.stage is not None
        return self.stage.length(self.clips, self.people)

    def key(self) -> tuple[int, int, int]:
        """What the chance of the next step follows from."""
        assert self.stage is not None
        return self.recipe.training.seed, self.stage_index, self.stage_samples // self.stage.batch

    def learnt(self) -> dict[str, nn.Parameter]:
        """The parameters that the current stage trains, by their names in the pair. Raises `TrainingError` when there are none."""
        learn = "generator" if self.stage is None else self.stage.learn
        found = {name: value for name, value in self.networks.named_parameters() if self._is_learnt(name, learn)}
        if not found:
            raise TrainingError(
                f"The recipe {self.recipe.name} trains {learn}, which its networks do not have.",
                "Give the model a `fine_width`." if learn == "fine" else "Give the model `eyes` and `mouth`.",
            )
        return found

    @staticmethod
    def _is_learnt(name: str, learn: str) -> bool:
        return name.startswith(_LEARNERS[learn]) and not name.startswith(_NEVER_LEARNT)

    def _build(self) -> NetworkPair:
        networks = build_networks(self.recipe.model).to(self.device)
        if self.speedups.channels_last:
            nn.Module.to(networks, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return networks

    def _make_optimisers(self) -> None:
        """Fresh ones for the stage, and the discriminator that it asks for: the last stage's where that is of the same kind."""
        stage = self.stage
        draws = stage is None or stage.is_led or stage.learn == "both"
        decay = 0.0 if stage is None else stage.weight_decay
        self.optimiser = self._optimiser(list(self.learnt().values()), (0.5 if draws else 0.9, 0.999 if draws else 0.99), decay)
        self.judging: torch.optim.Optimizer | None = None
        plan = stage.discriminator if stage else None
        if plan is None:
            self.discriminator = None
            return
        if self.discriminator is None or _shape(self.discriminator.plan) != _shape(plan):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.recipe.training.seed + 1)
                self.discriminator = Discriminator(plan, self.recipe.model.keypoint_count).to(self.device)
        self.discriminator.requires_grad_(False)
        self.judging = self._optimiser(list(self.discriminator.parameters()), (0.5, 0.999), 0.0)

    def _optimiser(self, parameters: list[nn.Parameter], betas: tuple[float, float], decay: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=1e-4, betas=betas, weight_decay=decay, fused=self.speedups.fused)

    def prepare_stage(self) -> None:
        """Set the modes of the networks: what learns is in training mode, all else is frozen in evaluation mode."""
        assert self.stage is not None
        learnt = self.learnt()
        self.networks.requires_grad_(False).eval()
        for parameter in learnt.values():
            parameter.requires_grad_(True)
        for name, module in self.networks.named_modules():
            kept = self.stage.frozen_norms and isinstance(module, nn.modules.batchnorm._BatchNorm)
            module.training = self._is_learnt(f"{name}.", self.stage.learn) and not kept

    def count(self, samples: int) -> None:
        """Note a step over so many samples."""
        self.steps += 1
        self.stage_samples += samples
        self.samples += samples

    def rate(self) -> float:
        """The learning rate now: a linear rise, then down along a cosine to a hundredth of the peak over the stage, or by milestones."""
        stage = self.stage
        assert stage is not None
        done = min(self.stage_samples / self.stage_length, 1.0)
        rise = min(1.0, (self.stage_samples / stage.batch + 1) / max(stage.warmup, 1))
        if stage.schedule == "steps":
            fall = stage.drop ** sum(done >= milestone for milestone in stage.milestones)
        else:
            fall = 0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done))
        return float(stage.rate * rise * fall)

    def set_rates(self) -> None:
        """Give both optimisers the learning rate of now; the discriminator's is in proportion to its own peak."""
        assert self.stage is not None
        plan, rate = self.stage.discriminator, self.rate()
        for optimiser in filter(None, (self.optimiser, self.judging)):
            scale = plan.rate / self.stage.rate if optimiser is self.judging and plan and plan.rate else 1.0
            for group in optimiser.param_groups:
                group["lr"] = rate * scale

    @torch.no_grad()
    def update_average(self) -> None:
        """Move the averaged weights (and BatchNorm statistics) of what learns a little towards the current ones.

        Slower as the stage grows: the average never reaches back further than a tenth or so of the stage's steps.
        """
        assert self.stage is not None
        steps = self.stage_samples / self.stage.batch
        decay = min(self.recipe.training.ema, (1 + steps) / (20 + steps))
        ours, theirs = self.average.state_dict(), self.networks.state_dict()
        names = [name for name in ours if self._is_learnt(name, self.stage.learn)]
        moving = [name for name in names if ours[name].is_floating_point()]
        move = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        move([ours[name] for name in moving], [theirs[name] for name in moving], 0)
        for name in names:
            if not ours[name].is_floating_point():
                ours[name].copy_(theirs[name])

    def kept(self) -> NetworkPair:
        """The networks that count: the averaged ones, or a copy of them drawn back towards where the stage began, as its `blend` says.

        Source: Wortsman et al., Robust fine-tuning of zero-shot models, 2022.
        """
        if not self.before or self.stage is None:
            return self.average
        copy = deepcopy(self.average)
        for name, value in copy.state_dict().items():
            if name in self.before:
                value.copy_(torch.lerp(self.before[name], value, self.stage.blend))
        return copy

    def _remember(self) -> None:
        """Keep the weights with which the stage begins, if it blends."""
        blends = self.stage is not None and self.stage.blend < 1
        self.before = {name: value.detach().clone() for name, value in self.learnt().items()} if blends else {}

    def next_stage(self) -> None:
        """End the stage: the weights kept become the weights, and a fresh optimiser starts on the next."""
        self.average.load_state_dict(self.kept().state_dict())
        self.networks.load_state_dict(self.average.state_dict())
        self.stage_index += 1
        self.stage_samples = 0
        self._make_optimisers()
        self._remember()

    def save(self, folder: Path) -> None:
        """Write the resumable state and the checkpoint of the weights kept, each whole or not at all.

        Raises `TrainingError` where that fails, as on a full disk.
        """
        networks = self.networks.state_dict()
        state: dict[str, Any] = {
            "recipe": self.recipe.model_dump(mode="json"),
            "networks": networks,
            "average": {name: value for name, value in self.average.state_dict().items() if not torch.equal(value, networks[name])},
            "optimiser": self.optimiser.state_dict(),
            "before": self.before,
            "counters": [self.stage_index, self.stage_samples, self.steps, self.samples],
        }
        if self.discriminator is not None and self.judging is not None:
            state |= {"discriminator": self.discriminator.state_dict(), "judging": self.judging.state_dict()}
        write_state(state, folder / STATE)
        write_state(self.checkpoint(), folder / f"{self.recipe.name}.pth")

    def checkpoint(self, metrics: dict[str, float] | None = None) -> dict[str, Any]:
        """What the checkpoint file holds: the configuration, the weights kept and where they come from."""
        return {
            "format": FORMAT,
            "name": self.recipe.name,
            "configuration": self.recipe.model.model_dump(mode="json"),
            "model": {name: value.cpu() for name, value in self.kept().state_dict().items()},
            "steps": self.steps,
            "samples": self.samples,
            "licence": self.recipe.training.licence,
            "training_data": list(self.recipe.training.sources),
            "metrics": metrics or {},
        }

    def load(self, folder: Path) -> None:
        """Go on from the state in `folder`. Raises `TrainingError` when it is missing, damaged, of other networks or other stages."""
        state = read_state(folder / STATE)
        if state["recipe"]["model"] != self.recipe.model_dump(mode="json")["model"]:
            raise TrainingError(f"The run in {folder} has other networks than the recipe {self.recipe.name}.", "Use another --run folder.")
        stored = state["recipe"]["training"]  # its licence and data may come from a checkpoint that the run began with
        owed = {"licence": stored["licence"], "sources": tuple(stored["sources"])}
        self.recipe = self.recipe.model_copy(update={"training": self.recipe.training.model_copy(update=owed)})
        self.networks.load_state_dict(state["networks"])
        self.average.load_state_dict(state["networks"] | state["average"])
        self.stage_index, self.stage_samples, self.steps, self.samples = state["counters"]
        try:
            self._make_optimisers()
            self.before = {name: value.to(self.device) for name, value in state.get("before", {}).items()}
            self.optimiser.load_state_dict(state["optimiser"])
            if self.discriminator is not None and self.judging is not None:
                self.discriminator.load_state_dict(state["discriminator"])
                self.judging.load_state_dict(state["judging"])
        except (KeyError, ValueError, RuntimeError) as error:
            raise TrainingError(
                f"The run in {folder} was begun with other stages than those of the recipe {self.recipe.name}.", "Use another --run folder."
            ) from error


def _shape(plan: DiscriminatorPlan) -> DiscriminatorPlan:
    """What a discriminator's weights depend on."""
    return plan.model_copy(update={"rate": None, "crop_side": 64})
