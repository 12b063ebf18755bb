"""Engines on disk: compiled graphs that took seconds or minutes to build, each with a note of what it is and whether it may be used.

Nothing in the folder is trusted. An engine counts only with a note beside it that holds its key and the sha256 of its bytes; one that
is damaged is removed, and is built again. An engine that the parity gate refused is removed too, and its note stays: it says why.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engines.building.engine_folder import EngineFolder, write_engine_file
from engines.building.engine_key import EngineKey
from puppet.contract import file_hash
from puppet.errors import EngineError
from puppet.folders import cache_folder

__all__ = ["EngineKey", "EngineStore", "Extra", "StaleEngineError", "StoredEngine", "Verdict"]

Extra = Literal["timing", "runtime"]
"""Caches of a builder: how long kernels took when it tried them, and kernels it compiled when an engine was loaded."""


class StaleEngineError(EngineError):
    """An engine that the runtime won't load, or that is gone, and has to be built again; `graph`: its graph's file name."""

    def __init__(self, graph: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint)
        self.graph = graph


class Verdict(BaseModel):
    """What the parity gate found beside the fp32 reference.

    points: how far a keypoint's coordinate lies off at most, in [-1, 1]; 2 where it is no number. psnr: of the worst picture, dB, at
    most 100. reason: why it did not pass, a clause after the engine's name; empty when it did.
    """

    model_config = ConfigDict(frozen=True)

    points: float
    psnr: float
    passed: bool
    reason: str = ""

    def __str__(self) -> str:
        return f"keypoints within {self.points:.1e}, pictures at least {self.psnr:.1f} dB" if self.passed else self.reason


class StoredEngine(BaseModel):
    """The note beside an engine. seconds: how long it took to build, 0 if made elsewhere. verdict: the gate's, once asked."""

    model_config = ConfigDict(frozen=True)

    key: EngineKey
    path: Path
    size: int
    sha256: str
    seconds: float
    verdict: Verdict | None = None

    @property
    def accepted(self) -> bool:
        """Whether it passed the gate and may be used."""
        return self.verdict is not None and self.verdict.passed

    @property
    def rejected(self) -> str:
        """Why the gate refused it, empty when it did not; then its file is gone."""
        return self.verdict.reason if self.verdict else ""


class EngineStore:
    """The engines of one folder. Any thread and any process may use it: every file is written whole or not at all."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` need not exist; by default it is `engines` in Puppet's cache folder."""
        self.folder = folder or cache_folder() / "engines"

    def find(self, key: EngineKey) -> StoredEngine | None:
        """The engine of this key, accepted or not yet, its bytes proven; None when there is none. A damaged one is removed."""
        found = self.look_up(key)
        if found is None or found.rejected:
            return None
        try:
            sound = found.path.stat().st_size == found.size and file_hash(found.path) == found.sha256
        except OSError:
            sound = False
        if not sound:
            self.remove(key)
            return None
        return found

    def look_up(self, key: EngineKey) -> StoredEngine | None:
        """What is noted of the engine of this key, one that was refused too; its bytes are not looked at."""
        found = _read_note(self._path(key).with_suffix(".json"))
        return found if found and found.key == key else None

    def refusal(self, key: EngineKey) -> Verdict | None:
        """The verdict that refused an engine of this key; None when none did."""
        found = self.look_up(key)
        return found.verdict if found and found.rejected else None

    def prove_writable(self) -> None:
        """Write a little, so that nothing is built that could not be kept. Raises `EngineError` when the disk won't have it."""
        trial = self.folder / f"{os.getpid()}.trial"
        write_engine_file(trial, b"trial")
        _remove(trial)

    def add(self, key: EngineKey, engine: bytes, seconds: float) -> StoredEngine:
        """Keep a new engine, which nothing may trust yet. Raises `EngineError` when the disk won't have it."""
        stored = StoredEngine(key=key, path=self._path(key), size=len(engine), sha256=hashlib.sha256(engine).hexdigest(), seconds=seconds)
        write_engine_file(stored.path, engine)  # before its note: a crash between the two leaves an engine that counts for nothing
        self._write_note(stored)
        return stored

    def take(self, key: EngineKey, *folders: Path) -> StoredEngine | None:
        """Add an engine that was made ahead of time for this key, from those imported or from `folders`; None when there is none."""
        for ahead in (*map(EngineFolder, folders), self._ahead):
            if engine := ahead.find(key):
                return self.add(key, engine, seconds=0.0)
        return None

    def accept(self, engines: Iterable[StoredEngine], verdict: Verdict) -> None:
        """Let engines be used that passed the gate together, but for those that another program has replaced meanwhile.

        Raises `EngineError` when the disk won't have it.
        """
        for engine in engines:
            found = self.look_up(engine.key)
            if found and found.sha256 == engine.sha256:
                self._write_note(found.model_copy(update={"verdict": verdict}))

    def reject(self, keys: Iterable[EngineKey], verdict: Verdict) -> None:
        """Remove engines that the gate refused, and note its verdict. Raises `EngineError` when the disk won't have it."""
        for key in keys:
            if found := self.look_up(key):
                _remove(found.path)
                self._write_note(found.model_copy(update={"verdict": verdict}))

    def remove(self, key: EngineKey) -> None:
        """Remove an engine and what is noted of it, so that it is built again; one that is absent is no matter."""
        _remove(self._path(key))
        _remove(self._path(key).with_suffix(".json"))

    def read_extra(self, key: EngineKey, kind: Extra) -> bytes:
        """A builder's cache, shared by all engines of one runtime's version and one GPU with its driver; empty when there is none."""
        try:
            return self._extra(key, kind).read_bytes()
        except OSError:
            return b""

    def write_extra(self, key: EngineKey, kind: Extra, data: bytes) -> None:
        """Replace a builder's cache. Raises `EngineError` when the disk won't have it."""
        write_engine_file(self._extra(key, kind), data)

    def entries(self) -> list[StoredEngine]:
        """All engines and refusals noted, by runtime, GPU and graph; their bytes are not looked at."""
        notes = (_read_note(path) for path in self.folder.glob("*.json"))
        return sorted(
            (note for note in notes if note), key=lambda note: (note.key.runtime, note.key.gpu, note.key.graph, note.key.precision)
        )

    def prune(self, keep: Callable[[StoredEngine], bool]) -> int:
        """Remove the engines and refusals that `keep` does not want, and files that belong to none; returns the bytes freed."""
        kept = {note.key.digest for note in self.entries() if keep(note)}
        freed = 0
        for path in self.folder.glob("*"):
            if path.is_file() and path.stem not in kept:
                with suppress(OSError):
                    freed += path.stat().st_size
                    path.unlink()
        return freed

    def import_folder(self, folder: Path) -> int:
        """Copy engines made ahead of time, each taken once its key is asked for; returns how many. Raises `EngineError`."""
        return EngineFolder(folder).copy_to(self._ahead)

    @property
    def _ahead(self) -> EngineFolder:
        return EngineFolder(self.folder / "ahead")

    def _path(self, key: EngineKey) -> Path:
        return self.folder / f"{key.digest}.engine"

    def _extra(self, key: EngineKey, kind: Extra) -> Path:
        return self.folder / "caches" / f"{key.shared_digest}.{kind}"

    def _write_note(self, note: StoredEngine) -> None:
        write_engine_file(note.path.with_suffix(".json"), note.model_dump_json(indent=1, exclude={"path"}).encode())


def _read_note(path: Path) -> StoredEngine | None:
    try:
        facts = json.loads(path.read_bytes())
        return StoredEngine.model_validate({**facts, "path": path.with_suffix(".engine")})
    except (OSError, ValueError, TypeError, ValidationError):
        return None


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
