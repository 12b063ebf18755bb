"""What a panel must know of each setting, read from the models that declare it."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from puppet.settings import unit_of

Kind = Literal["switch", "choice", "whole", "number", "words"]

SHORT_UNITS = {"frames per second": "fps"}
"""Units that are too long for a field."""


class SettingFacts(NamedTuple):
    """One setting. name: `section__field`, or the field alone where it lies in no section. options: value and meaning of each.

    least, greatest, multiple: of a number, None where there is none; longest: of words, letters.
    """

    name: str
    title: str
    description: str
    kind: Kind
    default: Any
    unit: str = ""
    options: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    greatest: float | None = None
    multiple: float | None = None
    longest: int | None = None

    @property
    def sentence(self) -> str:
        """The description as a sentence's beginning."""
        return self.description[:1].upper() + self.description[1:]


def settings_in(model: type[BaseModel], section: str = "") -> Iterator[SettingFacts]:
    """The settings of a model in their order; sections in it and mappings are left out."""
    for field, declared in model.model_fields.items():
        kind = _kind(declared.annotation)
        if kind is not None:
            yield _facts(f"{section}__{field}" if section else field, kind, declared, unit_of(model, field))


def _kind(annotation: Any) -> Kind | None:
    if get_origin(annotation) is Literal:
        return "choice"
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number", str: "words"}
    return kinds.get(annotation)


def _facts(name: str, kind: Kind, declared: FieldInfo, unit: str) -> SettingFacts:
    def bound(*names: str) -> Any:
        return next((getattr(item, name) for item in declared.metadata for name in names if hasattr(item, name)), None)

    description = declared.description or ""
    meanings = dict(part.split(": ", 1) for part in description.split("; ") if ": " in part)
    options = tuple((str(value), meanings.get(str(value), "")) for value in get_args(declared.annotation)) if kind == "choice" else ()
    return SettingFacts(
        name,
        declared.title or name,
        description,
        kind,
        declared.default,
        SHORT_UNITS.get(unit, unit),
        options,
        least=bound("ge", "gt"),
        greatest=bound("le", "lt"),
        multiple=bound("multiple_of"),
        longest=bound("max_length"),
    )
