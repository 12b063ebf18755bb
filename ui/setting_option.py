"""Command-line options made from settings, so that default, range, label and unit are said in one place."""

from typing import Any

import typer
from annotated_types import Ge, Le
from pydantic import BaseModel

from puppet.settings import unit_of


def setting_option(model: type[BaseModel], field: str, panel: str, *names: str, metavar: str | None = None) -> Any:
    """The Typer option of a setting, under its own name unless `names` are given."""
    info = model.model_fields[field]
    unit = unit_of(model, field)
    least = next((limit.ge for limit in info.metadata if isinstance(limit, Ge)), None)
    most = next((limit.le for limit in info.metadata if isinstance(limit, Le)), None)
    words = info.description or info.title or field
    return typer.Option(
        *names,
        help=f"{words[0].upper()}{words[1:]}{f', {unit}' if unit else ''}.",
        min=least,  # type: ignore[arg-type]
        max=most,  # type: ignore[arg-type]
        metavar=metavar,
        rich_help_panel=panel,
    )
