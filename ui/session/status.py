"""What a person is told all the time, in words: what draws, who drives, where it goes, and what is wrong."""

from typing import NamedTuple

from puppet.live.pipeline import Pipeline
from puppet.settings import LiveSettings
from ui.session.output_control import OutputControl


class Status(NamedTuple):
    """Never empty but for what is told when not all is well, and for the enhancer, which may be none.

    passed_over: why it is not the engine that one would expect. faces: how many move; faces_there: how many the portrait's picture has,
    1 where that is not known.
    """

    device: str
    engine: str
    model: str
    camera: str
    output: str
    trouble: str = ""
    hint: str = ""
    passed_over: str = ""
    enhancer: str = ""
    faces: int = 1
    faces_there: int = 1


def status_of(pipeline: Pipeline, output: OutputControl, settings: LiveSettings) -> Status:
    """What runs, in words. Of several troubles the one that is nearest to the picture is told."""
    facts, camera = pipeline.facts, pipeline.camera
    newest = pipeline.shown.reader().take()
    trouble, hint = "", ""
    if newest is not None and newest.value.trouble:
        trouble, hint = newest.value.trouble, "It is opened again by itself; another engine can be chosen in the settings."
    elif camera.lost:
        trouble, hint = camera.words, camera.hint
    elif output.state == "failed":
        trouble, hint = output.words, output.hint
    return Status(
        device=facts.device if facts else "opening …",
        engine=facts.engine if facts else settings.engine,
        model=facts.model if facts else settings.model,
        camera=camera.words,
        output=output.words if output.state != "failed" else "could not be opened",
        trouble=trouble,
        hint=hint,
        passed_over=facts.passed_over if facts else "",
        enhancer=facts.enhancer if facts else "",
        faces=facts.faces if facts else 1,
    )
