"""Checkpoints as PaddleGAN writes them: the numbers of the same weights in the published layout, and what is said of damage."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
import yaml
from torch import nn
from typer.testing import CliRunner

from puppet.contract import APPEARANCE, read_card
from puppet.errors import ModelError
from tests.training.small_networks import SMALL_FOMM, build_small, published, saved
from tests.training.small_paddle import paddle_weights, saved_paddle
from training.checkpoint import load_checkpoint, load_networks
from training.configuration import FommConfiguration
from training.exporting.export_command import convert
from training.networks.pair import NetworkPair
from training.recipes import recipe_files

HIGH = SMALL_FOMM.model_copy(update={"side": 128, "scale_factor": 0.25})
LIGHT = SMALL_FOMM.model_copy(update={"separable": True})


def drawn(pair: NetworkPair) -> list[torch.Tensor]:
    """Keypoints, Jacobians and the picture of one noisy portrait driven by another."""
    side = pair.configuration.side
    images = torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        source, driving = pair.detector(images[:1]), pair.detector(images[1:])
        return [*source, *driving, pair.generator(images[:1], source, driving).prediction]


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("configuration", [SMALL_FOMM, HIGH, LIGHT], ids=["full", "high", "light"])
def test_numbers_are_those_of_the_published_layout(tmp_path: Path, configuration: FommConfiguration, protocol: int) -> None:
    pair = build_small(configuration)
    ours, _ = load_networks(saved(tmp_path / "a.pth.tar", published(pair)), configuration)
    theirs, checkpoint = load_networks(saved_paddle(tmp_path / "a.pdparams", paddle_weights(pair), protocol), configuration)
    assert checkpoint.remarks == ()
    assert all(torch.equal(left, right) for left, right in zip(drawn(ours), drawn(theirs), strict=True))
    other, _ = load_networks(
        saved_paddle(tmp_path / "b.pdparams", paddle_weights(build_small(configuration, seed=2)), protocol), configuration
    )
    assert not torch.equal(drawn(ours)[-1], drawn(other)[-1])


def test_arrays_with_their_names(tmp_path: Path) -> None:
    pair = build_small(SMALL_FOMM)
    content = paddle_weights(pair)
    for part in ("generator", "kp_detector"):
        content[part] = {key: (f"{key}_0", value) if isinstance(value, np.ndarray) else value for key, value in content[part].items()}
    loaded, _ = load_networks(saved_paddle(tmp_path / "a.pdparams", content), SMALL_FOMM)
    assert torch.equal(drawn(pair)[-1], drawn(loaded)[-1])


class SmallBlur(nn.Module):
    """The light networks' blur as it stands in the file: 3x3, then every stride-th pixel."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        line = torch.exp(-torch.tensor([-1.0, 0.0, 1.0]).square() / (2 * 0.25**2))
        kernel = line[:, None] * line
        self.stride = stride
        self.register_buffer("weight", (kernel / kernel.sum()).repeat(3, 1, 1, 1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        assert isinstance(self.weight, torch.Tensor)
        return nn.functional.conv2d(image, self.weight, padding=1, groups=3)[:, :, :: self.stride, :: self.stride]


def light_as_paddlegan_builds_it() -> NetworkPair:
    """Light networks with the small blur, and nothing between the convolutions of the detector's heads."""
    pair = build_small(LIGHT)
    torch.manual_seed(5)
    motion = pair.generator.get_submodule("dense_motion_network")
    for network in (pair.detector, motion):
        network.add_module("down", SmallBlur(2))
    for name, count in (("kp", 3), ("jacobian", 12)):
        last = nn.Conv2d(7, count, 3)
        pair.detector.add_module(name, nn.Sequential(nn.Conv2d(7, 7, 3), nn.Conv2d(7, 7, 3), last))
    assert last.bias is not None
    last.bias.data.add_(torch.tensor([1.0, 0.0, 0.0, 1.0]).repeat(3))  # Jacobians that can be inverted
    return pair.eval()


def test_light_networks_as_paddlegan_builds_them(tmp_path: Path) -> None:
    theirs = light_as_paddlegan_builds_it()
    content = paddle_weights(theirs)
    assert content["generator"]["dense_motion_network.down.weight"].shape == (3, 1, 3, 3)
    assert {"kp.0.weight", "kp.1.bias", "jacobian.2.weight"} < set(content["kp_detector"])
    ours, _ = load_networks(saved_paddle(tmp_path / "a.pdparams", content), LIGHT)
    assert ours.configuration == LIGHT.model_copy(update={"whole_heads": True})
    for left, right in zip(drawn(theirs), drawn(ours), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-5)


def test_the_blur_kernel_says_where_motion_is_found(tmp_path: Path) -> None:
    fine = SMALL_FOMM.model_copy(update={"side": 128})
    path = saved_paddle(tmp_path / "a.pdparams", paddle_weights(build_small(fine)))
    loaded, checkpoint = load_networks(path, HIGH)
    assert loaded.configuration == fine
    assert checkpoint.remarks == (
        "Motion is found at 1/2 of the side, as the checkpoint's blur kernel says, not at 1/4 as in the recipe: "
        "if it was trained on pictures of 64 px, take the recipe of that side.",
    )
    with pytest.raises(ModelError, match=r"shapes differ at kp_detector\.down\.weight"):
        load_networks(saved_paddle(tmp_path / "b.pdparams", paddle_weights(build_small(HIGH))), fine)


def recipe_of(folder: Path, configuration: FommConfiguration, name: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"name": name, "model": configuration.model_dump(mode="json")}))
    return path


@pytest.mark.parametrize("configuration", [SMALL_FOMM, LIGHT], ids=["full", "light"])
def test_convert_writes_the_same_graphs(tmp_path: Path, configuration: FommConfiguration) -> None:
    pair = build_small(configuration)
    recipe = recipe_of(tmp_path, configuration, "small")
    application = typer.Typer()
    application.command()(convert)
    for path in (saved(tmp_path / "torch.pth.tar", published(pair)), saved_paddle(tmp_path / "paddle.pdparams", paddle_weights(pair))):
        arguments = [str(path), "--recipe", str(recipe), "-o", str(tmp_path / path.stem.split(".")[0])]
        result = CliRunner().invoke(application, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    ours, theirs = tmp_path / "torch", tmp_path / "paddle"
    assert read_card(theirs).notes.startswith("Made from paddle.pdparams (sha256 ")
    assert (ours / APPEARANCE).exists()
    for graph in ours.glob("*.onnx"):
        assert graph.read_bytes() == (theirs / graph.name).read_bytes(), graph.name


def sentence_of(path: Path, configuration: FommConfiguration = SMALL_FOMM) -> str:
    with pytest.raises(ModelError) as caught:
        load_networks(path, configuration)
    assert str(path) in caught.value.sentence
    return caught.value.sentence


def test_missing_unexpected_and_misshapen_keys_are_named(tmp_path: Path) -> None:
    content = paddle_weights(build_small(SMALL_FOMM))
    weights = content["generator"]
    del weights["first.norm._variance"]
    weights["odd.weight"] = np.zeros(3, dtype=np.float32)
    weights["final.bias"] = np.zeros(4, dtype=np.float32)
    said = sentence_of(saved_paddle(tmp_path / "a.pdparams", content))
    assert "it lacks generator.first.norm.running_var; it has generator.odd.weight, unknown to these networks" in said
    assert "shapes differ at generator.final.bias ([4] in the checkpoint, [3] in the networks)" in said


def test_without_recipe_it_is_told_which_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe_files, "RECIPES", tmp_path)
    recipe_of(tmp_path, SMALL_FOMM, "small")
    recipe_of(tmp_path, LIGHT, "small-light")
    path = saved_paddle(tmp_path / "a.pdparams", paddle_weights(light_as_paddlegan_builds_it()))
    with pytest.raises(ModelError, match="does not say how its networks are built") as caught:
        load_networks(path)
    assert caught.value.hint == "Use puppet-train convert with --recipe. It fits the recipe: small-light."


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.9, 0.9999])
def test_truncated(tmp_path: Path, share: float, protocol: int) -> None:
    path = saved_paddle(tmp_path / "a.pdparams", paddle_weights(build_small(SMALL_FOMM)), protocol)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "is truncated: its end is missing" in sentence_of(path)


def test_damaged(tmp_path: Path) -> None:
    path = saved_paddle(tmp_path / "a.pdparams", paddle_weights(build_small(SMALL_FOMM)))
    content = path.read_bytes()
    at = content.index(b"C", content.index(b"dtype"))  # how many bytes an array has
    path.write_bytes(content[:at] + b"\xff" * 40 + content[at + 40 :])
    assert "is damaged: " in sentence_of(path)


class Harmful:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


def test_no_command_is_run(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    content = paddle_weights(build_small(SMALL_FOMM)) | {"optimizer": Harmful(f"touch {sign}")}
    said = sentence_of(saved_paddle(tmp_path / "a.pdparams", content))
    assert f"holds Python objects ({os.system.__module__}.system), not only arrays and plain values; Puppet runs no code" in said
    assert not sign.exists()


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(3, dtype=np.uint16), "holds uint16 numbers at generator.final.bias, where floating-point numbers belong"),
        (np.array([0, np.nan, 0], dtype=np.float32), "generator.final.bias holds values that are not finite"),
        ([0.0, 0.0, 0.0], "holds a list at generator.final.bias, where a tensor belongs"),
    ],
    ids=["bits", "not finite", "list"],
)
def test_what_is_no_weight(tmp_path: Path, array: object, said: str) -> None:
    content = paddle_weights(build_small(SMALL_FOMM))
    content["generator"]["final.bias"] = array
    assert said in sentence_of(saved_paddle(tmp_path / "a.pdparams", content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"conv.weight": np.zeros(2, dtype=np.float32)}, "it holds conv.weight, not `generator` and `kp_detector`"),
        ({"generator": {"final.bias": np.zeros(2, dtype=np.float32)}, "epoch": 3}, "it holds generator, epoch, not"),
        (np.zeros(2, dtype=np.float32), "holds a ndarray, where a dictionary belongs"),
    ],
    ids=["one network", "half", "array"],
)
def test_other_layouts(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_checkpoint(saved_paddle(tmp_path / "a.pdparams", content))
    assert said in caught.value.sentence


def test_pickles_are_told_from_old_torch_files(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth.tar", published(build_small(SMALL_FOMM)), _use_new_zipfile_serialization=False)
    assert load_checkpoint(path).layout == "official"
    assert load_checkpoint(saved_paddle(tmp_path / "a.pdparams", paddle_weights(build_small(SMALL_FOMM)))).layout == "paddle"
    assert pickle.loads(path.read_bytes()[:15]) > 0
