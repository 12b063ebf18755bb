"""A folder of engines made ahead of time, on a machine that need not have a GPU, for those that have: a release can ship it.

It holds `CHIP/GRAPH.PRECISION.engine` and a manifest that says what each was built from. On a machine with such a chip they are taken
instead of building, and pass the parity gate like any other.
"""

import hashlib
import json
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engines.building.engine_key import EngineKey
from engines.engine import ShortageError
from puppet.errors import EngineError, MediaError
from puppet.media.whole_file import write_whole

MANIFEST = "manifest.json"

_writing = threading.Lock()
"""Held while a file is written: two threads would have the same name for what is not whole yet."""


class ShippedEngine(BaseModel):
    """One line of the manifest: it fits whatever driver and GPU of its chip, on its system (as `sys.platform`).

    What makes the file's path may be nothing but a plain name: a manifest from elsewhere must not reach out of its folder.
    """

    model_config = ConfigDict(frozen=True)

    graph: str = Field(pattern=r"^[0-9a-f]+$")
    precision: str = Field(pattern=r"^[a-z0-9]+$")
    runtime: str
    version: str
    chip: str = Field(pattern=r"^sm_[0-9]+$")
    form: int
    system: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where it lies in the folder."""
        return Path(self.chip) / f"{self.graph}.{self.precision}.engine"

    def fits(self, key: EngineKey) -> bool:
        """Whether it can stand for the engine of this key, on this system."""
        mine = (self.graph, self.precision, self.runtime, self.version, self.chip, self.form, self.system)
        return mine == (key.graph, key.precision, key.runtime, key.version, key.chip, key.form, sys.platform)


class MadeEngine(NamedTuple):
    """An engine made ahead of time; the key's `driver` and `gpu` don't matter."""

    key: EngineKey
    engine: bytes


class EngineFolder:
    """One such folder. It need not exist to be read: then it is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def engines(self) -> list[ShippedEngine]:
        """What the manifest lists, nothing where there is none. Raises `EngineError` for one that can't be read."""
        manifest = self.folder / MANIFEST
        try:
            rows = json.loads(manifest.read_bytes())["engines"]
            return [ShippedEngine.model_validate(row) for row in rows]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise EngineError(f"{manifest} can't be read: {error.strerror}.", "Mend the folder's rights, or name another.") from error
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise EngineError(f"{manifest} is damaged.", "Copy the folder again, whole, or remove it.") from error

    def find(self, key: EngineKey) -> bytes | None:
        """The engine that can stand for this key, its bytes proven; None when there is none, or it is damaged."""
        with suppress(EngineError):
            for shipped in self.engines():
                if shipped.fits(key):
                    with suppress(EngineError):
                        return self._read(shipped)
        return None

    def add(self, made: Iterable[MadeEngine]) -> None:
        """Write engines beside those already there. Raises `EngineError` when the disk won't have it, or those there are not known."""
        listed = self.engines()
        for key, engine in made:
            facts = key.model_dump(exclude={"driver", "gpu"})
            shipped = ShippedEngine(**facts, system=sys.platform, sha256=hashlib.sha256(engine).hexdigest())
            write_engine_file(self.folder / shipped.path, engine)
            listed.append(shipped)
        self._list(listed)

    def copy_to(self, other: "EngineFolder") -> int:
        """Copy all engines to another folder; returns how many. Raises `EngineError` for none, for damage, or a full disk."""
        found = self.engines()
        if not found:
            raise EngineError(f"{self.folder} holds no engines made ahead of time.", "Make some: puppet-engine build --for sm_86")
        there = other.engines()
        for shipped in found:
            write_engine_file(other.folder / shipped.path, self._read(shipped))
        other._list((*there, *found))
        return len(found)

    def _read(self, shipped: ShippedEngine) -> bytes:
        path = self.folder / shipped.path
        try:
            engine = path.read_bytes()
        except OSError as error:
            raise EngineError(f"{path} can't be read: {error.strerror}.", "Copy the folder again, whole.") from error
        if hashlib.sha256(engine).hexdigest() != shipped.sha256:
            raise EngineError(f"{path} is damaged: its sha256 is not the one {MANIFEST} holds.", "Copy the folder again, whole.")
        return engine

    def _list(self, engines: Iterable[ShippedEngine]) -> None:
        """Write the manifest anew; of two with one path the later counts."""
        listed = {shipped.path: shipped for shipped in engines}
        rows = [shipped.model_dump() for shipped in listed.values()]
        write_engine_file(self.folder / MANIFEST, json.dumps({"engines": rows}, indent=1).encode())


def write_engine_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, its folder first. Raises `ShortageError` when the disk won't have it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShortageError(f"{path.parent} can't be made: {error.strerror}.", "Free some space, or mend the folder's rights.") from error
    try:
        with _writing:
            write_whole(path, data)
    except MediaError as error:
        raise ShortageError(error.sentence, error.hint) from error
