"""Engines on disk: trusted only with their note, removed when damaged, taken from elsewhere where they fit."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engines.building.engine_folder import EngineFolder, MadeEngine, write_engine_file
from engines.building.engine_store import EngineKey, EngineStore, Verdict
from puppet.errors import EngineError

KEY = EngineKey(
    graph="a" * 64,
    precision="f16",
    runtime="tensorrt-rtx",
    version="1.7.1",
    driver="13.0",
    gpu="NVIDIA GeForce RTX 3060",
    chip="sm_86",
    form=1,
)
GOOD = Verdict(points=1e-4, psnr=48.0, passed=True)
BAD = Verdict(points=1e-4, psnr=6.0, passed=False, reason="it draws black in 6 of 6 pictures")


@pytest.fixture
def store(tmp_path: Path) -> EngineStore:
    return EngineStore(tmp_path / "engines")


def other(**changes: str) -> EngineKey:
    return KEY.model_copy(update=changes)


def test_default_folder_is_in_the_cache(home: Path) -> None:
    EngineStore().add(KEY, b"engine", 1.0)
    assert [path.suffix for path in home.rglob("engines/*") if path.is_file()].count(".engine") == 1


def test_what_was_added_is_found_and_not_accepted(store: EngineStore) -> None:
    assert store.find(KEY) is None
    store.add(KEY, b"engine", 1.5)
    found = store.find(KEY)
    assert found is not None
    assert (found.path.read_bytes(), found.size, found.seconds, found.accepted, found.rejected) == (b"engine", 6, 1.5, False, "")


@pytest.mark.parametrize("field", EngineKey.model_fields)
def test_engine_of_another_key_is_not_found(store: EngineStore, field: str) -> None:
    another = KEY.model_copy(update={field: 99 if field == "form" else "other"})
    store.add(KEY, b"engine", 1.0)
    assert store.find(another) is None
    assert another.digest != KEY.digest


def test_digest_is_the_same_in_every_process() -> None:
    assert KEY.digest == EngineKey.model_validate_json(KEY.model_dump_json()).digest
    assert KEY.digest == "4a9e7589b51ddafe219e57ca24bbce6f"


@pytest.mark.parametrize("damage", [b"engina", b"engin", b"engines", b""])
def test_damaged_engine_is_removed(store: EngineStore, damage: bytes) -> None:
    store.add(KEY, b"engine", 1.0).path.write_bytes(damage)
    assert store.find(KEY) is None
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_engine_without_a_note_counts_for_nothing(store: EngineStore) -> None:
    """A crash between the two files leaves that."""
    path = store.add(KEY, b"engine", 1.0).path
    path.with_suffix(".json").unlink()
    assert store.find(KEY) is None
    assert store.entries() == []


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"key": 3}', "\0"])
def test_damaged_note_counts_for_nothing(store: EngineStore, note: str) -> None:
    store.add(KEY, b"engine", 1.0).path.with_suffix(".json").write_text(note, encoding="utf-8")
    assert store.find(KEY) is None
    assert store.refusal(KEY) is None
    store.add(KEY, b"again", 1.0)
    assert store.find(KEY) is not None


def test_note_of_another_key_under_this_name_counts_for_nothing(store: EngineStore) -> None:
    path = store.add(KEY, b"engine", 1.0).path
    twin = store.add(other(driver="12.8"), b"engine", 1.0).path
    path.with_suffix(".json").write_bytes(twin.with_suffix(".json").read_bytes())
    assert store.find(KEY) is None


def test_accepted_engine_keeps_its_verdict(store: EngineStore) -> None:
    added = store.add(KEY, b"engine", 1.0)
    store.accept([added, added.model_copy(update={"key": other(precision="f32")})], GOOD)
    found = EngineStore(store.folder).find(KEY)
    assert found is not None
    assert found.accepted
    assert found.verdict == GOOD
    assert store.find(other(precision="f32")) is None, "what is not there can't be accepted"


def test_engine_built_again_is_not_accepted(store: EngineStore) -> None:
    first = store.add(KEY, b"engine", 1.0)
    store.accept([first], GOOD)
    store.add(KEY, b"another", 1.0)
    store.accept([first], GOOD)
    found = store.find(KEY)
    assert found is not None
    assert not found.accepted


def test_rejected_engine_is_removed_and_its_reason_stays(store: EngineStore) -> None:
    path = store.add(KEY, b"engine", 1.0).path
    store.reject([KEY], BAD)
    assert not path.exists()
    assert store.find(KEY) is None
    assert store.refusal(KEY) == BAD
    assert [entry.rejected for entry in store.entries()] == [BAD.reason]
    store.add(KEY, b"mended", 1.0)
    assert store.refusal(KEY) is None


def test_caches_are_shared_by_one_runtime_and_gpu(store: EngineStore) -> None:
    assert store.read_extra(KEY, "timing") == b""
    store.write_extra(KEY, "timing", b"times")
    assert store.read_extra(other(graph="b" * 64, precision="f32"), "timing") == b"times"
    assert store.read_extra(KEY, "runtime") == b""
    for changes in ({"version": "1.8"}, {"chip": "sm_89"}, {"runtime": "tensorrt"}, {"driver": "13.1"}):
        assert store.read_extra(other(**changes), "timing") == b""


def test_prune_keeps_what_is_wanted(store: EngineStore) -> None:
    kept = store.add(KEY, b"engine", 1.0).path
    gone = store.add(other(version="1.6"), b"old engine", 1.0).path
    orphan = store.folder / "0123.engine"
    orphan.write_bytes(b"lost")
    store.write_extra(KEY, "timing", b"times")
    noted = gone.with_suffix(".json").stat().st_size
    assert store.prune(lambda entry: entry.key.version == "1.7.1") == len(b"old engine") + len(b"lost") + noted
    assert kept.exists()
    assert not gone.exists()
    assert not orphan.exists()
    assert store.read_extra(KEY, "timing") == b"times"
    assert [entry.key for entry in store.entries()] == [KEY]


def test_engine_made_ahead_is_taken_for_any_driver_of_its_chip(store: EngineStore, tmp_path: Path) -> None:
    EngineFolder(tmp_path / "made").add([MadeEngine(other(driver="", gpu=""), b"made ahead")])
    assert (tmp_path / "made" / "sm_86" / f"{'a' * 64}.f16.engine").read_bytes() == b"made ahead"
    assert store.take(KEY) is None
    taken = store.take(KEY, tmp_path / "made")
    assert taken is not None
    assert not taken.accepted, "it must pass the gate here"
    found = store.find(KEY)
    assert found is not None
    assert found.path.read_bytes() == b"made ahead"


@pytest.mark.parametrize("field", ["graph", "precision", "runtime", "version", "chip"])
def test_engine_made_ahead_for_something_else_is_not_taken(store: EngineStore, tmp_path: Path, field: str) -> None:
    EngineFolder(tmp_path / "made").add([MadeEngine(KEY, b"made ahead")])
    assert store.take(other(**{field: "sm_89" if field == "chip" else "b"}), tmp_path / "made") is None


def test_engine_made_ahead_of_a_graph_typed_otherwise_is_not_taken(store: EngineStore, tmp_path: Path) -> None:
    EngineFolder(tmp_path / "made").add([MadeEngine(KEY, b"made ahead")])
    assert store.take(KEY.model_copy(update={"form": 99}), tmp_path / "made") is None


def test_engine_made_on_another_system_is_not_taken(store: EngineStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EngineFolder(tmp_path / "made").add([MadeEngine(KEY, b"made ahead")])
    monkeypatch.setattr(sys, "platform", "another")
    assert store.take(KEY, tmp_path / "made") is None


def test_folder_is_imported_and_needed_no_more(store: EngineStore, tmp_path: Path) -> None:
    made = EngineFolder(tmp_path / "made")
    made.add([MadeEngine(KEY, b"for 86")])
    made.add([MadeEngine(other(chip="sm_89"), b"for 89")])
    assert store.import_folder(tmp_path / "made") == 2
    for path in (tmp_path / "made").rglob("*.engine"):
        path.unlink()
    assert store.take(KEY) is not None
    assert store.take(other(chip="sm_89")) is not None


def test_damaged_engine_of_a_folder_is_neither_imported_nor_taken(store: EngineStore, tmp_path: Path) -> None:
    EngineFolder(tmp_path / "made").add([MadeEngine(KEY, b"made ahead")])
    next((tmp_path / "made").rglob("*.engine")).write_bytes(b"made ahemm")
    assert store.take(KEY, tmp_path / "made") is None
    with pytest.raises(EngineError, match="is damaged"):
        store.import_folder(tmp_path / "made")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"engines": [{"graph": "a"}]}', b"\xff\xfe"])
def test_a_manifest_that_is_damaged_is_not_written_anew(store: EngineStore, tmp_path: Path, content: bytes) -> None:
    made = EngineFolder(tmp_path / "made")
    made.add([MadeEngine(KEY, b"for 86")])
    manifest = tmp_path / "made" / "manifest.json"
    manifest.write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(EngineError, match=r"made.manifest\.json is damaged") as caught:
        made.add([MadeEngine(other(chip="sm_89"), b"for 89")])
    assert caught.value.hint
    assert manifest.read_bytes() == content
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(EngineError, match="is damaged"):
        store.import_folder(tmp_path / "made")
    assert store.take(KEY, tmp_path / "made") is None, "it is built here instead"


def test_folder_without_engines_can_not_be_imported(store: EngineStore, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds no engines"):
        store.import_folder(tmp_path)


@pytest.mark.parametrize(("field", "value"), [("graph", "../../a"), ("precision", "../f16"), ("chip", "..")])
def test_manifest_can_not_reach_out_of_its_folder(tmp_path: Path, field: str, value: str) -> None:
    EngineFolder(tmp_path).add([MadeEngine(KEY, b"made ahead")])
    manifest = tmp_path / "manifest.json"
    rows = json.loads(manifest.read_text(encoding="utf-8"))
    rows["engines"][0][field] = value
    manifest.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(EngineError, match="is damaged"):
        EngineFolder(tmp_path).engines()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EngineError, match="can't be made"):
        EngineStore(tmp_path / "engines").add(KEY, b"engine", 1.0)


def test_threads_of_one_program_write_one_file_whole(tmp_path: Path) -> None:
    written = [bytes([number]) * 100_000 for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(10):
            list(threads.map(write_engine_file, [tmp_path / "kernels"] * 4, written))
            assert (tmp_path / "kernels").read_bytes() in written


def test_file_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "engines").write_bytes(b"in the way")
    with pytest.raises(EngineError, match="can't be made"):
        EngineStore(tmp_path / "engines").add(KEY, b"engine", 1.0)
