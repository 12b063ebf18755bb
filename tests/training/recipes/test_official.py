"""Official YAML files read as recipes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from puppet.errors import ModelError
from tests.training.small_networks import PARITY
from training.configuration import FommConfiguration
from training.recipes.official import is_official, read_official
from training.recipes.recipe import load_recipe
from training.recipes.recipe_files import load_configuration

FACES = """# Faces, as the original program would be told
dataset_params:
  root_dir: somewhere/faces
  frame_shape: [256, 256, 3]
  id_sampling: True
  pairs_list: None
  augmentation_params:
    flip_param: {horizontal_flip: True, time_flip: True}
    jitter_param: {brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0.1}
model_params:
  common_params: {num_kp: 10, num_channels: 3, estimate_jacobian: True}
  kp_detector_params:
    temperature: 0.1
    block_expansion: 32
    max_features: 1024
    scale_factor: 0.25
    num_blocks: 5
  generator_params:
    block_expansion: 64
    max_features: 512
    num_down_blocks: 2
    num_bottleneck_blocks: 6
    estimate_occlusion_map: True
    dense_motion_params: {block_expansion: 64, max_features: 1024, num_blocks: 5, scale_factor: 0.25}
  discriminator_params: {scales: [1], block_expansion: 32, max_features: 512, num_blocks: 4, sn: True}
train_params:
  num_epochs: 100
  num_repeats: 75
  epoch_milestones: [60, 90]
  lr_generator: 2.0e-4
  lr_discriminator: 2.0e-4
  lr_kp_detector: 2.0e-4
  batch_size: 40
  scales: [1, 0.5, 0.25, 0.125]
  checkpoint_freq: 50
  transform_params: {sigma_affine: 0.05, sigma_tps: 0.005, points_tps: 5}
  loss_weights:
    generator_gan: 0
    discriminator_gan: 1
    feature_matching: [10, 10, 10, 10]
    perceptual: [10, 10, 10, 10, 10]
    equivariance_value: 10
    equivariance_jacobian: 10
reconstruction_params: {num_videos: 3, format: .mp4}
visualizer_params: {kp_size: 5}
"""

AGAINST = (("generator_gan: 0", "generator_gan: 1"),)
BODIES = (("id_sampling: True", "id_sampling: False"), ("brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0.1", "hue: 0.1"))


def write(path: Path, *changes: tuple[str, str]) -> str:
    """FACES with words replaced, in a file."""
    text = FACES
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)
    return str(path)


def stage(recipe: str) -> dict[str, Any]:
    """The last stage, where the published training ends, as data."""
    return load_recipe(recipe).training.stages[-1].model_dump()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("vox-256", ()),
        ("vox-512", (("scale_factor: 0.25", "scale_factor: 0.125"), ("[256, 256, 3]", "[512, 512, 3]"))),
        ("taichi-256", (("num_repeats: 75", "num_repeats: 150"), ("batch_size: 40", "batch_size: 30"), ("frame_shape", "image_shape"))),
        (
            "fashion-256",
            (*AGAINST, *BODIES, (", sn: True", ""), ("num_repeats: 75", "num_repeats: 50"), ("batch_size: 40", "batch_size: 27")),
        ),
        (
            "bair-256",
            (
                *AGAINST,
                BODIES[0],
                ("num_epochs: 100", "num_epochs: 20"),
                ("[60, 90]", "[12, 18]"),
                ("num_repeats: 75", "num_repeats: 1"),
                ("batch_size: 40", "batch_size: 36"),
            ),
        ),
        (
            "mgif-256",
            (
                *AGAINST,
                BODIES[0],
                ("temperature: 0.1", "single_jacobian_map: True"),
                ("num_repeats: 75", "num_repeats: 25"),
                ("batch_size: 40", "batch_size: 36"),
                (BODIES[1][0], "hue: 0.5"),
                ("    jitter_param", "    crop_param: {size: [256, 256]}\n    resize_param: {ratio: [0.9, 1.1]}\n    jitter_param"),
            ),
        ),
        (
            "nemo-256",
            (
                *AGAINST,
                BODIES[0],
                ("num_repeats: 75", "num_repeats: 8"),
                ("batch_size: 40", "batch_size: 36"),
                (f"\n    jitter_param: {{{BODIES[1][0]}}}", ""),
            ),
        ),
    ],
)
def test_official_file_and_our_recipe_of_that_name_say_the_same(tmp_path: Path, name: str, changes: tuple[tuple[str, str], ...]) -> None:
    read = load_recipe(write(tmp_path / f"{name}.yaml", *changes))
    assert read == load_recipe(name)


@pytest.mark.parametrize("name", ["vox-adv-256", "taichi-adv-256"])
def test_second_stage_is_the_adversarial_file_started_from_the_plain_one(tmp_path: Path, name: str) -> None:
    faces = name == "vox-adv-256"
    changes = (
        *AGAINST,
        ("sn: True", "use_kp: True"),
        ("[60, 90]", "[]"),
        ("num_epochs: 100", "num_epochs: 150"),
        ("batch_size: 40", "batch_size: 36" if faces else "batch_size: 27"),
        ("num_repeats: 75", "num_repeats: 75" if faces else "num_repeats: 150"),
        ("lr_kp_detector: 2.0e-4", "lr_kp_detector: 2.0e-4" if faces else "lr_kp_detector: 0"),
    )
    read, ours = stage(write(tmp_path / "mine.yaml", *changes)), stage(name)
    assert {key for key in read if read[key] != ours[key]} == {"name", "epochs"}
    assert read["epochs"] == sum(stage.epochs or 0 for stage in load_recipe(name).training.stages) == 150


def test_what_only_our_recipe_forbids_is_told_in_its_words(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.yaml", *AGAINST, ("scales: [1],", "scales: [0.3],"))
    with pytest.raises(
        ModelError, match=r"mine\.yaml, read as a recipe of ours: training\.stages\.0\.discriminator can't be used: scales are one"
    ):
        load_recipe(path)


def test_one_who_nobody_listens_to_is_left_out(tmp_path: Path) -> None:
    quiet = stage(write(tmp_path / "mine.yaml"))
    assert quiet["discriminator"] is None
    assert set(quiet["weights"]) == {"perceptual", "equivariance_points", "equivariance_jacobians"}
    heard = stage(write(tmp_path / "mine.yaml", *AGAINST, ("lr_discriminator: 2.0e-4", "lr_discriminator: 1e-4")))
    assert heard["discriminator"]["spectral_norm"]
    assert heard["discriminator"]["rate"] == 1e-4
    assert {"gan": 1, "features": 10}.items() <= heard["weights"].items()


def test_fixture_is_read() -> None:
    document = yaml.safe_load((PARITY / "official_tiny_single_jacobian.yaml").read_text())
    assert is_official(document)
    configuration = read_official(document, align_corners=False)
    assert configuration.single_jacobian_map
    assert not configuration.align_corners
    assert (configuration.detector_width, configuration.motion_width_limit, configuration.generator_width_limit) == (8, 64, 32)


def test_what_the_file_leaves_out_is_what_the_original_takes(tmp_path: Path) -> None:
    configuration = load_configuration(
        write(tmp_path / "mine.yaml", ("    estimate_occlusion_map: True\n", ""), ("    temperature: 0.1\n", ""))
    )
    assert configuration == FommConfiguration(estimate_occlusion=False)


def test_file_without_training_still_tells_its_networks(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FACES[FACES.index("model_params") : FACES.index("train_params")])
    assert load_configuration(str(path)) == FommConfiguration()
    with pytest.raises(ModelError, match="says nothing of training"):
        load_recipe(str(path))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("num_kp", "num_keypoint", "line 11: model_params.common_params.num_keypoint is unknown; did you mean num_kp?"),
        ("num_channels: 3", "num_channels: 1", "line 11: model_params.common_params.num_channels is 1; allowed: 3."),
        (
            "estimate_jacobian: True",
            "estimate_jacobian: False",
            "line 11: model_params.common_params.estimate_jacobian is False; allowed: True.",
        ),
        ("num_kp: 10", "num_kp: ten", "line 11: model_params.common_params.num_kp is 'ten', but should be a valid integer."),
        (
            "num_bottleneck_blocks",
            "num_bottelneck_blocks",
            "line 22: model_params.generator_params.num_bottelneck_blocks is unknown; did you mean num_bottleneck_blocks?",
        ),
        ("kp_detector_params", "teacher_params", "line 12: model_params.teacher_params is unknown"),
        ("train_params", "training_params", "line 26: training_params is unknown; did you mean train_params?"),
        ("  num_epochs: 100\n", "", "line 26: train_params.num_epochs is missing."),
        ("batch_size", "batchsize", "line 33: train_params.batchsize is unknown; did you mean batch_size?"),
        ("[1, 0.5, 0.25, 0.125]", "[1, 0.5]", "line 34: train_params.scales can't be used: Puppet compares pictures at the scales"),
        ("points_tps: 5", "points_tps: 7", "line 36: train_params.transform_params.points_tps is 7; allowed: 5."),
        (
            "perceptual: [10, ",
            "perceptual: [1, ",
            "line 41: train_params.loss_weights.perceptual can't be used: the weights are [1.0, 10.0, 10.0, 10.0, 10.0], but",
        ),
        (
            "perceptual: [10, 10, 10, 10, 10]",
            "perceptual: [10, 10, 10, 10]",
            "line 41: train_params.loss_weights.perceptual is [10, 10, 10, 10], but should have 5 or more entries.",
        ),
        (
            "generator_gan: 0\n    discriminator_gan: 1\n    feature_matching: [10, ",
            "generator_gan: 1\n    discriminator_gan: 1\n    feature_matching: [",
            "line 40: train_params.loss_weights.feature_matching has 3 weights for 4 blocks.",
        ),
        (
            "generator_gan: 0\n    discriminator_gan: 1",
            "generator_gan: 1\n    discriminator_gan: 2",
            "line 37: train_params.loss_weights can't be used: discriminator_gan is 2.0",
        ),
        (
            "lr_kp_detector: 2.0e-4",
            "lr_kp_detector: 1.0e-4",
            "line 32: train_params.lr_kp_detector is 0.0001 and lr_generator 0.0002, but Puppet trains both at one rate",
        ),
        (
            "generator_gan: 0",
            "generator_gan: 0\n    generator_gan: 1",
            "line 39: train_params.loss_weights.generator_gan is given twice; before, on line 38.",
        ),
        (
            "jitter_param",
            "rotation_param: {degrees: 5}\n    jitter_param",
            "line 9: dataset_params.augmentation_params.rotation_param is unknown",
        ),
        (
            "jitter_param",
            "crop_param: {size: [128, 128]}\n    jitter_param",
            "line 9: dataset_params.augmentation_params.crop_param cuts pictures to [128, 128], but the networks take 256 px.",
        ),
        ("[256, 256, 3]", "[256, 128, 3]", "line 4: dataset_params.frame_shape is [256, 128, 3], but Puppet animates square pictures."),
        (
            "[256, 256, 3]",
            "[32, 32, 3]",
            "line 4: dataset_params.frame_shape does not fit the networks: Input should be greater than or equal to 64.",
        ),
        (
            "num_blocks: 5\n",
            "num_blocks: 7\n",
            "line 16: model_params.kp_detector_params.scale_factor does not fit the networks: side 256 does not halve often enough",
        ),
        (
            "scale_factor: 0.25}",
            "scale_factor: 0.5}",
            "line 16: model_params.kp_detector_params.scale_factor is 0.25 for keypoints and 0.5 for dense motion",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, before: str, after: str, told: str) -> None:
    path = write(tmp_path / "mine.yaml", (before, after))
    with pytest.raises(ModelError) as caught:
        load_recipe(path)
    assert str(caught.value).removeprefix(f"{path}, ").startswith(told)
