"""Two processes that share each batch train what one process with the whole batch trains."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from tests.training.small_run import joint
from training.fitting.fit import fit
from training.fitting.process_group import alone, join
from training.fitting.run_state import RunState
from training.fitting.speedups import PLAIN

RECIPE = joint(frozen_norms=True, samples=12, batch=4)
"""With frozen statistics: on CPUs torch can't share them between processes."""

PAIRS = 4


def train(folder: Path, pack: Path) -> None:
    """What each of the two processes calls."""
    import training.fitting.fit

    torch.set_num_threads(1)
    training.fitting.fit.VALIDATION_PAIRS = PAIRS
    fit(RECIPE, [pack], folder, device=torch.device("cpu"), speedups=PLAIN)


def train_and_leave(folder: Path, pack: Path) -> None:
    """Train in a process of its own, and leave it without Python's tidying up, in which gloo's threads abort now and then."""
    train(folder, pack)
    sys.stdout.flush()
    os._exit(0)


def test_two_processes_match_one(pack: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    shared = {**os.environ, "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    command = (
        "import sys; from pathlib import Path; "
        "from tests.training.fitting.test_process_group import train_and_leave; train_and_leave(*map(Path, sys.argv[1:]))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", command, str(tmp_path / "two"), str(pack)],
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in (0, 1)
    ]
    said = [process.communicate(timeout=100)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(said)
    assert "2 processes" in said[0]
    assert not said[1].strip(), "the second process is silent"

    train(tmp_path / "one", pack)
    states = [RunState(RECIPE, torch.device("cpu")) for _ in range(3)]
    before = flat(states[0])
    for state, name in zip(states[1:], ("one", "two"), strict=True):
        state.load(tmp_path / name)
        assert (state.stage, state.samples, state.steps) == (None, 12, 3)
    one, two = flat(states[1]), flat(states[2])
    assert (one - before).norm() > 0.01
    assert (two - one).norm() < 0.02 * (one - before).norm()


def flat(state: RunState) -> torch.Tensor:
    """All weights in a row."""
    return torch.cat([value.flatten() for value in state.networks.parameters()])


def test_a_process_alone_is_a_group_of_one() -> None:
    with join(torch.device("cpu")) as group:
        assert group == alone(torch.device("cpu"))
        assert group.leads
        assert group.any(True) and not group.any(False)
        module = torch.nn.Linear(1, 1)
        assert group.wrap(module) is module
