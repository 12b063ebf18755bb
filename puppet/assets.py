"""The files that ship with Puppet: models, portraits, driving clips, recipes.

They lie in `assets/` beside the packages, in a checkout as in an installed wheel.
"""

from pathlib import Path

from puppet.errors import MediaError, ModelError
from puppet.media.whole_file import named_path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
"""The assets folder."""

EMBEDDED_MODEL = "compact-256"
"""The model that runs when none is named."""


def model_names() -> list[str]:
    """Names of the embedded models, sorted; empty when none is embedded."""
    return sorted(card.parent.name for card in (ASSETS / "models").glob("*/model.toml"))


def model_folder(name_or_path: str) -> Path:
    """The folder of an embedded model by its name, or the folder named; its content is not read.

    A name wins over a folder of the same name in the current directory; write ./NAME for the latter. Raises
    `ModelError` that lists the names there are.
    """
    names = model_names()
    if name_or_path in names:
        return ASSETS / "models" / name_or_path
    try:
        folder = named_path(name_or_path)
    except MediaError as error:
        raise ModelError(error.sentence, error.hint) from error
    if folder.is_dir():
        return folder
    known = f"The embedded models are: {', '.join(names)}. Or name" if names else "No model is embedded in this copy of Puppet: name"
    raise ModelError(f"There is no model called {name_or_path}, and no such folder.", f"{known} a model folder.")


def portraits() -> list[Path]:
    """The bundled portraits: the demo's first, the others sorted by name."""
    return sorted((ASSETS / "portraits").glob("*.jpg"), key=lambda path: (path != demo_portrait(), path.name))


def demo_portrait() -> Path:
    """The portrait of the demo: a large face that looks at its viewer, lips closed, so that what the driver does shows."""
    return ASSETS / "portraits" / "mona_lisa.jpg"


def driving_clips() -> list[Path]:
    """The bundled clips of a person at a webcam, sorted by name."""
    return sorted((ASSETS / "driving").glob("*.mp4"))


def driving_clip() -> Path:
    """The clip that drives where no camera does."""
    return ASSETS / "driving" / "webcam_1.mp4"


def recipes() -> list[Path]:
    """The bundled recipes (training and conversion), sorted by name."""
    return sorted((ASSETS / "recipes").glob("*.yaml"))
