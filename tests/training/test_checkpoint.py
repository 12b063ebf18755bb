"""Checkpoints of both layouts, and what is said of every kind of damage."""

import collections
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from puppet.errors import ModelError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small, ours, published, saved
from training.checkpoint import load_checkpoint, load_networks
from training.networks.pair import NetworkPair
from training.recipes import recipe_files

OTHER_KEYPOINTS = SMALL_FOMM.model_copy(update={"keypoint_count": 4})
SINGLE_MAP = SMALL_FOMM.model_copy(update={"single_jacobian_map": True})


@pytest.fixture(scope="module")
def pair() -> NetworkPair:
    return build_small(SMALL_FOMM)


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of recipes: small, small-k4, small-single."""
    folder = tmp_path / "recipes"
    folder.mkdir()
    for name, configuration in (("small", SMALL_FOMM), ("small-k4", OTHER_KEYPOINTS), ("small-single", SINGLE_MAP)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"name": name, "model": configuration.model_dump(mode="json")}))
    monkeypatch.setattr(recipe_files, "RECIPES", folder)
    return folder


def assert_same_weights(left: NetworkPair, right: NetworkPair) -> None:
    for key, tensor in left.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            assert torch.equal(tensor, right.state_dict()[key]), key


def test_published_layout(pair: NetworkPair, tmp_path: Path) -> None:
    loaded, checkpoint = load_networks(saved(tmp_path / "a.pth.tar", published(pair)), SMALL_FOMM)
    assert_same_weights(pair, loaded)
    assert checkpoint.layout == "official"
    assert checkpoint.header is None
    assert not any(module.training for module in loaded.modules())


def test_several_gpus_prefix_and_counters_are_tolerated(pair: NetworkPair, tmp_path: Path) -> None:
    content = published(pair)
    for part in ("generator", "kp_detector"):
        content[part] = {f"module.{key}": value for key, value in content[part].items() if not key.endswith("num_batches_tracked")}
    content["kp_detector"]["module.kp.num_batches_tracked"] = torch.tensor(3)
    content["optimizer_generator"] = {"state": {}, "param_groups": [{"lr": 2e-4, "betas": (0.5, 0.999)}]}
    loaded, _ = load_networks(saved(tmp_path / "a.pth.tar", content), SMALL_FOMM)
    assert_same_weights(pair, loaded)


@pytest.mark.parametrize("configuration", [SMALL_FOMM, SMALL_COMPACT], ids=["fomm", "compact"])
def test_our_layout(configuration: Any, tmp_path: Path) -> None:
    pair = build_small(configuration)
    loaded, checkpoint = load_networks(saved(tmp_path / "a.pt", ours(pair)))
    assert_same_weights(pair, loaded)
    assert loaded.configuration == configuration
    assert checkpoint.header is not None
    assert (checkpoint.header.steps, checkpoint.header.samples, checkpoint.header.metrics) == (7, 70, {"l1": 0.5})


def test_ours_may_be_built_for_another_side_only(pair: NetworkPair, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pt", ours(pair))
    loaded, _ = load_networks(path, SMALL_FOMM.model_copy(update={"side": 128}))
    assert loaded.configuration.side == 128
    with pytest.raises(ModelError, match="align_corners is True in the checkpoint, False in the recipe"):
        load_networks(path, SMALL_FOMM.model_copy(update={"align_corners": False}))


def sentence_of(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_checkpoint(path)
    assert str(path) in caught.value.sentence
    return caught.value.sentence


def test_missing_file(tmp_path: Path) -> None:
    assert "There is no checkpoint" in sentence_of(tmp_path / "absent.pth.tar")


def test_folder(tmp_path: Path) -> None:
    assert "is a folder: a checkpoint is one file" in sentence_of(tmp_path)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "data.pkl").write_bytes(b"")
    assert "is a folder, an unpacked checkpoint" in sentence_of(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is an empty file"),
        (b"\n <!DOCTYPE html><html><body>Quota exceeded</body></html>", "is a web page (HTML)"),
        (b"<HTML><head></head></HTML>", "is a web page (HTML)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "is a Git-LFS pointer"),
        (bytes(range(256)) * 8, "is damaged: it is not a torch file"),
        (b"just some text", "is damaged"),
    ],
    ids=["empty", "page", "page in capitals", "pointer", "noise", "text"],
)
def test_what_is_no_checkpoint(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.pth.tar"
    path.write_bytes(content)
    assert said in sentence_of(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("archive", [True, False], ids=["archive", "legacy"])
def test_truncated(pair: NetworkPair, tmp_path: Path, archive: bool, share: float) -> None:
    path = saved(tmp_path / "a.pth.tar", published(pair), _use_new_zipfile_serialization=archive)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "is truncated: its end is missing" in sentence_of(path)


def test_flipped_byte(pair: NetworkPair, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth.tar", published(pair))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "is damaged" in sentence_of(path)


def test_code_is_not_run(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth.tar", {"generator": collections.deque([1])})
    assert "holds Python objects" in sentence_of(path)
    plain = tmp_path / "plain.pickle"
    plain.write_bytes(pickle.dumps(Path("x")))
    assert sentence_of(plain)


def test_values_that_are_not_finite(pair: NetworkPair, tmp_path: Path) -> None:
    content = ours(pair)
    content["model"] = {**content["model"], "generator.final.bias": torch.tensor([0.0, float("nan"), 0.0])}
    assert "generator.final.bias holds values that are not finite" in sentence_of(saved(tmp_path / "a.pt", content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (torch.zeros(3), "holds a Tensor, where a dictionary belongs"),
        ({"state_dict": {}, "epoch": 3}, "it holds state_dict, epoch, not `generator` and `kp_detector`"),
        ({}, "it holds nothing"),
        ({"generator": {}, "epoch": 1}, "not `generator` and `kp_detector`"),
        ({"generator": {"first": 3}, "kp_detector": {}}, "holds a int at generator.first"),
        ({"format": "puppet-9"}, "has the format 'puppet-9'"),
        ({"format": "puppet-1", "name": "x"}, "configuration: Field required"),
    ],
)
def test_wrong_layout(tmp_path: Path, content: object, said: str) -> None:
    assert said in sentence_of(saved(tmp_path / "a.pth.tar", content))


def test_ours_without_weights(pair: NetworkPair, tmp_path: Path) -> None:
    content = ours(pair)
    del content["model"]
    assert "`model` is missing" in sentence_of(saved(tmp_path / "a.pt", content))


def test_missing_and_unexpected_keys_are_named(pair: NetworkPair, tmp_path: Path) -> None:
    content = published(pair)
    kept = {key: value for key, value in content["kp_detector"].items() if not key.startswith("predictor.encoder")}
    content["kp_detector"] = {**kept, "extra.weight": torch.zeros(1)}
    with pytest.raises(ModelError) as caught:
        load_networks(saved(tmp_path / "a.pth.tar", content), SMALL_FOMM)
    assert "it lacks kp_detector.predictor.encoder.down_blocks.0.conv.weight, " in caught.value.sentence
    assert " more; it has kp_detector.extra.weight, unknown to these networks" in caught.value.sentence


def test_shapes_that_differ_and_the_recipe_that_fits(recipes: Path, pair: NetworkPair, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth.tar", published(pair))
    with pytest.raises(ModelError) as caught:
        load_networks(path, SINGLE_MAP)
    assert "shapes differ at kp_detector.jacobian.weight, kp_detector.jacobian.bias" in caught.value.sentence
    assert caught.value.hint == "It fits the recipe: small."


def test_published_checkpoint_without_recipe_is_told_which_fits(recipes: Path, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth.tar", published(build_small(OTHER_KEYPOINTS)))
    with pytest.raises(ModelError, match="does not say how its networks are built") as caught:
        load_networks(path)
    assert caught.value.hint == "Use puppet-train convert with --recipe. It fits the recipe: small-k4."


def test_widths_of_no_recipe_are_told(recipes: Path, tmp_path: Path) -> None:
    wide = SMALL_FOMM.model_copy(update={"generator_width": 16, "keypoint_count": 5})
    path = saved(tmp_path / "a.pth.tar", published(build_small(wide)))
    with pytest.raises(ModelError, match="does not fit the recipe") as caught:
        load_networks(path, SMALL_FOMM)
    assert "5 keypoints, generator block_expansion 16, detector block_expansion 4" in caught.value.hint
