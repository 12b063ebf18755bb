"""Arrays out of pickles of every protocol, and nothing run by any."""

import collections
import os
import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.plain_pickle import ForbiddenNameError, read_plain_pickle

CONTENT: dict[str, Any] = {
    "floats": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "columns": np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3)),
    "big ends": np.arange(5, dtype=">f4"),
    "flags": np.array([True, False]),
    "scalar": np.array(2.5, dtype=np.float16),
    "empty": np.zeros((0, 3), dtype=np.int64),
    "named": ("w_0", np.ones(2, dtype=np.float32)),
    "plain": [1, 2.5, None, "text", {"deep": (True, b"bytes")}],
}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_arrays_and_plain_values(tmp_path: Path, protocol: int) -> None:
    read = read_plain_pickle(written(tmp_path / "a", pickle.dumps(CONTENT, protocol=protocol)))
    assert isinstance(read, dict)
    assert list(read) == list(CONTENT)
    for key in ("floats", "columns", "big ends", "flags", "scalar", "empty"):
        assert read[key].dtype == CONTENT[key].dtype
        assert np.array_equal(read[key], CONTENT[key])
        assert read[key].shape == CONTENT[key].shape
    assert read["named"][0] == "w_0"
    assert np.array_equal(read["named"][1], [1, 1])
    assert read["plain"] == CONTENT["plain"]


def test_ordered_dictionaries_scalars_and_shared_arrays(tmp_path: Path) -> None:
    shared = np.arange(3, dtype=np.float32)
    content = collections.OrderedDict(a=shared, b=[shared], rate=np.float64(0.5), count=np.int32(7))
    read = read_plain_pickle(written(tmp_path / "a", pickle.dumps(content, protocol=2)))
    assert isinstance(read, dict)
    assert read["a"] is read["b"][0]
    assert (read["rate"], read["count"]) == (0.5, 7)


class Asking:
    """Has a function called when it is unpickled."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.asked = (function, arguments)

    def __reduce__(self) -> Any:
        return self.asked


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_no_function_is_called(tmp_path: Path, protocol: int) -> None:
    sign = tmp_path / "sign"
    for function, arguments in ((os.system, (f"touch {sign}",)), (subprocess.check_call, (["touch", str(sign)],)), (exec, ("1",))):
        path = written(tmp_path / "a", pickle.dumps({"generator": Asking(function, *arguments)}, protocol=protocol))
        with pytest.raises(ForbiddenNameError) as caught:
            read_plain_pickle(path)
        assert caught.value.name.endswith(function.__name__)
    assert not sign.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cnumpy\nload\n.",
        b"cnumpy.core.multiarray\nfromfile\n.",
        b"cbuiltins\ngetattr\n.",
        b"ccollections\nOrderedDict.__subclasses__\n.",
        b"c_codecs\ndecode\n.",
    ],
)
def test_names_near_the_allowed_ones_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ForbiddenNameError):
        read_plain_pickle(written(tmp_path / "a", content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps(np.array([{}, []], dtype=object), protocol=2), "not of plain numbers"),
        (pickle.dumps(np.zeros(2, dtype=[("x", "f4")]), protocol=2), "not of plain numbers"),
        (pickle.dumps(np.zeros(3, dtype=np.float32), protocol=2).replace(b"K\x03\x85", b"K\x04\x85"), "has not the size"),
        (b"ccollections\nOrderedDict\n(dS'__call__'\nI1\nsb.", "not to be changed"),
        (b"cnumpy\nndarray\n.", "a type stands where a value belongs"),
        (b"cnumpy\nndarray\n)R.", "an array has no content"),
        (b"]q\x00h\x00a.", "it holds itself"),
        (b"P1\n.", "persistent"),
    ],
    ids=["objects", "records", "size", "name changed", "name", "half an array", "itself", "persistent"],
)
def test_what_is_no_plain_array(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(pickle.UnpicklingError, match=said):
        read_plain_pickle(written(tmp_path / "a", content))
