"""PaddleGAN's YAML files read as recipes."""

from pathlib import Path

import pytest

from puppet.errors import ModelError
from training.configuration import FommConfiguration
from training.recipes.recipe import load_recipe
from training.recipes.recipe_files import load_configuration

LIGHT = """# Faces by light networks, as PaddleGAN would be told
epochs: 100
output_dir: somewhere
dataset:
  train:
    name: FirstOrderDataset
    batch_size: 40
    num_workers: 4
    use_shared_memory: False
    phase: train
    dataroot: somewhere/faces
    frame_shape: [256, 256, 3]
    id_sampling: True
    pairs_list: None
    time_flip: True
    num_repeats: 75
    create_frames_folder: False
    transforms:
      - {name: PairedRandomHorizontalFlip, prob: 0.5, keys: [image, image]}
      - name: PairedColorJitter
        brightness: 0.1
        contrast: 0.1
        saturation: 0.1
        hue: 0.1
        keys: [image, image]
  test: {name: FirstOrderDataset, anything: else}
model:
  name: FirstOrderModelMobile
  mode: both
  kp_weight_path: None
  gen_weight_path: None
  common_params: {num_kp: 10, num_channels: 3, estimate_jacobian: True}
  generator:
    name: FirstOrderGenerator
    kp_detector_cfg: {temperature: 0.1, block_expansion: 32, max_features: 256, scale_factor: 0.25, num_blocks: 5, mobile_net: True}
    generator_cfg:
      block_expansion: 32
      max_features: 256
      num_down_blocks: 2
      num_bottleneck_blocks: 6
      estimate_occlusion_map: True
      dense_motion_params: {block_expansion: 32, max_features: 256, num_blocks: 5, scale_factor: 0.25}
      mobile_net: True
  discriminator:
    name: FirstOrderDiscriminator
    discriminator_cfg: {scales: [1], block_expansion: 32, max_features: 512, num_blocks: 4, sn: True}
  train_params:
    num_epochs: 100
    scales: [1, 0.5, 0.25, 0.125]
    checkpoint_freq: 50
    transform_params: {sigma_affine: 0.05, sigma_tps: 0.005, points_tps: 5}
    loss_weights:
      generator_gan: 1
      discriminator_gan: 1
      feature_matching: [10, 10, 10, 10]
      perceptual: [10, 10, 10, 10, 10]
      equivariance_value: 10
      equivariance_jacobian: 10
lr_scheduler:
  name: MultiStepDecay
  epoch_milestones: [60, 90]
  lr_generator: 2.0e-4
  lr_discriminator: 2.0e-4
  lr_kp_detector: 2.0e-4
optimizer: {name: Adam}
validate: {interval: 3000, save_img: false}
log_config: {interval: 10}
"""

WIDE = (
    ("Mobile", ""),
    (", mobile_net: True", ""),
    ("      mobile_net: True\n", ""),
    ("block_expansion: 32, max_features: 256, scale", "block_expansion: 32, max_features: 1024, scale"),
    ("block_expansion: 32, max_features: 256, num", "block_expansion: 64, max_features: 1024, num"),
    ("block_expansion: 32\n      max_features: 256", "block_expansion: 64\n      max_features: 512"),
)
"""What makes the full networks of it."""


def write(path: Path, *changes: tuple[str, str]) -> str:
    """LIGHT with words replaced, in a file."""
    text = LIGHT
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    path.write_text(text)
    return str(path)


def test_light_networks_are_those_of_our_recipe(tmp_path: Path) -> None:
    assert load_recipe(write(tmp_path / "vox-mobile-256.yaml")) == load_recipe("vox-mobile-256")


def test_full_networks_are_the_published_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "vox-256.yaml", *WIDE, ("generator_gan: 1", "generator_gan: 0"))
    assert load_configuration(path) == FommConfiguration()
    assert load_recipe(path) == load_recipe("vox-256")


def test_older_form_is_read_alike(tmp_path: Path) -> None:
    """What the networks are held to stands at the top, another discriminator's name, and keys of other datasets."""
    start, end = LIGHT.index("  train_params"), LIGHT.index("lr_scheduler")
    section = LIGHT[start:end]
    changes = (
        (section, section.replace("\n  ", "\n")[2:].replace("  num_epochs: 100\n", "")),
        ("  name: MultiStepDecay\n", ""),
        ("FirstOrderDiscriminator", "FirstOrder_Discriminator"),
        (
            "phase: train",
            "phase: train\n    process_time: False\n    max_dataset_size: inf\n    direction: BtoA\n    input_nc: 3\n    output_nc: 3",
        ),
        ("log_config", "pytorch_ckpt: {generator: somewhere}\nlog_config"),
    )
    assert load_recipe(write(tmp_path / "vox-mobile-256.yaml", *changes)) == load_recipe("vox-mobile-256")


def test_teacher_may_be_described_too(tmp_path: Path) -> None:
    start, end = LIGHT.index("  generator:\n"), LIGHT.index("  discriminator:\n")
    teacher = LIGHT[start:end].replace("  generator:", "  generator_ori:", 1).replace(", mobile_net: True", "")
    path = write(tmp_path / "vox-mobile-256.yaml", ("  discriminator:\n", f"{teacher}  discriminator:\n"))
    assert load_recipe(path) == load_recipe("vox-mobile-256")


@pytest.mark.parametrize(
    ("milestones", "shares"),
    [
        ("[60, 90]", (0.6, 0.9)),
        ("[237360, 356040]", (0.6, 0.9)),  # steps, on VoxCeleb at the batch of 8
        ("2000000000000", (1.0,)),
        ("[]", (1.0,)),
    ],
)
def test_milestones_are_epochs_or_steps(tmp_path: Path, milestones: str, shares: tuple[float, ...]) -> None:
    path = write(tmp_path / "mine.yaml", ("[60, 90]", milestones), ("batch_size: 40", "batch_size: 8"))
    stage = load_recipe(path).training.stages[0]
    assert stage.milestones == pytest.approx(shares, abs=1e-3)
    assert stage.batch == 8


def test_pictures_that_are_resized_and_cut(tmp_path: Path) -> None:
    changes = (
        ("brightness: 0.1\n        contrast: 0.1\n        saturation: 0.1\n        hue: 0.1", "hue: 0.5"),
        (
            "      - name: Paired",
            "      - {name: PairedRandomResizedCrop, size: [256, 256], scale: [0.9, 1.1], ratio: [1, 1]}\n      - name: Paired",
        ),
    )
    changed = load_recipe(write(tmp_path / "mine.yaml", *changes)).training.stages[0].augmentation
    assert changed == load_recipe("mgif-256").training.stages[0].augmentation


def test_file_without_transforms_changes_nothing(tmp_path: Path) -> None:
    start, end = LIGHT.index("    transforms"), LIGHT.index("  test:")
    path = write(tmp_path / "mine.yaml", (LIGHT[start:end], ""), ("time_flip: True", "time_flip: False"))
    changed = load_recipe(path).training.stages[0].augmentation
    assert changed is not None
    assert not any((changed.flip, changed.time_flip, changed.brightness, changed.contrast, changed.saturation, changed.hue))


def test_generator_alone_learns_under_a_frozen_detector(tmp_path: Path) -> None:
    stage = load_recipe(write(tmp_path / "mine.yaml", ("mode: both", "mode: generator"))).training.stages[0]
    assert stage.learn == "generator"
    assert not stage.uses_anchors
    assert set(stage.weights) == {"perceptual", "gan", "features"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "FirstOrderModelMobile",
            "FirstOrderModelMoble",
            "line 28: model.name is 'FirstOrderModelMoble'; did you mean FirstOrderModelMobile?",
        ),
        ("mode: both", "mode: kp_detector", "line 29: model.mode is kp_detector: a detector alone is learned from a teacher"),
        ("kp_detector_cfg", "kp_detector_config", "line 35: model.generator.kp_detector_config is unknown; did you mean kp_detector_cfg?"),
        (
            "num_down_blocks",
            "num_downs_block",
            "line 39: model.generator.generator_cfg.num_downs_block is unknown; did you mean num_down_blocks?",
        ),
        (", mobile_net: True", "", "line 43: model.generator.generator_cfg.mobile_net is not the same for detector and generator"),
        ("batch_size: 40", "batch_size: 0", "line 7: dataset.train.batch_size is 0, but should be greater than or equal to 1."),
        ("saturation: 0.1", "saturaton: 0.1", "line 23: dataset.train.transforms.1.saturaton is unknown; did you mean saturation?"),
        (
            "PairedColorJitter",
            "PairedGaussianBlur",
            "line 20: dataset.train.transforms.1 has the unknown name 'PairedGaussianBlur'. Allowed: PairedRandomHorizontalFlip",
        ),
        ("prob: 0.5", "prob: 0.2", "line 19: dataset.train.transforms.0.prob is 0.2, but should be"),
        ("lr_scheduler", "lr_schedule", "line 59: lr_schedule is unknown; did you mean lr_scheduler?"),
        ("{name: Adam}", "{name: SGD}", "line 65: optimizer.name is 'SGD'; allowed: Adam."),
        ("[256, 256, 3]", "[256, 128, 3]", "line 12: dataset.train.frame_shape is [256, 128, 3], but Puppet animates square pictures."),
        ("  train_params", "  test_params", "line 47: model.test_params is unknown; did you mean train_params?"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, before: str, after: str, told: str) -> None:
    path = write(tmp_path / "mine.yaml", (before, after))
    with pytest.raises(ModelError) as caught:
        load_recipe(path)
    assert str(caught.value).removeprefix(f"{path}, ").startswith(told)


def test_file_that_holds_the_networks_to_nothing_is_told(tmp_path: Path) -> None:
    start, end = LIGHT.index("  train_params"), LIGHT.index("lr_scheduler")
    with pytest.raises(ModelError, match=r"line 27: model lacks train_params, and so does the file"):
        load_recipe(write(tmp_path / "mine.yaml", (LIGHT[start:end], "")))
