"""From the model that a person named to what runs it: the one place where demo, embedded models and folders part."""

from collections.abc import Callable

from engines.building.build_progress import Report, quietly
from puppet.animator import CrowdFinder, LiveAnimator, MatteMaker, Restorer
from puppet.assets import EMBEDDED_MODEL, model_folder, model_names
from puppet.contract import ModelCard, read_card
from puppet.demo import DemoAnimator, DemoFaceFinder, DemoMatte, DemoRestorer
from puppet.live.shown import Facts
from puppet.media.whole_file import named_path
from ui.console import notices

DEMO = "demo"
"""The model that is none: an animator without a network."""


def model_card(model: str) -> ModelCard:
    """What a model is, by name or folder; nothing else is loaded for it. Raises `ModelError`."""
    return DemoAnimator().card if model == DEMO else read_card(model_folder(model))


def model_for(side: int | None) -> str:
    """The embedded model for pictures of `side` px: the largest that is not larger; the usual one where no side is asked for."""
    if side is None:
        return EMBEDDED_MODEL
    sides = {name: read_card(model_folder(name)).side for name in model_names()}
    fitting = [name for name in sides if sides[name] <= side]
    return max(fitting, key=lambda name: sides[name], default=EMBEDDED_MODEL)


def say(words: str) -> None:
    """Tell whoever started the program, on standard error."""
    notices.print(words, highlight=False, markup=False, soft_wrap=True)


def open_model(
    model: str, engine: str, *, tell: Callable[[str], None] = say, build: bool = True, report: Report = quietly
) -> tuple[LiveAnimator, Facts]:
    """The animator of a model by name or folder, and what runs it.

    `tell` hears which engine should have run and can't, why, and what to do; the facts say it too. What must be built first is
    built, which takes seconds to minutes and `report` hears of; with `build` False what is ready serves, and `engine_to_build` says
    what would do better. Raises `ModelError`, `EngineError`; `BuildStoppedError` when `report` says to stop.
    """
    if model == DEMO:
        return DemoAnimator(), Facts("demo", "no engine", "the portrait only shifts and tilts")
    from engines.animator import open_animator  # noqa: PLC0415  the runtimes load only here

    heard: list[str] = []
    animator = open_animator(model_folder(model), engine, tell=heard.append, build=build, report=report)
    passed_over = " ".join(heard)
    if passed_over:
        tell(passed_over)
    return animator, Facts(animator.card.name, animator.engine, animator.device.description, passed_over)


def engine_to_build(model: str, engine: str) -> str:
    """What `open_model` would build first, as words for a task that is under way; empty where nothing is to be built. Raises as it does."""
    if model == DEMO:
        return ""
    from engines.animator import engine_to_build as find  # noqa: PLC0415  the runtimes load only here

    return find(model_folder(model), engine)


def finder_name(model: str) -> str:
    """Which face finder goes with a model: models that share one see the same faces in a picture."""
    return DEMO if model == DEMO else "mesh"


def open_finder(model: str) -> CrowdFinder:
    """The face finder that goes with a model. Raises `EngineError`, `ModelError`."""
    if model == DEMO:
        return DemoFaceFinder()
    from engines.faces.finder import open_face_finder  # noqa: PLC0415  the runtimes load only here

    return open_face_finder()


def open_restorer(model: str, enhancer: str) -> Restorer:
    """What makes the faces of a model sharper: the embedded network where `enhancer` is empty, else an ONNX file of the user's.

    Raises `ModelError`, `EngineError`, `MediaError`.
    """
    if model == DEMO and not enhancer:
        return DemoRestorer()
    from engines.restorer import open_restorer as open_file  # noqa: PLC0415  the runtimes load only here

    return open_file(named_path(enhancer) if enhancer else None)


def open_matte(model: str) -> MatteMaker:
    """The matte of people that goes with a model. Raises `EngineError`, `ModelError`."""
    if model == DEMO:
        return DemoMatte()
    from engines.matte import open_matte as open_embedded  # noqa: PLC0415  the runtimes load only here

    return open_embedded()
