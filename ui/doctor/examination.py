"""From a look at everything to the whole report, with nothing private in it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from puppet.assets import model_folder
from puppet.errors import ModelError
from puppet.settings import LiveSettings
from puppet.settings_file import settings_path
from ui.doctor.apart import Order, kind_of, look_apart
from ui.doctor.belongings import Kept, look_at_belongings, read_settings
from ui.doctor.conclusions import conclude
from ui.doctor.discretion import Discretion, of_this_account
from ui.doctor.installation import look_at_installation
from ui.doctor.models import look_at_models
from ui.doctor.part import EVERYTHING, Part, reason_of
from ui.doctor.report import Report
from ui.model_choice import DEMO

Apart = Callable[[Order], Mapping[str, Part]]
"""Looks at all that drivers and heavy libraries have a hand in, and never raises."""


def examine(profile: str = "", models: Sequence[str] = (), apart: Apart = look_apart, discretion: Discretion | None = None) -> Report:
    """Look at everything and draw the conclusions. profile: of the settings; models: model folders to check beside those known.

    Takes some seconds. Raises `SettingsError` for a profile's name that is none, and nothing else.
    """
    began = perf_counter()
    path = settings_path(profile)
    kept = _kept(path)
    parts: dict[str, Part] = dict(apart(_order(kept.settings)))
    here: dict[str, Callable[[], Part]] = {
        "puppet": look_at_installation,
        "models": lambda: look_at_models(kept.settings.model, models),
        "belongings": lambda: look_at_belongings(path, kept),
    }
    for name, look in here.items():
        try:
            parts[name] = look()
        except Exception as error:  # the page goes on without it
            parts[name] = kind_of(name)(unknown={EVERYTHING: reason_of(error)})
    report = conclude(Report.model_validate(parts))
    report.seconds = round(perf_counter() - began, 1)
    plain: dict[str, Any] = report.model_dump(mode="json")
    return Report.model_validate((discretion or of_this_account()).everywhere(plain))


def _kept(path: Path) -> Kept:
    try:
        return read_settings(path)
    except Exception as error:  # as above
        return Kept(LiveSettings(), [f"The settings could not be read: {reason_of(error)}."])


def _order(settings: LiveSettings) -> Order:
    """What the parts need to know of the settings. No folder: what is wrong with the model is told with the models."""
    try:
        folder = "" if settings.model == DEMO else str(model_folder(settings.model))
    except ModelError:
        folder = ""
    return Order(engine=settings.engine, folder=folder, camera=settings.camera, global_keys=settings.keys.use_everywhere)
