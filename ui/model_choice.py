"""From the model that a person named to what runs it: the one place where demo, embedded models and folders part."""

from puppet.animator import CrowdFinder, LiveAnimator
from puppet.assets import model_folder
from puppet.contract import ModelCard, read_card
from puppet.demo import DemoAnimator, DemoFaceFinder
from puppet.live.shown import Facts

DEMO = "demo"
"""The model that is none: an animator without a network."""


def model_card(model: str) -> ModelCard:
    """What a model is, by name or folder; nothing else is loaded for it. Raises `ModelError`."""
    return DemoAnimator().card if model == DEMO else read_card(model_folder(model))


def open_model(model: str, engine: str) -> tuple[LiveAnimator, Facts]:
    """The animator of a model by name or folder, and what runs it. Raises `ModelError`, `EngineError`."""
    if model == DEMO:
        return DemoAnimator(), Facts("demo", "no engine", "the portrait only shifts and tilts")
    from engines.animator import open_animator  # noqa: PLC0415  the runtimes load only here

    animator = open_animator(model_folder(model), engine)
    return animator, Facts(animator.card.name, animator.engine, animator.device.description)


def open_finder(model: str) -> CrowdFinder:
    """The face finder that goes with a model. Raises `EngineError`, `ModelError`."""
    if model == DEMO:
        return DemoFaceFinder()
    from engines.faces import open_face_finder  # noqa: PLC0415  the runtimes load only here

    return open_face_finder()
