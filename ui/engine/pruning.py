"""Which stored engines are stale, and their removal."""

import shutil
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from engines import cuda
from engines.building.engine_store import EngineStore, StoredEngine
from engines.building.graph_typing import FORM
from engines.registry import installed_versions
from puppet.errors import EngineError
from puppet.folders import cache_folder

BESIDE = ("onnxruntime", "openvino", "references")
"""Folders of the cache that only the engines' own rooms fill: kernels that runtimes keep, and what engines are compared with."""


class Pruning:
    """One clearing out of an engine store."""

    def __init__(self, store: EngineStore, graphs: Set[str], *, everything: bool = False) -> None:
        """`graphs`: the hashes of the graphs whose engines may stay. `everything`: none may, nor what else lies there or `BESIDE`."""
        self._store = store
        self._graphs = graphs
        self._everything = everything
        self._versions = installed_versions()
        self._driver = _driver()

    def doomed(self) -> list[tuple[StoredEngine, str]]:
        """The engines to be removed, and why."""
        return [(stored, why) for stored in self._store.entries() if (why := self.why_stale(stored))]

    def size(self) -> int:
        """Bytes that `run` would free."""
        if self._everything:
            return sum(path.stat().st_size for folder in self._all() for path in folder.rglob("*") if path.is_file())
        kept = {stored.key.digest for stored in self._store.entries() if not self.why_stale(stored)}
        return sum(path.stat().st_size for path in self._store.folder.glob("*") if path.is_file() and path.stem not in kept)

    def run(self) -> int:
        """Remove them; returns the bytes freed. What another program holds open stays."""
        if not self._everything:
            return self._store.prune(lambda stored: not self.why_stale(stored))
        size = self.size()
        for folder in self._all():
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(FileNotFoundError):
            size -= self.size()
        return size

    def _all(self) -> list[Path]:
        """Folders that go with everything."""
        return [self._store.folder, *(cache_folder() / name for name in BESIDE)]

    def why_stale(self, stored: StoredEngine) -> str:
        """Why an engine is of no use any more, empty where it may be.

        A driver that doesn't answer just now tells nothing of the engines built for it, nor does a card that is unplugged.
        """
        key = stored.key
        if self._everything:
            return "all are removed"
        if key.graph not in self._graphs:
            return "no model here has its graph"
        version = self._versions.get(key.runtime)
        if version != key.version:
            return f"{key.runtime} {version} is installed" if version else f"{key.runtime} is not installed"
        if key.form != FORM:
            return "its graph is typed otherwise now"
        if self._driver and self._driver != key.driver:
            return f"built for CUDA {key.driver}, the driver serves {self._driver}"
        return ""


def _driver() -> str:
    """What the driver serves, empty where none answers."""
    try:
        return cuda.driver_identity()
    except EngineError:
        return ""
