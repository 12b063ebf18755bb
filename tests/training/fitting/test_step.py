"""A step's forward half: both frames change alike, and each network sees what its stage says."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.training.small_run import NETWORKS, RECIPE
from training.data.anchors import Anchors, load_mean_face, make_anchors
from training.data.packs import read_faces
from training.fitting.step import Batch, Judges, Step
from training.networks.first_order import coordinate_grid
from training.networks.pair import NetworkPair, build_networks
from training.networks.tensors import Animated, Appearance, Keypoints
from training.objectives.losses import Losses
from training.objectives.perceptual import Lpips
from training.recipes.recipe import LOSSES, Stage

DETECTOR, GENERATOR = RECIPE.training.stages


class StandsStill(nn.Module):
    """A generator that shows its source and notes what it was given."""

    def encode(self, image: Tensor) -> Appearance:
        return {"image": image}

    def animate(self, appearance: Appearance, source: Keypoints, driving: Keypoints) -> Animated:
        self.seen = source, driving
        image = appearance["image"]
        grid = coordinate_grid(64, 64, align_corners=False, like=image).expand(len(image), 64, 64, 2)
        return Animated(image, image, grid, image[:, :1])


@pytest.fixture(scope="module")
def data(pack: Path) -> tuple[Batch, Anchors]:
    """Four pairs of different frames, and the anchors."""
    faces = read_faces([pack], 64, lambda entry: True)
    frames, marks = torch.from_numpy(faces.frames), torch.from_numpy(faces.landmarks)
    sources, targets = torch.tensor([0, 3, 14, 30]), torch.tensor([6, 9, 20, 35])
    batch = Batch(frames[sources], frames[targets], marks[sources], marks[targets])
    return batch, make_anchors(load_mean_face(), torch.device("cpu"))


def stage_losses(pair: NetworkPair, stage: Stage, batch: Batch, anchors: Anchors, lpips: Lpips | None = None) -> Losses:
    """The losses of a step."""
    return Step(pair, stage, Judges(anchors, lpips)).losses(batch)[0]


def same(batch: Batch) -> Batch:
    """Pairs of a frame and itself."""
    return Batch(batch.source, batch.source, batch.source_marks, batch.source_marks)


def still_pair() -> tuple[NetworkPair, StandsStill]:
    torch.manual_seed(0)
    generator = StandsStill()
    detector = build_networks(NETWORKS).eval().requires_grad_(False).detector
    return NetworkPair(NETWORKS, detector, generator), generator  # type: ignore[arg-type]


def generator_stage(exact_share: float, *weights: str) -> Stage:
    """The generator's stage with these losses, or its own."""
    named = dict.fromkeys(weights, 1.0) or GENERATOR.weights
    return GENERATOR.model_copy(update={"exact_share": exact_share, "weights": named})


def test_both_frames_of_a_pair_are_moved_and_coloured_alike(data: tuple[Batch, Anchors]) -> None:
    """A frame and itself stay equal, and its landmarks lie at the same places, whatever is drawn by chance."""
    batch, anchors = data
    pair, generator = still_pair()
    for seed in range(3):
        torch.manual_seed(seed)
        losses = stage_losses(pair, generator_stage(1.0), same(batch), anchors)
        assert all(float(loss) == pytest.approx(0, abs=1e-5) for loss in losses.values())
        for one, other in zip(*generator.seen, strict=True):
            torch.testing.assert_close(one, other)
    assert stage_losses(pair, generator_stage(1.0), batch, anchors)["l1"] > 0.01


def test_exact_share_chooses_between_anchors_and_detected_points(data: tuple[Batch, Anchors]) -> None:
    batch, anchors = data
    pair, generator = still_pair()
    stage_losses(pair, generator_stage(0.0), same(batch), anchors)
    source, driving = generator.seen
    assert not torch.equal(source.points, driving.points), "the detector sees the driver degraded"
    torch.testing.assert_close(source.jacobians, torch.eye(2).expand_as(source.jacobians))  # what a fresh detector says
    stage_losses(pair, generator_stage(1.0), batch, anchors)
    assert (generator.seen[0].jacobians - torch.eye(2)).abs().amax(dim=(1, 2, 3)).min() > 0.02
    torch.manual_seed(3)
    exact = []
    for _ in range(20):
        stage_losses(pair, generator_stage(0.5), batch, anchors)
        difference = (generator.seen[0].jacobians - torch.eye(2)).abs().amax(dim=(1, 2, 3))
        exact.append(difference > 1e-3)
        assert torch.equal(exact[-1], (generator.seen[1].jacobians - torch.eye(2)).abs().amax(dim=(1, 2, 3)) > 1e-3)
    assert 0.3 < torch.cat(exact).float().mean() < 0.7


@pytest.mark.parametrize("stage", [DETECTOR, GENERATOR], ids=["detector", "generator"])
def test_gradients_reach_the_learner_alone(data: tuple[Batch, Anchors], stage: Stage) -> None:
    batch, anchors = data
    torch.manual_seed(0)
    pair = build_networks(NETWORKS)
    losses = stage_losses(pair, stage, batch, anchors)
    assert all(torch.isfinite(loss) and loss > 0 for loss in losses.values())
    torch.autograd.backward(torch.stack([losses[name] for name in stage.weights]).sum())
    learnt = {name.split(".")[0] for name, parameter in pair.named_parameters() if parameter.grad is not None}
    assert learnt == {stage.learn}


def test_losses_have_the_names_that_recipes_weigh(data: tuple[Batch, Anchors]) -> None:
    batch, anchors = data
    pair, _ = still_pair()
    assert tuple(stage_losses(pair, DETECTOR, batch, anchors)) == LOSSES["detector"]
    names = [name for name in LOSSES["generator"] if name not in ("perceptual", "gan", "features")]
    assert list(stage_losses(pair, generator_stage(0.5, *names), batch, anchors, Lpips())) == names


def test_what_the_detector_sees_again(data: tuple[Batch, Anchors]) -> None:
    """Nothing where the result is the target, something where it is not, and a way back to the result."""
    batch, anchors = data
    torch.manual_seed(0)
    pair = build_networks(NETWORKS).eval()
    stage = generator_stage(1.0, "seen_points", "seen_gaps")
    pair.detector.requires_grad_(False)
    losses = stage_losses(pair, stage, batch, anchors)
    assert losses["seen_points"] > 0
    torch.autograd.backward(losses["seen_points"] + losses["seen_gaps"])
    head = pair.generator.get_parameter("head.weight").grad
    assert head is not None
    assert torch.isfinite(head).all()
    assert head.abs().max() > 0

    shown, _ = still_pair()
    same_again = stage_losses(shown, stage, same(batch), anchors)
    assert float(same_again["seen_points"]) == pytest.approx(0, abs=1e-5)
    assert float(same_again["seen_gaps"]) == pytest.approx(0, abs=1e-5)


def test_detector_sees_both_frames_of_every_pair(data: tuple[Batch, Anchors]) -> None:
    batch, anchors = data
    pair, _ = still_pair()
    seen: list[Tensor] = []
    step = Step(pair, DETECTOR, Judges(anchors))

    def look(images: Tensor) -> Keypoints:
        seen.append(images)
        found: Keypoints = pair.detector(images)
        return found

    step.calls = step.calls._replace(look=look)
    step.losses(batch)
    (images,) = seen
    assert images.shape == (8, 3, 64, 64)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert 0 <= images.min() <= images.max() <= 1
