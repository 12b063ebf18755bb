"""What tells one built engine from another."""

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class EngineKey(BaseModel):
    """What an engine was built from and for: built of anything else it is another engine.

    graph: sha256 of the ONNX file. precision: what it computes in. runtime: its name for `--engine`. driver (CUDA's version and its own
    number, `13.0 (580.95.05)`), gpu: of this machine; chip: the compute capability as `sm_86`. form: of our own typing of
    graphs (`graph_typing.FORM`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    graph: str
    precision: str
    runtime: str
    version: str
    driver: str
    gpu: str
    chip: str
    form: int

    @property
    def digest(self) -> str:
        """The key in 32 hexadecimal digits, fit for a file name."""
        return _digest(self.model_dump())

    @property
    def shared_digest(self) -> str:
        """The same of all but graph, precision and form: one for all engines of one runtime's version, one GPU and its driver."""
        return _digest(self.model_dump(exclude={"graph", "precision", "form"}))


def _digest(facts: Mapping[str, str | int]) -> str:
    return hashlib.sha256(json.dumps(dict(facts), sort_keys=True).encode()).hexdigest()[:32]
