"""How takes follow one another, and how their figures are summed up."""

import numpy as np
import pytest

from puppet.animator import Animator
from puppet.demo import DemoAnimator, DemoFaceFinder
from tests.training.small_bench import SIDE, BlindAnimator, StillAnimator, small_tools
from tests.training.small_pack import SKIN, draw_face, moving_face
from training.judging.evaluation import ClipView, Driver, watch
from training.judging.judgement import MOMENTS, Judgement, Take, judge, sum_up
from training.judging.subjects import Portrait, Subjects


def driver(name: str, number: float, *, real: bool = True) -> Driver:
    """A clip of eleven frames; its person is named by the letter before the digit."""
    frames = [draw_face(moving_face(number + index / 5), SKIN["carl"]) for index in range(11)]
    return watch(ClipView(name, name[:-1], real, frames), DemoFaceFinder())


def portrait(name: str, number: float) -> Portrait:
    return Portrait(name, name, draw_face(moving_face(number), SKIN["ann"]))


SUBJECTS = Subjects([driver("a1", 0), driver("b1", 2)], [driver("c1", 4, real=False)], [portrait("d", 1), portrait("a", 3)])


def takes(*models: Animator) -> list[Take]:
    return list(judge(models, small_tools(), SUBJECTS))


def test_every_clip_and_pair_is_judged() -> None:
    told: list[tuple[int, int]] = []
    found = list(judge([DemoAnimator(SIDE)], small_tools(), SUBJECTS, lambda done, of: told.append((done, of))))
    assert told == [(done, 6) for done in range(1, 7)]
    names = ["a1", "b1", "c1", "d driven by a1", "d driven by b1", "a driven by b1"]
    assert [take.name for take in found] == names, "nobody is driven by a clip of their own"
    for take in found:
        assert (len(take.moments), len(take.results[0].moments)) == (MOMENTS, MOMENTS)
        assert len(take.results[0].motion.roll) == 11


def test_means_keep_real_and_rendered_apart() -> None:
    found = sum_up(takes(DemoAnimator(SIDE)))
    assert list(found.reconstruction) == ["a1", "b1", "c1"]
    for figure in ("l1", "l1_still", "lpips", "lpips_still", "akd", "akd_still", "missing", "aed", "sharpness"):
        assert found.means[f"real_{figure}"] == pytest.approx(np.mean([found.reconstruction[name][figure] for name in ("a1", "b1")]))
        assert found.means[f"rendered_{figure}"] == found.reconstruction["c1"][figure]
    assert found.means["real_l1_ratio"] == pytest.approx(found.means["real_l1"] / found.means["real_l1_still"])
    for figure in ("roll", "roll_gain", "identity", "missing", "jitter", "jitter_ratio", "sharpness"):
        assert found.means[f"transfer_{figure}"] == pytest.approx(np.mean([pair[figure] for pair in found.transfer.values()]))
    assert "transfer_mouth" not in found.means, "the drawn face's mesh keeps its mouth still"


def timeless(judgement: Judgement) -> Judgement:
    """The same without what hangs on the machine."""
    redrawn = {name: {key: value for key, value in figures.items() if key != "ms"} for name, figures in judgement.reconstruction.items()}
    return Judgement(redrawn, judgement.transfer, {key: value for key, value in judgement.means.items() if not key.endswith("_ms")})


def test_models_are_judged_on_the_same() -> None:
    both = takes(DemoAnimator(SIDE), StillAnimator(SIDE))
    alone = takes(StillAnimator(SIDE))
    assert timeless(sum_up(both, 1)) == timeless(sum_up(alone))
    assert timeless(sum_up(both, 0)) == timeless(sum_up(takes(DemoAnimator(SIDE))))
    assert sum_up(both, 0).means["transfer_roll"] > sum_up(both, 1).means["transfer_roll"]


def test_what_was_judged_until_now_can_be_summed_up() -> None:
    coming = judge([DemoAnimator(SIDE)], small_tools(), SUBJECTS)
    found = sum_up([next(coming), next(coming)])
    assert list(found.reconstruction) == ["a1", "b1"]
    assert (found.transfer, [key for key in found.means if not key.startswith("real_")]) == ({}, [])
    assert sum_up([]).means == {}


def test_lost_faces_are_worst_then_motion_that_does_not_arrive() -> None:
    blind, still, follows = ([take.badness for take in takes(model(SIDE))] for model in (BlindAnimator, StillAnimator, DemoAnimator))
    for lost, unmoved, moved in zip(blind, still, follows, strict=True):
        assert lost > unmoved > moved >= 0
