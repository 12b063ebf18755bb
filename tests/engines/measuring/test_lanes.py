"""A lane of the race: what its turns record."""

from pathlib import Path

import numpy as np
import pytest

from engines.animator import open_animator
from engines.measuring.bench import moved_pictures
from engines.measuring.lanes import ANIMATE, APPEARANCE, FRAME, HOST, KEYPOINTS, RETARGET, STAGES, Lane
from engines.model_animator import ModelAnimator
from puppet.demo import demo_picture
from puppet.errors import EngineError
from tests.toy_model import make_toy_model

SIDE = 32


def opened(folder: Path) -> ModelAnimator:
    make_toy_model(folder, SIDE)
    return open_animator(folder, "openvino", threads=1)


def test_turns_time_every_stage(tmp_path: Path) -> None:
    portrait = demo_picture(0, SIDE, SIDE)
    with Lane(lambda: opened(tmp_path / "toy"), portrait) as lane:
        assert lane.opening > 0
        assert lane.memory.device is None
        assert lane.name.startswith("openvino CPU ")
        assert lane.turns == []
        for _ in range(3):
            lane.take_turn(moved_pictures(portrait, 2), length=0.01)
        frames = len(lane.seconds[FRAME])
        assert frames >= 6
        assert {stage: len(seconds) for stage, seconds in lane.seconds.items()} == {
            stage: 3 if stage == APPEARANCE else frames for stage in STAGES
        }
        parts = np.sum([lane.seconds[stage] for stage in (KEYPOINTS, RETARGET, ANIMATE)], axis=0)
        assert np.allclose(lane.seconds[FRAME], parts)
        assert np.all(np.array(lane.seconds[HOST]) > lane.seconds[RETARGET])
        assert all(set(turn) == set(STAGES) for turn in lane.turns)
        lane.clear()
        assert lane.turns == [] and not any(lane.seconds.values())


def test_an_animator_that_can_not_draw_is_closed(tmp_path: Path) -> None:
    animator = opened(tmp_path / "toy")
    with pytest.raises(EngineError):
        Lane(lambda: animator, demo_picture(0, SIDE * 2, SIDE * 2))
    with pytest.raises(EngineError, match="closed"):
        animator.detect(demo_picture(0, SIDE, SIDE))
