"""What one room offers another that may not import it, looked up by name among the installed entry points.

`engines` registers the face finder, the model-folder animator and the restorer of faces; `training` judges models with them.
"""

from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from puppet.animator import Animator, FaceFinder, Restorer
from puppet.errors import EngineError


def _load(group: str, name: str) -> object:
    for entry in entry_points(group=group, name=name):
        return entry.load()
    raise EngineError(f"Nothing called {name} is installed in the group {group}.", "Install Puppet again: pip install -e .")


def open_face_finder(name: str = "mesh") -> FaceFinder:
    """A face finder by its registered name. Raises `EngineError` when it is not installed."""
    return cast(FaceFinder, _load("puppet.face_finders", name)())  # type: ignore[operator]


def open_animator(folder: Path, engine: str = "auto") -> Animator:
    """An animator that runs the graphs of a model folder on the engine named. Raises `ModelError`, `EngineError`."""
    return cast(Animator, _load("puppet.animators", "folder")(folder, engine=engine))  # type: ignore[operator]


def open_restorer(path: Path | None = None) -> Restorer:
    """What makes faces sharper: the embedded network, or an ONNX file. Raises `ModelError`, `MediaError`, `EngineError`."""
    return cast(Restorer, _load("puppet.restorers", "file")(path))  # type: ignore[operator]
