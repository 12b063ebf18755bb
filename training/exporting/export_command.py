"""`puppet-train convert` and `puppet-train export`: a checkpoint becomes a model folder."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from puppet.contract import ModelCard, file_hash
from puppet.errors import ModelError
from training.checkpoint import Checkpoint, load_networks
from training.configuration import CompactConfiguration, Configuration, FommConfiguration
from training.exporting.export import export_networks
from training.model_card import card_of
from training.networks.pair import NetworkPair
from training.recipes.recipe_files import load_configuration


class Precision(StrEnum):
    """How weights are stored; computing stays float32, or what the device prefers."""

    FP32 = "fp32"
    FP16 = "fp16"


CheckpointPath = Annotated[
    Path, typer.Argument(help="The checkpoint: a published .pth.tar file, PaddleGAN's .pdparams, or one made by puppet-train fit.")
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The model folder to write; a model folder that lies there is replaced.")]
Name = Annotated[str | None, typer.Option(help="The model's name; the checkpoint's own if not given.")]
Storage = Annotated[Precision, typer.Option(help="How weights are stored: fp16 halves the files and loses only their rounding.")]
Licence = Annotated[str | None, typer.Option(help="Licence of the weights, as an SPDX name or in words.")]
TrainingData = Annotated[list[str] | None, typer.Option("--training-data", help="Data the weights come from, with licence; repeatable.")]
Notes = Annotated[str, typer.Option(help="Anything else a user of the model should know.")]
Machine = Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")]


def convert(
    checkpoint: CheckpointPath,
    *,
    output: Output,
    recipe: Annotated[
        str | None,
        typer.Option(
            help="How the networks are built: a recipe's name (vox-256, ...), or a YAML file: ours, the original's or PaddleGAN's."
        ),
    ] = None,
    name: Name = None,
    precision: Storage = Precision.FP32,
    align_corners: Annotated[
        bool | None,
        typer.Option(help="grid_sample convention of a full model: --no-align-corners for weights trained with torch 1.3 or newer."),
    ] = None,
    licence: Licence = None,
    training_data: TrainingData = None,
    notes: Notes = "",
    as_json: Machine = False,
) -> None:
    """Turn a checkpoint, published or ours, into a model folder that every engine runs.

    The folder is written only if its graphs agree with torch.
    """
    configuration = None if recipe is None else load_configuration(recipe)
    if align_corners is not None:
        configuration = _with_convention(configuration, align_corners)
    pair, read = load_networks(checkpoint, configuration)
    card = _card(pair, read, name=name, precision=precision, licence=licence, training_data=training_data, notes=notes)
    _write(pair, card, output, as_json)
    for remark in read.remarks:
        typer.echo(remark, err=True)


def export(
    checkpoint: CheckpointPath,
    *,
    output: Output,
    name: Name = None,
    precision: Storage = Precision.FP32,
    side: Annotated[int | None, typer.Option(help="Width and height of the model's pictures, px; as trained, if not given.")] = None,
    licence: Licence = None,
    training_data: TrainingData = None,
    notes: Notes = "",
    as_json: Machine = False,
) -> None:
    """Turn a checkpoint of puppet-train fit into a model folder: it says by itself how its networks are built.

    The folder is written only if its graphs agree with torch.
    """
    pair, read = load_networks(checkpoint)
    if side is not None and side != pair.configuration.side:
        pair, read = load_networks(checkpoint, _with_side(pair.configuration, side))
    card = _card(pair, read, name=name, precision=precision, licence=licence, training_data=training_data, notes=notes)
    _write(pair, card, output, as_json)


def _with_convention(configuration: Configuration | None, align_corners: bool) -> Configuration:
    if not isinstance(configuration, FommConfiguration):
        raise ModelError("--align-corners belongs to a full model given by --recipe.", "Leave it out, or name the recipe.")
    return configuration.model_copy(update={"align_corners": align_corners})


def _with_side(configuration: Configuration, side: int) -> Configuration:
    kind: type[FommConfiguration | CompactConfiguration] = type(configuration)
    try:
        return kind.model_validate({**configuration.model_dump(), "side": side})
    except ValueError as error:
        raise ModelError(f"These networks can't draw pictures of {side} px.", "256 fits every network.") from error


def _card(
    pair: NetworkPair,
    read: Checkpoint,
    *,
    name: str | None,
    precision: Precision,
    licence: str | None,
    training_data: list[str] | None,
    notes: str,
) -> ModelCard:
    """What `model.toml` will say: what is given here, else what the checkpoint says of itself."""
    header = read.header
    stated = header.model_dump(include={"steps", "samples", "metrics"}) if header else {}
    return card_of(
        pair.configuration,
        name or (header.name if header else read.path.name.split(".")[0]),
        precision=precision.value,
        licence=licence or (header.licence if header else "") or "not stated: that of the checkpoint it was made from",
        training_data=training_data or (header.training_data if header else []),
        notes=" ".join([notes or f"Made from {read.path.name} (sha256 {file_hash(read.path)}).", *read.remarks]),
        **stated,
    )


def _write(pair: NetworkPair, card: ModelCard, folder: Path, as_json: bool) -> None:
    """Export, and say what was written."""
    difference = export_networks(pair, card, folder)
    sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("*.onnx"))}
    if as_json:
        told: dict[str, Any] = {"folder": str(folder), "name": card.name, "bytes": sizes, "difference": difference._asdict()}
        typer.echo(json.dumps(told, indent=2))
        return
    screen = Console()
    screen.print(f"Wrote {folder}: {card.name}, {card.family} at {card.side} px, {card.keypoint_count} keypoints, {card.precision}.")
    for name, size in sizes.items():
        screen.print(f"  {name:<16} {size / 1e6:8.2f} MB")
    screen.print(
        f"Greatest difference from torch: points {difference.points:.1e}, Jacobians {difference.jacobians:.1e}, "
        f"picture {difference.prediction:.1e} (mean {difference.mean:.1e}), {difference.levels} of 255 levels."
    )
