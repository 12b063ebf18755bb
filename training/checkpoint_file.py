"""A checkpoint file opened safely: what may be wrong with the file itself is said in one sentence."""

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import torch

from puppet.errors import ModelError

_DOWNLOAD = "Download it again, and compare its size with the one its page states."


def read_checkpoint_file(path: Path) -> dict[str, Any]:
    """The dictionary a checkpoint holds, on the CPU; no code in it is run.

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
    elif not head.startswith(b"\x80"):  # a pickle, which torch wrote before 1.6, begins so
        raise _damaged(path, "it is not a torch file")
    content = _unpickle(path)
    if not isinstance(content, dict):
        raise ModelError(f"The checkpoint {path} holds a {type(content).__name__}, where a dictionary belongs.")
    return content


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        unpacked = any(path.glob("data.pkl")) or any(path.glob("*/data.pkl"))
        raise ModelError(
            f"{path} is a folder{', an unpacked checkpoint' if unpacked else ''}: a checkpoint is one file.",
            "Give the .pth.tar file as it was downloaded. Whatever its name says, it is not to be un-tarred or unzipped.",
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


def _unpickle(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (EOFError, struct.error) as error:
        raise _truncated(path) from error
    except pickle.UnpicklingError as error:
        if "truncated" in str(error):
            raise _truncated(path) from error
        if "Unsupported global" in str(error) or "Unsupported class" in str(error):
            raise ModelError(
                f"The checkpoint {path} holds Python objects, not only tensors and plain values; Puppet runs no code from a checkpoint.",
                "Save it again with state dictionaries alone.",
            ) from error
        raise _damaged(path, "its pickle can't be read") from error
    except RuntimeError as error:
        if "unexpected EOF" in str(error) or "unexpected pos" in str(error):
            raise _truncated(path) from error
        raise _damaged(path, str(error).splitlines()[0].rstrip(".")) from error
    except Exception as error:  # a damaged pickle can raise anything
        raise _damaged(path, f"{type(error).__name__} while it was read") from error


def _truncated(path: Path) -> ModelError:
    return ModelError(f"The checkpoint {path} is truncated: its end is missing after {path.stat().st_size:,} bytes.", _DOWNLOAD)


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"The checkpoint {path} is damaged: {reason}.", _DOWNLOAD)
