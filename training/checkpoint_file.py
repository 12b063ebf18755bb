"""A checkpoint file opened safely: what may be wrong with the file itself is said in one sentence."""

import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from puppet.errors import ModelError
from training.plain_pickle import ForbiddenNameError, read_plain_pickle

_TORCH_PICKLE = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""How a file begins that torch wrote before 1.6; any other pickle is Paddle's."""

_DOWNLOAD = "Download it again, and compare its size with the one its page states."


def read_checkpoint_file(path: Path) -> dict[str, Any]:
    """The dictionary a checkpoint holds: torch's with tensors on the CPU, Paddle's with NumPy arrays; no code in it is run.

    Raises `ModelError` that says which it is: missing, a folder, empty, a web page, a Git-LFS pointer, truncated,
    damaged, or not of tensors and plain values alone.
    """
    _refuse_folder(path)
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise ModelError(f"The checkpoint {path} can't be read: {error.strerror}.") from error
    if not head:
        raise ModelError(f"The checkpoint {path} is an empty file.", _DOWNLOAD)
    if head.lstrip()[:64].lower().startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise ModelError(
            f"{path} is a web page (HTML), not a checkpoint.",
            "The download link led to a page, perhaps one that asks to sign in. Open the link in a browser and save the file it offers.",
        )
    if head.startswith(b"version https://git-lfs"):
        raise ModelError(f"{path} is a Git-LFS pointer, not the checkpoint itself.", "Fetch the file it points to: git lfs pull.")
    if head.startswith(b"PK"):
        _check_archive(path)
    elif not head.startswith(b"\x80"):  # a pickle begins so
        raise _damaged(path, "it is not a torch file, nor one of Paddle")
    content = _unpickle(path, _load_torch if head.startswith((b"PK", _TORCH_PICKLE)) else read_plain_pickle)
    if not isinstance(content, dict):
        raise ModelError(f"The checkpoint {path} holds a {type(content).__name__}, where a dictionary belongs.")
    return content


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        unpacked = any(path.glob("data.pkl")) or any(path.glob("*/data.pkl"))
        raise ModelError(
            f"{path} is a folder{', an unpacked checkpoint' if unpacked else ''}: a checkpoint is one file.",
            "Give the .pth.tar or .pdparams file as it was downloaded. Whatever its name says, it is not to be un-tarred or unzipped.",
        )
    if not path.exists():
        raise ModelError(f"There is no checkpoint at {path}.")


def _check_archive(path: Path) -> None:
    """Refuse an archive (what torch writes since 1.6) that lacks its end or whose contents fail their check sums."""
    if not zipfile.is_zipfile(path):
        raise _truncated(path)
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    if damaged is not None:
        raise _damaged(path, f"{damaged} fails its check sum")


def _load_torch(path: Path) -> object:
    return torch.load(path, map_location="cpu", weights_only=True)


def _unpickle(path: Path, load: Callable[[Path], object]) -> object:
    try:
        return load(path)
    except ForbiddenNameError as error:
        raise _holds_objects(path, f"Python objects ({error.name}), not only arrays and plain values") from error
    except (EOFError, struct.error) as error:
        raise _truncated(path) from error
    except pickle.UnpicklingError as error:
        if "truncated" in str(error):
            raise _truncated(path) from error
        if "Unsupported global" in str(error) or "Unsupported class" in str(error):
            raise _holds_objects(path, "Python objects, not only tensors and plain values") from error
        raise _damaged(path, str(error).rstrip(".") if load is read_plain_pickle else "its pickle can't be read") from error
    except RuntimeError as error:
        if "unexpected EOF" in str(error) or "unexpected pos" in str(error):
            raise _truncated(path) from error
        raise _damaged(path, str(error).splitlines()[0].rstrip(".")) from error
    except Exception as error:  # a damaged pickle can raise anything
        raise _damaged(path, f"{type(error).__name__} while it was read") from error


def _holds_objects(path: Path, what: str) -> ModelError:
    return ModelError(
        f"The checkpoint {path} holds {what}; Puppet runs no code from a checkpoint.", "Save it again with state dictionaries alone."
    )


def _truncated(path: Path) -> ModelError:
    return ModelError(f"The checkpoint {path} is truncated: its end is missing after {path.stat().st_size:,} bytes.", _DOWNLOAD)


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"The checkpoint {path} is damaged: {reason}.", _DOWNLOAD)
