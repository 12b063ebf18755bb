"""Official YAML files read into our configuration."""

import copy
from typing import Any

import pytest
import yaml

from puppet.errors import ModelError
from tests.training.small_networks import PARITY
from training.configuration import FommConfiguration
from training.official import is_official, read_official

VOX: dict[str, Any] = {
    "dataset_params": {"frame_shape": [256, 256, 3], "root_dir": "data/vox"},
    "model_params": {
        "common_params": {"num_kp": 10, "num_channels": 3, "estimate_jacobian": True},
        "kp_detector_params": {
            "temperature": 0.1,
            "block_expansion": 32,
            "max_features": 1024,
            "scale_factor": 0.25,
            "num_blocks": 5,
        },
        "generator_params": {
            "block_expansion": 64,
            "max_features": 512,
            "num_down_blocks": 2,
            "num_bottleneck_blocks": 6,
            "estimate_occlusion_map": True,
            "dense_motion_params": {"block_expansion": 64, "max_features": 1024, "num_blocks": 5, "scale_factor": 0.25},
        },
        "discriminator_params": {"scales": [1], "sn": True},
    },
    "train_params": {"num_epochs": 100},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """VOX with one value set; None takes the key out."""
    document = copy.deepcopy(VOX)
    *parents, key = path.split(".")
    section = document
    for parent in parents:
        section = section[parent]
    if value is None:
        del section[key]
    else:
        section[key] = value
    return document


def test_published_faces_are_our_defaults() -> None:
    assert read_official(VOX) == FommConfiguration()


def test_fixture_is_read() -> None:
    document = yaml.safe_load((PARITY / "official_tiny_single_jacobian.yaml").read_text())
    assert is_official(document)
    configuration = read_official(document, align_corners=False)
    assert configuration.single_jacobian_map
    assert not configuration.align_corners
    assert (configuration.detector_width, configuration.motion_width_limit, configuration.generator_width_limit) == (8, 64, 32)


def test_side_comes_from_the_data_section() -> None:
    assert read_official(changed("dataset_params.frame_shape", [512, 512, 3])).side == 512
    assert read_official(changed("dataset_params", None)).side == 256


def test_what_the_file_leaves_out_is_what_the_original_takes() -> None:
    assert not read_official(changed("model_params.generator_params.estimate_occlusion_map", None)).estimate_occlusion
    assert read_official(changed("model_params.kp_detector_params.temperature", None)).temperature == 0.1


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("model_params.common_params.num_keypoints", 10, r"model_params\.common_params\.num_keypoints"),
        ("model_params.kp_detector_params.depth", 5, r"model_params\.kp_detector_params\.depth"),
        ("model_params.generator_params.dense_motion_params.kp_var", 1, r"dense_motion_params\.kp_var"),
        ("model_params.teacher_params", {}, r"model_params\.teacher_params"),
        ("model_params.common_params.num_channels", 1, r"num_channels is 1"),
        ("model_params.common_params.estimate_jacobian", False, r"estimate_jacobian is False"),
        ("model_params.common_params.num_kp", None, r"lacks model_params\.common_params\.num_kp"),
        ("model_params.generator_params", None, r"lacks the section model_params\.generator_params"),
        ("model_params.generator_params.dense_motion_params", None, r"lacks the section .*dense_motion_params"),
        ("model_params.kp_detector_params.scale_factor", 0.5, r"two scale factors"),
        ("model_params.common_params.num_kp", "ten", r"keypoint_count"),
        ("model_params.kp_detector_params.num_blocks", 7, r"does not halve often enough"),
        ("dataset_params.frame_shape", [256, 128, 3], r"square"),
    ],
)
def test_what_does_not_fit_is_named(path: str, value: object, named: str) -> None:
    with pytest.raises(ModelError, match=named):
        read_official(changed(path, value))
