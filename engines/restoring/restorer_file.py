"""Whether a file can be an ONNX graph at all, by its first bytes and its outline, before a runtime is asked."""

import zipfile
from pathlib import Path
from typing import BinaryIO

from puppet.errors import MediaError, ModelError
from puppet.media.whole_file import unreadable

GRAPH = 7
"""Number of the field that holds the graph, in ONNX's ModelProto."""

WANTED = "Name an ONNX file of GFPGAN, CodeFormer, GPEN or RestoreFormer."
AGAIN = "Download it again, whole."

STARTS = (
    (b"version https://git-lfs", "is a pointer of Git LFS, not the file it stands for", "Fetch the file itself: git lfs pull"),
    (b"<", "is a web page, not an ONNX file", "Download the file itself, not the page that shows it."),
    (b"PK\x03\x04", "is an archive or a PyTorch checkpoint, not an ONNX file", WANTED),
    (b"\x80\x02", "is a PyTorch checkpoint, not an ONNX file", WANTED),
)
"""How files begin that are often taken for an ONNX file, what they are, and what to do."""


def check_file(path: Path) -> None:
    """Raise `ModelError` that says what a file is if it is no ONNX graph, or half of one; `MediaError` if it can't be read."""
    try:
        with path.open("rb") as file:
            _check(path, file)
    except OSError as error:
        found = unreadable(path, error)
        raise MediaError(found.sentence, WANTED if path.is_dir() else found.hint) from error


def _check(path: Path, file: BinaryIO) -> None:
    start = file.read(64)
    if not start:
        raise ModelError(f"{path} is empty.", AGAIN)
    for wanted, found, hint in STARTS:
        if start.lstrip().startswith(wanted) and (wanted != b"PK\x03\x04" or zipfile.is_zipfile(path)):
            raise ModelError(f"{path} {found}.", hint)
    size = path.stat().st_size
    file.seek(0)
    has_graph = False
    while file.tell() < size:
        field = _read_field(file)
        if field is None or not 1 <= field <= 32:
            raise ModelError(f"{path} is no ONNX file.", WANTED)
        has_graph |= field == GRAPH
        if file.tell() > size:
            raise ModelError(f"{path} is cut short: it ends in the middle of the graph.", AGAIN)
    if not has_graph:
        raise ModelError(f"{path} is no ONNX file, or one without a graph.", WANTED)


def _read_field(file: BinaryIO) -> int | None:
    """The number of the field of protobuf's outermost message that begins here; step over it, perhaps beyond the end. None for none."""
    key = _read_number(file)
    if key is None:
        return None
    kind = key & 7
    if kind == 0 and _read_number(file) is None:
        return None
    if kind == 2:
        length = _read_number(file)
        if length is None:
            return None
        file.seek(length, 1)
    elif kind in (1, 5):
        file.seek(8 if kind == 1 else 4, 1)
    elif kind != 0:
        return None
    return key >> 3


def _read_number(file: BinaryIO) -> int | None:
    """A whole number as protobuf writes it, seven bits a byte; None where the file ends or it is too long for one."""
    number = 0
    for place in range(10):
        byte = file.read(1)
        if not byte:
            return None
        number |= (byte[0] & 127) << 7 * place
        if byte[0] < 128:
            return number
    return None
