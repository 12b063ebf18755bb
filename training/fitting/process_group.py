"""The processes that train together, as `torchrun` starts them; a group of one where it did not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from puppet.errors import TrainingError
from training.networks.pair import NetworkPair


class ProcessGroup(NamedTuple):
    """rank: which of `size` processes this is; local_rank: which of them on this machine; device: what it trains on."""

    rank: int
    size: int
    local_rank: int
    local_size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes the run's files and validates."""
        return self.rank == 0

    def wrap(self, module: nn.Module, all_learn: bool = True) -> nn.Module:
        """A module whose gradients are averaged over the processes; `all_learn` says that each parameter gets one in every step."""
        if self.size == 1:
            return module
        devices = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=devices, find_unused_parameters=not all_learn)

    def share_norms(self, networks: NetworkPair) -> NetworkPair:
        """Networks whose BatchNorm statistics are of the whole batch; on CPUs torch can't, and each process keeps to its own rows."""
        if self.size == 1 or self.device.type != "cuda":
            return networks
        shared: NetworkPair = nn.SyncBatchNorm.convert_sync_batchnorm(networks)  # type: ignore[no-untyped-call]
        return shared

    def any(self, wish: bool) -> bool:
        """Whether any of the processes has the wish: the same answer for all."""
        if self.size == 1:
            return wish
        told = torch.tensor([float(wish)], device=self.device)
        distributed.all_reduce(told, distributed.ReduceOp.MAX)
        return bool(told.item())


def alone(device: torch.device) -> ProcessGroup:
    """A group of this process."""
    return ProcessGroup(0, 1, 0, 1, device)


@contextmanager
def join(device: torch.device | None) -> Iterator[ProcessGroup]:
    """The group that `torchrun` describes in the environment, for as long as the context lasts; nccl on CUDA, gloo on CPUs.

    Raises `TrainingError` where there are more processes than GPUs.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    kind = device.type if device else ("cuda" if torch.cuda.is_available() else "cpu")
    if size == 1:
        yield alone(device or torch.device(kind))
        return
    local_rank, local_size = int(os.environ["LOCAL_RANK"]), int(os.environ.get("LOCAL_WORLD_SIZE", size))
    if kind == "cuda" and local_size > torch.cuda.device_count():
        raise TrainingError(
            f"There are {local_size} processes on this machine, but {torch.cuda.device_count()} GPUs.",
            f"Start torchrun with --nproc-per-node {torch.cuda.device_count()}.",
        )
    chosen = torch.device(kind, local_rank) if kind == "cuda" else torch.device(kind)
    if kind == "cuda":
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield ProcessGroup(distributed.get_rank(), size, local_rank, local_size, chosen)
        distributed.barrier()  # none leaves while another still talks to it
    finally:
        distributed.destroy_process_group()
