"""A data set under preparation: the journal of what is done, and the index made from it, of one of any number of shards."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from puppet.errors import TrainingError
from puppet.media.whole_file import unwritable
from training.preparing.preparation import Preparation, VideoRecord

JOURNAL = "prepared"
"""Start of the names of journals: one line that says how clips are made, then one for each video that is done."""

OF_RENDERED = {"source_yaw", "landmark_check", "tier"}
"""What an index does not say of recordings."""


class PreparedDataset:
    """A folder that becomes a pack: clips in `real`, `index*.jsonl`, `left_out*.jsonl` and the journals `prepared*.jsonl`.

    Shards write files of their own, so that many machines can work on one folder. A video that any journal tells of is done.
    Raises `MediaError` where the folder can't be written, `TrainingError` where it was begun in another way.
    """

    def __init__(self, folder: Path, wish: Preparation, shard: tuple[int, int] = (1, 1)) -> None:
        self.folder = folder
        self._suffix = "" if shard[1] == 1 else f"_{shard[0]}_of_{shard[1]}"
        self._journal = folder / f"{JOURNAL}{self._suffix}.jsonl"
        try:
            (folder / "real").mkdir(parents=True, exist_ok=True)
            self.records = self._read(self._journal, wish)
            self._elsewhere: set[str] = set()
            for other in sorted(folder.glob(f"{JOURNAL}*.jsonl")):
                if other != self._journal:
                    self._elsewhere |= {key for key, record in self._read(other, wish).items() if _is_done(record)}
            self._rewrite(self._journal, [wish, *self.records.values()])  # without a line that was cut short
        except OSError as error:
            raise unwritable(folder, error) from error

    def is_done(self, key: str) -> bool:
        """Whether nothing is left to do for a video: a file of which nothing could be read is tried again."""
        return key in self._elsewhere or (key in self.records and _is_done(self.records[key]))

    def add(self, record: VideoRecord) -> None:
        """Note that a video is done; its clips are in their place."""
        self.records[record.key] = record
        try:
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(_line(record))
        except OSError as error:
            raise unwritable(self._journal, error) from error

    def write_index(self) -> None:
        """Write the index and the list of what was left out, each whole."""
        records = sorted(self.records.values(), key=lambda record: record.source)
        try:
            self._rewrite(self.folder / f"index{self._suffix}.jsonl", [clip for record in records for clip in record.clips], OF_RENDERED)
            self._rewrite(self.folder / f"left_out{self._suffix}.jsonl", [stretch for record in records for stretch in record.left_out])
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def _rewrite(self, path: Path, models: Sequence[BaseModel], apart_from: set[str] | None = None) -> None:
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            beside.write_text("".join(_line(model, apart_from) for model in models), encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def _read(self, journal: Path, wish: Preparation) -> dict[str, VideoRecord]:
        """The records of a journal by key, of each video the latest."""
        if not journal.exists():
            return {}
        lines = journal.read_bytes().split(b"\n")[:-1]  # a line without an end was cut short
        try:
            before = Preparation.model_validate_json(lines[0]) if lines else wish
            records = [VideoRecord.model_validate_json(line) for line in lines[1:]]
        except ValidationError as error:
            raise TrainingError(f"{journal} is damaged.", "Prepare into another folder.") from error
        changed = [f"{name} {getattr(before, name)}" for name in Preparation.model_fields if getattr(before, name) != getattr(wish, name)]
        if changed:
            raise TrainingError(f"{self.folder} was prepared with {', '.join(changed)}.", "Ask for the same, or name another folder.")
        return {record.key: record for record in records}


def _is_done(record: VideoRecord) -> bool:
    return bool(record.clips) or not record.damage


def _line(model: BaseModel, apart_from: set[str] | None = None) -> str:
    return json.dumps(model.model_dump(mode="json", exclude_none=True, exclude=apart_from), ensure_ascii=False) + "\n"
