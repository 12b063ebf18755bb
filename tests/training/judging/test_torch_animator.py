"""A checkpoint behind the animator's protocol draws what its networks draw."""

import numpy as np
import pytest
import torch

from puppet.animator import Animator
from puppet.contract import ModelCard
from puppet.errors import EngineError
from puppet.motion import Motion, retarget
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from tests.training.small_pack import draw_face, moving_face
from training.configuration import Configuration
from training.judging.torch_animator import TorchAnimator

CARD = ModelCard(name="small", family="compact", side=64, keypoint_count=3, align_corners=False, licence="MIT")
BOTH = pytest.mark.parametrize("configuration", [SMALL_FOMM, SMALL_COMPACT], ids=["fomm", "compact"])


def animator(configuration: Configuration = SMALL_COMPACT) -> TorchAnimator:
    return TorchAnimator(build_small(configuration).train(), CARD, torch.device("cpu"))


@BOTH
def test_it_draws_what_the_networks_draw(configuration: Configuration) -> None:
    judged: Animator = animator(configuration)
    portrait, driver = draw_face(moving_face(0.0)), draw_face(moving_face(0.6))
    source, driving = judged.wear(portrait), judged.detect(driver)
    drawn = judged.animate(driving)

    pair = build_small(configuration)
    images = torch.from_numpy(np.stack([portrait, driver])).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        first, second = pair.detector(images[:1]), pair.detector(images[1:])
        wanted = pair.generator.animate(pair.generator.encode(images[:1]), first, second).prediction
    for motion, keypoints in ((source, first), (driving, second)):
        np.testing.assert_allclose(motion.points, keypoints.points[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(motion.jacobians, keypoints.jacobians[0].numpy(), atol=1e-5)
    levels = (wanted[0].permute(1, 2, 0).numpy() * 255).round()
    assert np.abs(drawn - levels).max() <= 1
    assert (drawn.dtype, drawn.shape, drawn.flags.writeable) == (np.dtype(np.uint8), (64, 64, 3), False)
    assert drawn.std() > 1


def test_portraits_replace_one_another() -> None:
    judged = animator()
    pose = judged.wear(draw_face(moving_face(0.0)))
    first = judged.animate(pose)
    judged.wear(draw_face(moving_face(0.0), (90, 60, 200)))
    assert not np.array_equal(judged.animate(pose), first)
    judged.wear(draw_face(moving_face(0.0)))
    np.testing.assert_array_equal(judged.animate(pose), first)


def test_pose_may_come_from_retargeting_and_be_frozen() -> None:
    judged = animator()
    source = judged.wear(draw_face(moving_face(0.0)))
    neutral = judged.detect(draw_face(moving_face(0.4)))
    posed = retarget(source, neutral, neutral)
    drawn = judged.animate(posed)
    assert np.abs(drawn.astype(int) - judged.animate(source)).max() <= 1
    wide = Motion(posed.points.astype(np.float64), posed.jacobians)
    np.testing.assert_array_equal(judged.animate(wide), drawn)


def test_nothing_is_worn_before_and_after() -> None:
    judged = animator()
    pose = judged.detect(draw_face(moving_face(0.0)))
    with pytest.raises(EngineError, match="No portrait is worn"):
        judged.animate(pose)
    judged.wear(draw_face(moving_face(0.0)))
    judged.close()
    judged.close()
    with pytest.raises(EngineError, match="No portrait is worn"):
        judged.animate(pose)
