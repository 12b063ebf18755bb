"""What steps are fed with: the same pairs from memory and from disk, of the clips that the stage wants."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_pack import LENGTH, read_index, write_index
from tests.training.small_run import RECIPE, joint
from training.fitting.batch import Batch
from training.fitting.feed import DiskFeed, Draws, MemoryFeed, Rows, Wanted, frame_bytes, read_all
from training.recipes.recipe import Recipe

KEY = (0, 0)


def wanted(recipe: Recipe = RECIPE, part: Any = "train", **plan: Any) -> Wanted:
    return Wanted(recipe.training.stages[0], recipe.training.model_copy(update=plan), part)


def feed_of(pack: Path, rows: Rows, kind: type[MemoryFeed] | type[DiskFeed], workers: int = 0) -> MemoryFeed | DiskFeed:
    want = wanted()
    if kind is MemoryFeed:
        faces = read_all(want, [pack], None, None)
        return MemoryFeed(faces, Draws(want.sampler(faces, 0.2), KEY, rows), torch.device("cpu"))
    store = want.open([pack])
    return DiskFeed(store, Draws(want.sampler(store, 0.2), KEY, rows), workers)


def assert_equal(one: Batch, other: Batch) -> None:
    for left, right in zip(one, other, strict=True):
        assert torch.equal(left, right)


def test_disk_gives_what_memory_gives(pack: Path) -> None:
    rows = Rows(4, 0, 4)
    kept, decoded, by_workers = (
        list(feed.batches(0, 2))
        for feed in (feed_of(pack, rows, MemoryFeed), feed_of(pack, rows, DiskFeed), feed_of(pack, rows, DiskFeed, workers=2))
    )
    assert kept[0].source.shape == (4, 64, 64, 3)
    assert kept[0].source_marks.shape == (4, 68, 2)
    for one, other, third in zip(kept, decoded, by_workers, strict=True):
        assert_equal(one, other)
        assert_equal(one, third)


def test_a_step_is_the_same_whenever_it_is_asked_for_and_whoever_shares_it(pack: Path) -> None:
    whole = list(feed_of(pack, Rows(4, 0, 4), MemoryFeed).batches(0, 3))
    assert not torch.equal(whole[0].target, whole[2].target)
    assert_equal(next(feed_of(pack, Rows(4, 0, 4), MemoryFeed).batches(2, 3)), whole[2])
    halves = [next(feed_of(pack, Rows(4, first, 2), MemoryFeed).batches(2, 3)) for first in (0, 2)]
    assert_equal(Batch(*(torch.cat([one, other]) for one, other in zip(*halves, strict=True))), whole[2])


def test_people_are_held_out_or_ends_are(pack: Path) -> None:
    by_people = [wanted(part=part).open([pack]) for part in ("train", "val")]
    assert [{clip.identity for clip in store.clips} for store in by_people] == [{"ann", "carl"}, {"bob", "dora"}]

    ends = [wanted(part=part, held_out="ends") for part in ("train", "val")]
    store = ends[0].open([pack])
    assert {clip.identity for clip in store.clips} == {"ann", "bob", "carl", "dora"}
    assert frame_bytes(store) == (4 * LENGTH + 2) * 64 * 64 * 3
    random = np.random.default_rng(0)
    drawn = [np.concatenate(want.sampler(store, 0.2).draw(300, random)) for want in ends]
    assert not set(drawn[0]) & set(drawn[1])
    starts = np.array([clip.start for clip in store.clips])
    own = [{int(number - starts[starts <= number].max()) for number in numbers} for numbers in drawn]
    assert own[0] == {*range(LENGTH - 2), LENGTH}, "the beginning and the stills"
    assert own[1] == {LENGTH - 2, LENGTH - 1}


def test_landmarks_are_asked_for_only_by_stages_that_use_them(pack: Path, tmp_path: Path) -> None:
    import shutil

    blind = shutil.copytree(pack, tmp_path / "blind")
    write_index(blind, [{**entry, "landmarks": "none", "still": None} for entry in read_index(blind)])
    with pytest.raises(TrainingError, match="no clip with landmarks to train on") as caught:
        wanted().open([blind])
    assert "puppet-train prepare" in caught.value.hint
    want = wanted(joint())
    store = want.open([blind])
    batch = next(DiskFeed(store, Draws(want.sampler(store, 0.2), KEY, Rows(2, 0, 2)), 0).batches(0, 1))
    assert torch.isnan(batch.source_marks).all()
    assert not torch.equal(batch.source, batch.target)


def test_nobody_to_validate_with_is_told(pack: Path, tmp_path: Path) -> None:
    import shutil

    alone = shutil.copytree(pack, tmp_path / "alone")
    write_index(alone, [{**entry, "split": "train"} for entry in read_index(alone)])
    with pytest.raises(TrainingError, match="no clip to validate with") as caught:
        wanted(joint(), "val").open([alone])
    assert "held_out: ends" in caught.value.hint


def test_clips_may_be_drawn_evenly_instead_of_people(pack: Path, tmp_path: Path) -> None:
    import shutil

    one = shutil.copytree(pack, tmp_path / "one")
    entries = read_index(one)
    write_index(one, [{**entry, "split": "train", "identity": "dora" if index == 3 else "ann"} for index, entry in enumerate(entries)])
    shares = {}
    for balance in ("clips", "identity"):
        want = wanted(joint(balance=balance))
        store = want.open([one])
        sources, _ = want.sampler(store, 0.25).draw(2000, np.random.default_rng(0))
        shares[balance] = float(np.mean([store.find(int(number))[0] == 3 for number in sources]))
    assert shares["clips"] == pytest.approx(0.125, abs=0.03)
    assert shares["identity"] > shares["clips"] + 0.03
