"""The toy model's engines: opened through the ladder, and what of them lies in the store."""

from pathlib import Path

from engines.building.engine_store import EngineStore
from engines.building.model_build import Passed, open_passing
from engines.engine import Precision
from puppet import contract
from puppet.contract import read_card
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime

ALL_F16 = dict.fromkeys(contract.GRAPHS, "f16")
ALL_F32 = dict.fromkeys(contract.GRAPHS, "f32")
KEYPOINTS_F32 = {**ALL_F16, contract.KEYPOINTS: "f32"}


def opened(folder: Path, runtime: FakeRuntime, precision: Precision = "auto", *, build: bool = True) -> Passed:
    return open_passing(folder, read_card(folder), runtime, None, precision, build=build)


def engines() -> dict[tuple[str, str], bool]:
    """What lies in the store, by graph and precision, and whether it was accepted."""
    found: dict[tuple[str, str], bool] = {}
    for entry in EngineStore().entries():
        if not entry.rejected:
            assert entry.path.is_file()
            found[entry.path.read_bytes().removeprefix(FakeBuilder.PLAN).decode(), entry.key.precision] = entry.accepted
    return found
