"""What is wrong with a recipe, told of the line it stands on: an unknown key with the nearest right one, a value with what is allowed."""

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from puppet.errors import ModelError
from training.recipes.yaml_document import Place, YamlDocument, nearest

Shape = TypeVar("Shape")

_WANTED = {
    "model_type": "be a mapping",
    "model_attributes_type": "be a mapping",
    "dict_type": "be a mapping",
    "list_type": "be a list",
    "tuple_type": "be a list",
    "too_short": "have {min_length} or more entries",
    "too_long": "have {max_length} entries at most",
}
"""Of pydantic's problems those that it tells in the words of Python."""

_SHOWN = 60
"""How many characters of a wrong value an error repeats."""


class UnknownKeyError(ValueError):
    """For a model's own validators: a key that a plain mapping must not have. place: where it stands below the model."""

    def __init__(self, place: Place, known: Sequence[str], told: str) -> None:
        super().__init__(told)
        self.place = place
        self.known = known


def validate(document: YamlDocument, kind: type[Shape] | Any, content: object = None, at: Place = ()) -> Shape:
    """`content`, which stands at the place `at` of a document, as a pydantic model or type; the whole document if not given.

    Raises `ModelError` that names the first of the problems with file, line and key, and says how many more there are.
    """
    adapter: TypeAdapter[Shape] = TypeAdapter(kind)
    try:
        return adapter.validate_python(document.content if content is None else content)
    except ValidationError as error:
        raise _first_problem(document, kind, error, at) from error


def _first_problem(document: YamlDocument, kind: object, error: ValidationError, at: Place) -> ModelError:
    """The problem on the first line; what is missing comes last, for it may only be misspelt."""
    inside = _inside(document.content, at)
    problems = [((*at, *_place(inside, each)), each) for each in error.errors()]
    problems = [one for one in problems if not any(_follows(one, other) for other in problems)]
    place, details = min(problems, key=lambda each: (each[1]["type"] == "missing", document.line(each[0])))
    told, hint = _tell(kind, details)
    if len(problems) > 1:
        others = "One more thing is" if len(problems) == 2 else f"{len(problems) - 1} more things are"
        hint = f"{hint} {others} wrong with the file.".strip()
    return document.problem(place, told, hint)


def _follows(one: tuple[Place, ErrorDetails], other: tuple[Place, ErrorDetails]) -> bool:
    """Whether one problem only follows from the other: a list too short for its bad entries, a key missing that is misspelt."""
    (place, details), (cause, _) = one, other
    if details["type"] == "missing" and other[1]["type"] == "extra_forbidden":
        return place[:-1] == cause[:-1] and bool(nearest(cause[-1], [str(place[-1])]))
    return len(cause) > len(place) and cause[: len(place)] == place


def _inside(content: object, place: Sequence[str | int]) -> object:
    """What stands at a place; None where there is nothing."""
    for part in place:
        if isinstance(content, Mapping):
            content = content.get(part)
        elif isinstance(content, Sequence) and not isinstance(content, str) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content


def _place(content: object, details: ErrorDetails) -> Place:
    """The place of pydantic's location: without the names of a union's members, which are no keys of the file."""
    location, is_missing = details["loc"], details["type"] == "missing"
    place: list[str | int] = []
    for index, part in enumerate(location):
        is_last = index == len(location) - 1
        if isinstance(content, Mapping) and (part in content or (is_missing and is_last)):
            place.append(part)
            content = content.get(part)
        elif isinstance(content, Sequence) and not isinstance(content, str) and isinstance(part, int):
            place.append(part)
            content = content[part] if part < len(content) else None
    unknown = details.get("ctx", {}).get("error")
    return (*place, *unknown.place) if isinstance(unknown, UnknownKeyError) else tuple(place)


def _tell(kind: object, details: ErrorDetails) -> tuple[str, str]:
    """What goes on after the key in the sentence, and the hint."""
    problem, context, message, value = details["type"], details.get("ctx", {}), details["msg"], details["input"]
    hint = ""
    if problem == "extra_forbidden":
        known = known_keys(kind, details["loc"][:-1])
        near = nearest(details["loc"][-1], known)
        told = f"is unknown; did you mean {near}?" if near else "is unknown"
        hint = f"The keys here are {', '.join(known)}." if known and not near else ""
    elif problem == "missing":
        told = "is missing"
    elif problem == "union_tag_invalid":
        told = f"has the unknown {_plain(context['discriminator'])} {context['tag']!r}"
        hint = f"Allowed: {_plain(context['expected_tags'])}."
    elif problem == "union_tag_not_found":
        key = _plain(context["discriminator"])
        near = nearest(key, map(str, value))
        told, hint = f"does not say its {key}", f"It has {near}: did you mean {key}?" if near else ""
    elif problem in ("literal_error", "enum"):
        allowed = _plain(context["expected"])
        near = nearest(value, allowed.replace(" or ", ", ").split(", "))
        told = f"is {_shown(value)}; {f'did you mean {near}?' if near else f'allowed: {allowed}'}"
        hint = f"Allowed: {allowed}." if near else ""
    elif isinstance(context.get("error"), UnknownKeyError):
        near = nearest(context["error"].place[-1], context["error"].known)
        told, hint = f"is unknown; did you mean {near}?" if near else "is unknown", f"Here {context['error']}."
    elif problem in ("value_error", "assertion_error"):
        told = f"can't be used: {message.partition(', ')[2].rstrip('.')}"
    else:
        wanted = message.removeprefix("Input should ").partition(", unable to parse")[0]
        told = f"is {_shown(value)}, but should {_WANTED[problem].format(**context) if problem in _WANTED else wanted}"
    return told, hint


def _plain(words: str) -> str:
    return words.replace("'", "")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def known_keys(kind: object, location: Sequence[str | int]) -> list[str]:
    """The keys of the model that stands at pydantic's location below `kind`; empty where any key may stand."""
    kinds = _models(kind)
    for part in location:
        following: list[object] = []
        for each in kinds:
            if isinstance(each, type) and issubclass(each, BaseModel):
                by_key = {field.alias or name: field.annotation for name, field in each.model_fields.items()}
                if part in by_key:
                    following += _models(by_key[part])
                elif any(
                    get_origin(field.annotation) is Literal and part in get_args(field.annotation) for field in each.model_fields.values()
                ):
                    following.append(each)  # the tag that tells the members of a union apart
            else:
                members = [argument for argument in get_args(each) if argument is not Ellipsis]
                following += [model for member in members for model in _models(member)]
        kinds = following
    return [field.alias or name for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)
            for name, field in each.model_fields.items()]  # fmt: skip


def _models(kind: object) -> list[object]:
    """The members of a union, or the kind itself, without what is annotated to it."""
    if get_origin(kind) is Annotated:
        return _models(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [model for member in get_args(kind) for model in _models(member)]
    return [kind]
