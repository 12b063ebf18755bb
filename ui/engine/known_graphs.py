"""The graphs of the models that are known here, by their hashes: what a stored engine was built from."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from engines.building.engine_key import EngineKey
from puppet.assets import model_folder, model_names
from puppet.contract import GRAPHS, read_card


class KnownGraph(NamedTuple):
    """A graph of a model: `compact-256`, `animate.onnx`."""

    model: str
    graph: str

    def __str__(self) -> str:
        return f"{self.model} {self.graph.removesuffix('.onnx')}"


def known_folders(models: Iterable[str] = ()) -> list[Path]:
    """The folders of the embedded models and of those named. Raises `ModelError` for one that there is not."""
    return list(dict.fromkeys(model_folder(name) for name in (*model_names(), *models)))


def known_graphs(folders: Iterable[Path]) -> dict[str, KnownGraph]:
    """The graphs of model folders by their sha256. Raises `ModelError` for a broken folder."""
    cards = [read_card(folder) for folder in folders]
    return {card.files[graph]: KnownGraph(card.name, graph) for card in cards for graph in GRAPHS}


def graph_words(key: EngineKey, graphs: dict[str, KnownGraph]) -> str:
    """What an engine was built from: `compact-256 animate`, or the first digits of a hash that no known graph has."""
    return str(graphs[key.graph]) if key.graph in graphs else f"unknown graph {key.graph[:8]}"
