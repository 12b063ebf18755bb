"""Networks written as a model folder, whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from puppet import contract
from puppet.contract import ModelCard, write_card
from puppet.errors import ModelError
from training.exporting.export_check import Difference, measure_difference, refuse_difference
from training.exporting.export_graphs import PREDICTION, trace_pair
from training.exporting.onnx_edits import halve_weights, without_output
from training.networks.pair import NetworkPair


def export_networks(pair: NetworkPair, card: ModelCard, folder: Path) -> Difference:
    """Write the model folder of `pair` and return how far its graphs are from torch.

    `card` says the name, precision, licence, data and figures; family, side, keypoint count and align_corners are
    filled in from the networks. The float32 graphs must agree with torch whatever the precision. A model folder that
    lies at `folder` is replaced, and other files in it are kept. Raises `ModelError`, and then nothing is written.
    """
    _refuse_target(folder)
    graphs = trace_pair(pair)
    difference = measure_difference(pair, graphs)
    refuse_difference(difference, "fp32")
    if card.precision == "fp16":
        graphs = {name: halve_weights(graph) for name, graph in graphs.items()}
        difference = measure_difference(pair, graphs)
        refuse_difference(difference, "fp16")
    graphs[contract.ANIMATE] = without_output(graphs[contract.ANIMATE], PREDICTION)
    configuration = pair.configuration
    card = card.model_copy(
        update={
            "family": configuration.family,
            "side": configuration.side,
            "keypoint_count": configuration.keypoint_count,
            "align_corners": configuration.align_corners,
        }
    )
    try:
        with _replacing(folder) as fresh:
            for name, graph in graphs.items():
                (fresh / name).write_bytes(graph)
            write_card(fresh, card)
    except OSError as error:
        raise ModelError(f"The model folder {folder} can't be written: {error.strerror}.", "Name a folder you may write to.") from error
    return difference


def _refuse_target(folder: Path) -> None:
    """Raise `ModelError` where a model folder may not come to lie: on a file, or on a folder of other things."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ModelError(f"{folder} is not a folder.", "Name a folder that does not exist yet, or a model folder to replace.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / contract.CARD).is_file():
        raise ModelError(
            f"The folder {folder} holds other things than a model: it has no {contract.CARD}.",
            "Name a folder that does not exist yet, or a model folder to replace.",
        )


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder beside `folder` that takes its place when all went well, and is gone when it did not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
        fresh, old = Path(beside) / "new", Path(beside) / "old"
        fresh.mkdir()
        yield fresh
        if folder.exists():
            for kept in folder.iterdir():
                if kept.name not in (contract.CARD, *contract.GRAPHS):
                    _copy(kept, fresh / kept.name)
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        shutil.copytree(origin, target)
    else:
        shutil.copy2(origin, target)
