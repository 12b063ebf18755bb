"""The state of a training run: everything that a resumed run needs to go on exactly where the uncut one would be."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from puppet.errors import ModelError, TrainingError
from training.checkpoint import FORMAT
from training.checkpoint_file import read_checkpoint_file
from training.networks.pair import NetworkPair, build_networks
from training.recipe import Recipe, Stage

STATE = "state.pt"
"""The resumable state in a run's folder."""


class RunState:
    """Networks, their averaged copy, the optimiser of the current stage, the counters and both random generators."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        torch.manual_seed(recipe.training.seed)
        self.recipe = recipe
        self.device = device
        self.stage_index = 0
        self.stage_samples = 0
        self.steps = 0
        self.samples = 0
        self.clips = 0
        self.people = 0
        self.random = np.random.default_rng(recipe.training.seed)
        self.networks = _fresh(recipe, device)
        self.average = _fresh(recipe, device).eval()
        self.average.load_state_dict(self.networks.state_dict())
        self.average.requires_grad_(False)
        self.optimiser = self._make_optimiser()

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

    def learner(self) -> nn.Module:
        """The network that the current stage trains."""
        learn = "generator" if self.stage is None else self.stage.learn
        learner = {"detector": self.networks.detector, "generator": self.networks.generator}.get(learn)
        if learn == "closeups":
            learner = getattr(self.networks.detector, "closeups", None)
        if not isinstance(learner, nn.Module):
            raise TrainingError(
                f"The recipe {self.recipe.name} trains {learn}, which its networks do not have.", "Give the model `eyes` and `mouth`."
            )
        return learner

    def _make_optimiser(self) -> torch.optim.Optimizer:
        draws = self.stage is None or self.stage.learn == "generator"
        betas = (0.5, 0.999) if draws else (0.9, 0.99)
        return torch.optim.AdamW(self.learner().parameters(), lr=1e-4, betas=betas, weight_decay=1e-4)

    def prepare_stage(self) -> None:
        """Set the modes of the networks: the learner trains, all else is frozen in evaluation mode."""
        self.networks.requires_grad_(False).eval()
        self.learner().requires_grad_(True).train()

    def count(self, samples: int) -> None:
        """Note a step over so many samples."""
        self.steps += 1
        self.stage_samples += samples
        self.samples += samples

    def rate(self) -> float:
        """The learning rate now: a linear rise, then a cosine down to a hundredth of the peak over the stage."""
        stage = self.stage
        assert stage is not None
        done = self.stage_samples / self.stage_length
        rise = min(1.0, (self.stage_samples / stage.batch + 1) / max(stage.warmup, 1))
        return float(stage.rate * rise * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * min(done, 1.0)))))

    @torch.no_grad()
    def update_average(self) -> None:
        """Move the averaged weights (and BatchNorm statistics) a little towards the current ones.

        Slower as the stage grows: the average never reaches back further than a tenth or so of the stage's steps.
        """
        assert self.stage is not None
        steps = self.stage_samples / self.stage.batch
        decay = min(self.recipe.training.ema, (1 + steps) / (20 + steps))
        current = self.networks.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(current[name], 1 - decay)
            else:
                value.copy_(current[name])

    def next_stage(self) -> None:
        """End the stage: its averaged weights become the weights, and a fresh optimiser starts on the next."""
        self.networks.load_state_dict(self.average.state_dict())
        self.stage_index += 1
        self.stage_samples = 0
        self.optimiser = self._make_optimiser()

    def save(self, folder: Path) -> None:
        """Write the resumable state and the checkpoint of averaged weights, each whole or not at all.

        Raises `TrainingError` where that fails, as on a full disk.
        """
        state: dict[str, Any] = {
            "recipe": self.recipe.model_dump(mode="json"),
            "networks": self.networks.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "counters": [self.stage_index, self.stage_samples, self.steps, self.samples],
            "random_numpy": self.random.bit_generator.state,
            "random_torch": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state()
        _write(state, folder / STATE)
        _write(self.checkpoint(), folder / f"{self.recipe.name}.pth")

    def checkpoint(self, metrics: dict[str, float] | None = None) -> dict[str, Any]:
        """What the checkpoint file holds: the configuration, the averaged weights and where they come from."""
        return {
            "format": FORMAT,
            "name": self.recipe.name,
            "configuration": self.recipe.model.model_dump(mode="json"),
            "model": {name: value.cpu() for name, value in self.average.state_dict().items()},
            "steps": self.steps,
            "samples": self.samples,
            "licence": self.recipe.training.licence,
            "training_data": list(self.recipe.training.sources),
            "metrics": metrics or {},
        }

    def load(self, folder: Path) -> None:
        """Go on from the state in `folder`. Raises `TrainingError` when it is missing, damaged or of other networks."""
        path = folder / STATE
        if not path.is_file():
            raise TrainingError(f"There is nothing to resume in {folder}.", "Start without --resume.")
        try:
            state = read_checkpoint_file(path)
        except ModelError as error:
            raise TrainingError(error.sentence, "Start anew in another folder: --run FOLDER.") from error
        if state["recipe"]["model"] != self.recipe.model_dump(mode="json")["model"]:
            raise TrainingError(f"The run in {folder} has other networks than the recipe {self.recipe.name}.", "Use another --run folder.")
        self.networks.load_state_dict(state["networks"])
        self.average.load_state_dict(state["average"])
        self.stage_index, self.stage_samples, self.steps, self.samples = state["counters"]
        self.optimiser = self._make_optimiser()
        self.optimiser.load_state_dict(state["optimiser"])
        self.random.bit_generator.state = state["random_numpy"]
        torch.set_rng_state(state["random_torch"])
        if self.device.type == "cuda" and "random_cuda" in state:
            torch.cuda.set_rng_state(state["random_cuda"])


def _fresh(recipe: Recipe, device: torch.device) -> NetworkPair:
    networks = build_networks(recipe.model).to(device)
    nn.Module.to(networks, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return networks


def _write(content: dict[str, Any], path: Path) -> None:
    partial = path.with_suffix(".partial")
    try:
        torch.save(content, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:  # torch tells of a full disk by RuntimeError
        partial.unlink(missing_ok=True)
        reason = str(error).splitlines()[0].rstrip(".")
        raise TrainingError(f"{path} can't be written: {reason}.", "Make room on the disk, then go on with --resume.") from error
