"""A pickle of NumPy arrays read without running anything it asks for: what is built is plain containers, numbers and arrays.

The names a pickle may ask for are few, and none of them is what it names: each stands for a maker of ours.
"""

import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class ForbiddenNameError(pickle.UnpicklingError):
    """The pickle asks for something that is no array. name: what it asks for, with its module."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not allowed")
        self.name = name


def read_plain_pickle(path: Path) -> object:
    """What a pickle holds: dictionaries, lists, tuples, strings, numbers and NumPy arrays of numbers.

    Raises `ForbiddenNameError` for anything else, and what `pickle` raises for a damaged or truncated file.
    """
    with path.open("rb") as file:
        return _Finished().of(_PlainUnpickler(file, encoding="latin1").load())


class _Kind:
    """A NumPy type in the making: numbers of one size alone."""

    def __init__(self, name: object, *_: object) -> None:
        name = name.decode("latin1") if isinstance(name, bytes) else name
        if not isinstance(name, str) or not re.fullmatch(r"[<>=|]?([fiu][1248]|b1|[?bB])", name):
            raise pickle.UnpicklingError("an array is not of plain numbers")
        self.type: np.dtype[Any] = np.dtype(name)

    def __setstate__(self, state: object) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if order not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError("an array does not say the order of its bytes")
        self.type = self.type.newbyteorder(order)


class _Array:
    """An array in the making: all it takes from a pickle is shape, type, order and bytes."""

    def __init__(self, *_: object) -> None:
        self.array: npt.NDArray[Any] | None = None

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise pickle.UnpicklingError("an array is not stored as NumPy stores it")
        _, shape, kind, column_first, content = state
        self.array = _array(content, kind, shape, "F" if column_first is True else "C")


class _Maker:
    """What stands for a name: it can be called, and nothing can be set on it."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., object]) -> None:
        self._make = make

    def __call__(self, *arguments: object) -> object:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("a name is not to be changed")


def _array(content: object, kind: object, shape: object, order: object = "C") -> npt.NDArray[Any]:
    content = content.encode("latin1") if isinstance(content, str) else content  # written by Python 2
    sizes = shape if isinstance(shape, tuple) else ()
    if not isinstance(content, bytes | bytearray) or not isinstance(kind, _Kind) or not isinstance(shape, tuple):
        raise pickle.UnpicklingError("an array is not stored as NumPy stores it")
    if any(type(size) is not int or size < 0 for size in sizes) or len(content) != math.prod(sizes) * kind.type.itemsize:
        raise pickle.UnpicklingError("an array has not the size that its shape says")
    return np.frombuffer(content, kind.type).reshape(sizes, order="F" if order == "F" else "C")


def _number(kind: object, content: object) -> object:
    return _array(content, kind, ()).item()


def _bytes(text: object, encoding: object) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("bytes are not stored as Python stores them")
    return text.encode("latin1")


def _no_bytes(*content: object) -> bytes:
    if content:
        raise pickle.UnpicklingError("bytes are not stored as Python stores them")
    return b""


def _dictionary(*pairs: object) -> dict[Any, Any]:
    if pairs:
        raise pickle.UnpicklingError("a dictionary is not stored as Python stores it")
    return {}


def _tuple(content: object = ()) -> tuple[object, ...]:
    if not isinstance(content, tuple | list):
        raise pickle.UnpicklingError("a tuple is not stored as Python stores it")
    return tuple(content)


_MAKERS: dict[str, Callable[..., object]] = {
    "numpy.ndarray": _Array,
    "numpy.dtype": _Kind,
    "multiarray._reconstruct": _Array,
    "multiarray.scalar": _number,
    "numeric._frombuffer": _array,
    "_codecs.encode": _bytes,
    "collections.OrderedDict": _dictionary,
    "builtins.bytes": _no_bytes,
    "builtins.tuple": _tuple,
}
"""Names a pickle of arrays asks for, those of Python 2 and of NumPy's inner modules brought to one form."""


class _PlainUnpickler(pickle.Unpickler):
    """Knows the names in `_MAKERS` and no others."""

    def find_class(self, module: str, name: str, /) -> Any:
        full = f"{module}.{name}"
        plain = re.sub(r"^numpy\._?core\.(?=multiarray\.|numeric\.)", "", full)
        maker = _MAKERS.get(re.sub(r"^__builtin__\.", "builtins.", plain))
        if maker is None:
            raise ForbiddenNameError(full)
        return _Maker(maker)


class _Finished:
    """Puts the arrays that were made into the containers that hold them."""

    def __init__(self) -> None:
        self._done: dict[int, object] = {}
        self._begun: set[int] = set()

    def of(self, value: object) -> object:
        """The value with arrays in it. Raises `pickle.UnpicklingError` for a container that holds itself, or half an array."""
        if id(value) in self._done:
            return self._done[id(value)]
        if id(value) in self._begun:
            raise pickle.UnpicklingError("it holds itself")
        self._begun.add(id(value))
        result = self._built(value)
        self._begun.discard(id(value))
        self._done[id(value)] = result
        return result

    def _built(self, value: object) -> object:
        if isinstance(value, dict):
            return {key: self.of(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)([self.of(inner) for inner in value])
        if isinstance(value, _Array):
            if value.array is None:
                raise pickle.UnpicklingError("an array has no content")
            return value.array
        if isinstance(value, _Kind | _Maker):
            raise pickle.UnpicklingError("a type stands where a value belongs")
        return value
