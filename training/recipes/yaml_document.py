"""A YAML file that knows on which line each of its values stands, so that an error can name the place."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from puppet.errors import ModelError

Place = tuple[str | int, ...]
"""Where a value stands: the keys and indices that lead to it from the top."""

MOST_VALUES, DEEPEST = 10_000, 20
"""A file with more values or deeper ones is no recipe: one that holds itself by an alias, say."""


class YamlDocument(NamedTuple):
    """`content` is the mapping at the top of `path`; `lines` counts from 1 and has every place in it.

    Of a file that was translated for us `lines` is empty: its places are not those of the file.
    """

    path: Path
    content: dict[str, Any]
    lines: dict[Place, int]

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a value or, where the file does not hold it, of the nearest thing around it."""
        for length in range(len(place), 0, -1):
            line = self.lines.get(tuple(place[:length]))
            if line is not None:
                return line
        return 1

    def find(self, key: str) -> Place:
        """The first place of a key, wherever in the file it stands; the top where it doesn't."""
        return min((place for place in self.lines if place[-1] == key), key=lambda place: self.lines[place], default=())

    def problem(self, place: Sequence[str | int], told: str, hint: str = "") -> ModelError:
        """The error that names file, line and key: `told` goes on after the key, as "is missing"."""
        named = ".".join(str(part) for part in place)
        where = f"line {self.line(place)}" if self.lines else "read as a recipe of ours"
        sentence = f"{self.path}, {where}: {named} {told}" if named else f"{self.path} {told}"
        return ModelError(sentence if told.endswith("?") else f"{sentence}.", hint)


def read_yaml(path: Path) -> YamlDocument:
    """Read a file that holds one mapping. Raises `ModelError` for what is no YAML or no mapping, and for a key given twice."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            lines = {} if node is None else _lines(path, node)
            content = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise ModelError(
            f"{path}{where}: this is no YAML: {error.problem or error.context}.", "Check the indentation and brackets there."
        ) from error
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise ModelError(f"{path} can't be read: {' '.join(str(error).split())}.", "It must be a YAML file in UTF-8.") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a YAML mapping.", "A recipe holds `name`, `model` and `training`.")
    return YamlDocument(path, content, lines)


def nearest(key: object, known: Iterable[str]) -> str:
    """Of the words known the one most like `key`; empty when none is like it."""
    found = difflib.get_close_matches(str(key).lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def _lines(path: Path, top: Node) -> dict[Place, int]:
    """The line of every place below a node. Raises `ModelError` for a key given twice."""
    lines: dict[Place, int] = {}
    waiting: list[tuple[Place, Node]] = [((), top)]
    while waiting:
        place, node = waiting.pop()
        children: list[tuple[str | int, Node, int]] = []
        if isinstance(node, MappingNode):
            children = [(_name(key), value, key.start_mark.line + 1) for key, value in node.value]
        elif isinstance(node, SequenceNode):
            children = [(index, value, value.start_mark.line + 1) for index, value in enumerate(node.value)]
        here: dict[str | int, int] = {}
        for part, value, line in children:
            if part in here:
                named = ".".join(str(each) for each in (*place, part))
                raise ModelError(f"{path}, line {line}: {named} is given twice; before, on line {here[part]}.", "Take one of the two out.")
            here[part] = lines[(*place, part)] = line
            waiting.append(((*place, part), value))
        if len(lines) > MOST_VALUES or len(place) > DEEPEST:
            raise ModelError(f"{path} holds too much for a recipe.", "Name the recipe's own file.")
    return lines


def _name(key: Node) -> str:
    return key.value if isinstance(key, ScalarNode) else str(key.start_mark)
