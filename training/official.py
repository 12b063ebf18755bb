"""The official YAML of a First Order Motion Model, read into our configuration."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from puppet.errors import ModelError
from training.configuration import FommConfiguration

SECTION = "model_params"
"""The one section of an official file that says how its networks are built."""

_COMMON = {"num_kp": "keypoint_count"}
_DETECTOR = {
    "block_expansion": "detector_width",
    "max_features": "detector_width_limit",
    "num_blocks": "detector_depth",
    "temperature": "temperature",
    "single_jacobian_map": "single_jacobian_map",
    "scale_factor": "scale_factor",
}
_MOTION = {
    "block_expansion": "motion_width",
    "max_features": "motion_width_limit",
    "num_blocks": "motion_depth",
    "scale_factor": "scale_factor",
}
_GENERATOR = {
    "block_expansion": "generator_width",
    "max_features": "generator_width_limit",
    "num_down_blocks": "generator_downs",
    "num_bottleneck_blocks": "bottleneck_blocks",
    "estimate_occlusion_map": "estimate_occlusion",
}
_FIXED: dict[str, object] = {"num_channels": 3, "estimate_jacobian": True, "kp_variance": 0.01, "pad": 0}
"""Keys whose one value is built into our networks."""
_UNSAID: dict[str, object] = {"single_jacobian_map": False, "estimate_occlusion_map": False, "scale_factor": 1}
"""What the official networks take a key for where the file leaves it out."""


def is_official(document: object) -> bool:
    """Whether a YAML document is an official configuration rather than one of our recipes."""
    return isinstance(document, Mapping) and SECTION in document


def read_official(document: Mapping[str, Any], align_corners: bool = True) -> FommConfiguration:
    """The configuration an official YAML document stands for; sections about data and training are not looked at.

    The picture's side comes from `dataset_params.frame_shape` where it is given. Raises `ModelError` that names the key
    which is unknown, missing or has a value our networks do not know.
    """
    model = _section(document, SECTION, SECTION)
    for key in model:
        if key not in {"common_params", "kp_detector_params", "generator_params", "discriminator_params"}:
            raise _unknown(f"{SECTION}.{key}")
    generator_path = f"{SECTION}.generator_params"
    generator = dict(_section(model, "generator_params", generator_path))
    motion = _section(generator, "dense_motion_params", f"{generator_path}.dense_motion_params")
    del generator["dense_motion_params"]

    fields = _translate(_section(model, "common_params", f"{SECTION}.common_params"), f"{SECTION}.common_params", _COMMON)
    detector_path = f"{SECTION}.kp_detector_params"
    fields |= _translate(_section(model, "kp_detector_params", detector_path), detector_path, _DETECTOR)
    fields |= _translate(generator, generator_path, _GENERATOR)
    motion_fields = _translate(motion, f"{generator_path}.dense_motion_params", _MOTION)
    if motion_fields["scale_factor"] != fields["scale_factor"]:
        raise ModelError(
            f"The official configuration has two scale factors: {fields['scale_factor']} for keypoints, "
            f"{motion_fields['scale_factor']} for dense motion.",
            "Puppet knows only networks in which they are the same.",
        )
    fields |= motion_fields | {"align_corners": align_corners}
    side = _side(document)
    if side is not None:
        fields["side"] = side
    try:
        return FommConfiguration.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"The official configuration can't be built: {f'{where}: ' if where else ''}{first['msg']}.") from error


def _section(parent: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    section = parent.get(key)
    if not isinstance(section, Mapping):
        raise ModelError(f"The official configuration lacks the section {path}.", "Take the YAML file that belongs to the checkpoint.")
    return section


def _translate(section: Mapping[str, Any], path: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Our fields for the keys of one section."""
    for key, value in section.items():
        if key in _FIXED:
            if value != _FIXED[key]:
                raise ModelError(f"{path}.{key} is {value!r}: Puppet's networks know only {_FIXED[key]!r}.")
        elif key not in names:
            raise _unknown(f"{path}.{key}")
    fields = {}
    for key, field in names.items():
        if key in section:
            fields[field] = section[key]
        elif key in _UNSAID:
            fields[field] = _UNSAID[key]
        elif key != "temperature":
            raise ModelError(f"The official configuration lacks {path}.{key}.", "Take the YAML file that belongs to the checkpoint.")
    return fields


def _unknown(path: str) -> ModelError:
    return ModelError(
        f"The official configuration has a key Puppet does not know: {path}.",
        "Correct its spelling, or take it out if it is not of the model.",
    )


def _side(document: Mapping[str, Any]) -> int | None:
    """The picture's side that the data section names, if it does."""
    data = document.get("dataset_params")
    shape = data.get("frame_shape") if isinstance(data, Mapping) else None
    if not isinstance(shape, list | tuple) or len(shape) < 2:
        return None
    if shape[0] != shape[1]:
        raise ModelError(f"dataset_params.frame_shape is {list(shape)}: Puppet animates square pictures.")
    return int(shape[0])
