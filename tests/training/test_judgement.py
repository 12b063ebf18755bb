"""Which clips are judged, and how their figures are summed up."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from puppet.demo import DemoAnimator, DemoFaceFinder
from puppet.errors import TrainingError
from tests.training.small_bench import SIDE, ColourEmbedder, PerfectAnimator
from tests.training.small_pack import LENGTH, SKIN, draw_face, moving_face
from training.evaluation import ClipView
from training.judgement import Bench, Judgement, Subjects, choose_subjects, judge


@pytest.fixture
def bench() -> Bench:
    return Bench(PerfectAnimator(), DemoFaceFinder(), ColourEmbedder())


def view(name: str, number: float, *, real: bool = True, still: bool = False) -> ClipView:
    """A clip of eleven frames; its person is named by the letter before the digit."""
    frames = [draw_face(moving_face(number + index / 5), SKIN["carl"]) for index in range(11)]
    return ClipView(name, name[:-1], real, frames, draw_face(moving_face(number), SKIN["ann"]) if still else None)


def test_unseen_people_are_chosen(pack: Path, bench: Bench) -> None:
    subjects = choose_subjects([pack], bench, portraits=6, rendered=16, stride=3)
    assert [clip.name for clip in subjects.real] == ["dora_1"]
    assert [clip.name for clip in subjects.rendered] == ["bob_1"]
    assert [clip.name for clip in subjects.wearers] == ["bob_1"]
    assert (len(subjects.real[0].frames), len(subjects.rendered[0].frames)) == (LENGTH // 3, LENGTH)
    assert subjects.real[0].still is None
    still = subjects.wearers[0].still
    assert still is not None
    assert np.abs(still.astype(float) - draw_face(moving_face(8.0), SKIN["bob"])).mean() < 8
    assert not still.flags.writeable
    face = bench.finder.find(still)
    assert face is not None
    np.testing.assert_allclose(bench.embedder.centre, bench.embedder.raw(still, face), atol=1e-6)


def test_frames_have_the_model_s_side(pack: Path) -> None:
    bench = Bench(DemoAnimator(96), DemoFaceFinder(), ColourEmbedder())
    subjects = choose_subjects([pack], bench, portraits=1, rendered=0, stride=1)
    assert subjects.real[0].frames[0].shape == (96, 96, 3)
    assert subjects.rendered == []


def test_portraits_are_spread_over_all_people(monkeypatch: pytest.MonkeyPatch, pack: Path, bench: Bench) -> None:
    from training import judgement
    from training.packs import Clip, FaceFrames

    frames = np.stack([draw_face(moving_face(index)) for index in range(18)])
    clips = [Clip(f"p{number}_{take}", f"p{number}", False, 3 * number, 2, 3 * number + 2) for number in range(6) for take in range(2)]
    marks = np.zeros((18, 68, 2), np.float32)
    monkeypatch.setattr(judgement, "read_faces", lambda data, side, keep: FaceFrames(frames, marks, clips))
    subjects = choose_subjects([pack], bench, portraits=3, rendered=5, stride=1)
    assert [wearer.identity for wearer in subjects.wearers] == ["p0", "p2", "p5"]
    assert len(subjects.rendered) == 5
    assert subjects.real == []


def test_every_clip_and_pair_is_judged(bench: Bench, tmp_path: Path) -> None:
    subjects = Subjects([view("a1", 0), view("b1", 2)], [view("c1", 4, real=False)], [view("d1", 1, still=True), view("e1", 3, still=True)])
    told: list[tuple[int, int]] = []
    found = judge(bench, subjects, tmp_path / "out", lambda done, of: told.append((done, of)))
    assert told == [(done, 7) for done in range(1, 8)]
    assert list(found.reconstruction) == ["a1", "b1", "c1"]
    assert list(found.transfer) == [f"{wearer} driven by {driver}" for driver in ("a1", "b1") for wearer in ("d1", "e1")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["reconstruction.png", "transfer_a1.png", "transfer_b1.png"]
    sheet = cv2.imread(str(tmp_path / "out" / "transfer_a1.png"))
    assert sheet is not None
    assert (sheet.shape[0] // 132, sheet.shape[1] // 132) == (3, 8)
    assert found.means["real_l1"] == found.means["rendered_l1"] == 0
    assert found.means["transfer_missing"] == 0
    assert found.means["transfer_roll"] == pytest.approx(1)
    assert "transfer_mouth" not in found.means


def test_means_keep_real_and_rendered_apart(tmp_path: Path) -> None:
    bench = Bench(DemoAnimator(SIDE), DemoFaceFinder(), ColourEmbedder())
    clips = [view("a1", 0), view("b1", 2)], [view("c1", 4, real=False)]
    found: Judgement = judge(bench, Subjects(*clips, []), tmp_path)
    for figure in ("l1", "l1_still", "akd", "akd_still", "missing", "aed"):
        real = [found.reconstruction[name][figure] for name in ("a1", "b1")]
        assert found.means[f"real_{figure}"] == pytest.approx(np.mean(real))
        assert found.means[f"rendered_{figure}"] == found.reconstruction["c1"][figure]
    assert found.transfer == {}
    assert not [name for name in found.means if name.startswith("transfer")]


def test_output_that_can_t_be_made_is_told(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(TrainingError, match=r"folder .*file can't be made"):
        judge(bench, Subjects([], [], []), tmp_path / "file")
