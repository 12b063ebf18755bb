"""Checkpoints: ours and the published ones, read into networks."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from puppet.errors import ModelError
from training.checkpoint_file import read_checkpoint_file
from training.configuration import CompactConfiguration, Configuration, FommConfiguration
from training.networks.pair import NetworkPair, build_networks
from training.paddle_checkpoint import fitted, is_paddle, published_layout
from training.recipes.recipe_files import load_configuration, recipe_names

FORMAT = "puppet-1"
"""What `format` says in a checkpoint of ours."""

_PUBLISHED_PARTS = {"kp_detector": "detector", "generator": "generator"}
"""The parts of a published checkpoint, and what a `NetworkPair` calls them."""

_SHOWN = 3
"""How many keys a sentence about a wrong layout names."""

Shapes = dict[str, tuple[int, ...]]


class Header(BaseModel):
    """What a checkpoint of ours says of itself beside its weights; other keys (optimiser, schedule) are not looked at."""

    model_config = ConfigDict(extra="ignore")

    name: str
    configuration: Configuration
    steps: int = Field(0, ge=0)
    samples: int = Field(0, ge=0)
    licence: str = ""
    training_data: list[str] = Field(default_factory=list)
    metrics: dict[str, float] = Field(default_factory=dict)


class Checkpoint(NamedTuple):
    """A checkpoint as read: `weights` are named as in a `NetworkPair`; `header` is None for a published one.

    `remarks`: in sentences, where it was built otherwise than its recipe says.
    """

    path: Path
    layout: Literal["official", "paddle", "puppet"]
    weights: dict[str, Tensor]
    header: Header | None
    remarks: tuple[str, ...] = ()


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint of any layout. Raises `ModelError` that says what is wrong with the file or its layout."""
    content = read_checkpoint_file(path)
    stated = content.get("format")
    if stated is not None:
        return _read_ours(path, content, stated)
    paddle = is_paddle(content)
    if paddle:
        content = content | published_layout(path, content)
    if all(isinstance(content.get(part), Mapping) for part in _PUBLISHED_PARTS):
        values = {f"{ours}.{_plain(key)}": value for part, ours in _PUBLISHED_PARTS.items() for key, value in content[part].items()}
        return Checkpoint(path, "paddle" if paddle else "official", _weights(path, values), None)
    raise ModelError(
        f"{path} has not the layout of a checkpoint: it holds {_listed([str(key) for key in content]) or 'nothing'}, "
        "not `generator` and `kp_detector`.",
        "Puppet reads checkpoints of the First Order Motion Model as they are published, PaddleGAN's, and its own.",
    )


def load_networks(path: Path, configuration: Configuration | None = None) -> tuple[NetworkPair, Checkpoint]:
    """The networks of a checkpoint, in eval mode on the CPU.

    A published checkpoint needs the `configuration` of its recipe. Ours holds its own: one given may differ from it in
    the side of the pictures alone. Raises `ModelError` that names the first keys that don't fit, and a recipe that does.
    """
    checkpoint = load_checkpoint(path)
    if checkpoint.header is not None:
        configuration = _agreed(path, checkpoint.header.configuration, configuration)
    elif configuration is None:
        raise ModelError(
            f"The published checkpoint {path} does not say how its networks are built.",
            f"Use puppet-train convert with --recipe. {_recipe_hint(checkpoint)}",
        )
    configuration, weights, remarks = _fitted(checkpoint, configuration)
    shapes = {key: tuple(value.shape) for key, value in weights.items()}
    pair = build_networks(configuration)
    misfit = _misfit(shapes, _expected_shapes(pair), checkpoint.layout)
    if misfit:
        raise ModelError(f"The checkpoint {path} does not fit the recipe: {misfit}.", _recipe_hint(checkpoint))
    pair.load_state_dict(weights, strict=False)  # strict but for num_batches_tracked, which is of no use in eval mode
    return pair.eval(), checkpoint._replace(weights=weights, remarks=remarks)


def _fitted(checkpoint: Checkpoint, configuration: Configuration) -> tuple[Configuration, dict[str, Tensor], tuple[str, ...]]:
    """What to build and to load: the recipe's configuration, but for what a checkpoint of PaddleGAN says by its shapes."""
    return fitted(configuration, checkpoint.weights) if checkpoint.layout == "paddle" else (configuration, checkpoint.weights, ())


def _read_ours(path: Path, content: dict[str, Any], stated: object) -> Checkpoint:
    if stated != FORMAT:
        raise ModelError(f"The checkpoint {path} has the format {stated!r}, which this version of Puppet does not know.", "Update Puppet.")
    try:
        header = Header.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(f"The checkpoint {path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from error
    model = content.get("model")
    if not isinstance(model, Mapping):
        raise ModelError(f"The checkpoint {path} holds no weights: `model` is missing.")
    return Checkpoint(path, "puppet", _weights(path, {_plain(key): value for key, value in model.items()}), header)


def _plain(key: object) -> str:
    """A key without the prefix that training on several GPUs leaves."""
    return str(key).removeprefix("module.")


def _weights(path: Path, values: dict[str, Any]) -> dict[str, Tensor]:
    """The weights, without the counters of batch normalisation. Raises `ModelError` for what is no finite tensor."""
    weights: dict[str, Tensor] = {}
    for key, value in values.items():
        if key.endswith("num_batches_tracked"):
            continue
        if not isinstance(value, Tensor):
            raise ModelError(f"The checkpoint {path} holds a {type(value).__name__} at {key}, where a tensor belongs.")
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"The checkpoint {path} is damaged: {key} holds values that are not finite.", "Take an earlier checkpoint.")
        weights[key] = value
    return weights


def _agreed(path: Path, stored: Configuration, given: Configuration | None) -> Configuration:
    """The configuration to build: the one given where it differs from the stored one in `side` alone."""
    if given is None:
        return stored
    ours, theirs = given.model_dump(), stored.model_dump()
    for field in theirs.keys() | ours.keys():
        if field != "side" and ours.get(field) != theirs.get(field):
            raise ModelError(
                f"The checkpoint {path} was trained with another configuration than the recipe's: "
                f"{field} is {theirs.get(field)} in the checkpoint, {ours.get(field)} in the recipe.",
                "Leave the recipe out: the checkpoint holds its own.",
            )
    return given


def _expected_shapes(pair: NetworkPair) -> Shapes:
    return {key: tuple(value.shape) for key, value in pair.state_dict().items() if not key.endswith("num_batches_tracked")}


def _misfit(shapes: Shapes, expected: Shapes, layout: str) -> str:
    """What keeps weights of these shapes from loading, in words; empty when nothing does."""

    def shown(keys: list[str]) -> str:
        return _listed([f"kp_{key}" if layout != "puppet" and key.startswith("detector.") else key for key in keys])

    parts = []
    missing = [key for key in expected if key not in shapes]
    unexpected = [key for key in shapes if key not in expected]
    other = [key for key in expected if key in shapes and shapes[key] != expected[key]]
    if missing:
        parts.append(f"it lacks {shown(missing)}")
    if unexpected:
        parts.append(f"it has {shown(unexpected)}, unknown to these networks")
    if other:
        first = other[0]
        parts.append(f"shapes differ at {shown(other)} ({list(shapes[first])} in the checkpoint, {list(expected[first])} in the networks)")
    return "; ".join(parts)


def _listed(keys: list[str]) -> str:
    """The first few keys, and how many more there are."""
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more


@cache
def _recipe_shapes(configuration: FommConfiguration | CompactConfiguration) -> Shapes:
    with torch.device("meta"):
        return _expected_shapes(build_networks(configuration))


def _fits(checkpoint: Checkpoint, configuration: Configuration) -> bool:
    configuration, weights, _ = _fitted(checkpoint, configuration)
    return _recipe_shapes(configuration) == {key: tuple(value.shape) for key, value in weights.items()}


def _recipe_hint(checkpoint: Checkpoint) -> str:
    """Which recipes have networks of its shapes; or, if none has, what the shapes tell."""
    fitting = [name for name in recipe_names() if _fits(checkpoint, load_configuration(name))]
    if fitting:
        return f"It fits {'the recipe' if len(fitting) == 1 else 'these recipes'}: {', '.join(fitting)}."
    told = "No recipe that comes with Puppet fits it"
    shapes = {key: tuple(value.shape) for key, value in checkpoint.weights.items()}
    points, jacobians = shapes.get("detector.kp.bias"), shapes.get("detector.jacobian.bias")
    widths = {part: shapes.get(f"{part}.weight") for part in ("generator.first.conv", "detector.predictor.encoder.down_blocks.0.conv")}
    if points and jacobians and all(widths.values()):
        generator, detector = (shape[0] for shape in widths.values() if shape)
        single = ", a single Jacobian map" if jacobians[0] == 4 and points[0] > 1 else ""
        told += f" (it has {points[0]} keypoints{single}, generator block_expansion {generator}, detector block_expansion {detector // 2})"
    return f"{told}: give the YAML file it was trained with."
