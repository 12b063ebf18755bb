"""Recipes on disk: ours in `assets/recipes`, any YAML file of the same form, and the official configurations."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from puppet.errors import ModelError
from training.configuration import Configuration
from training.official import is_official, read_official

RECIPES = Path(__file__).parents[1] / "assets" / "recipes"
"""Where the recipes with a name lie, each as NAME.yaml."""

_KEYS = ("name", "model", "training", "licence", "training_data")


def recipe_names() -> list[str]:
    """The names of all recipes that come with Puppet."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def find_recipe(recipe: str) -> Path:
    """The file of a recipe that is given by its name or as a YAML file. Raises `ModelError` that names the nearest one."""
    path = Path(recipe)
    if path.suffix.lower() in (".yaml", ".yml") or path.name != recipe:
        if not path.is_file():
            raise ModelError(f"There is no recipe file at {path}.", f"Name a file, or one of: {', '.join(recipe_names())}.")
        return path
    names = recipe_names()
    if recipe in names:
        return RECIPES / f"{recipe}.yaml"
    near = difflib.get_close_matches(recipe, names, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ModelError(f"There is no recipe called {recipe!r}.", f"{hint}There are: {', '.join(names)}. Or name a YAML file.")


def read_recipe(recipe: str) -> dict[str, Any]:
    """The document of a recipe, ours or official. Raises `ModelError` for what is no YAML mapping or has unknown keys."""
    path = find_recipe(recipe)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ModelError(f"The recipe {path} can't be read: {' '.join(str(error).split())}.", "It must be a YAML file.") from error
    if not isinstance(document, dict):
        raise ModelError(f"The recipe {path} is not a YAML mapping.", "It must hold `name` and `model`, or an official `model_params`.")
    if is_official(document):
        return document
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise ModelError(f"The recipe {path} has a key Puppet does not know: {unknown[0]}.", f"The keys are {', '.join(_KEYS)}.")
    if "model" not in document:
        raise ModelError(f"The recipe {path} says of no network.", "It must hold `name` and `model`, or an official `model_params`.")
    return document


def load_configuration(recipe: str) -> Configuration:
    """The networks' configuration of a recipe: its name, one of our files, or an official YAML file."""
    document = read_recipe(recipe)
    if is_official(document):
        return read_official(document)
    try:
        adapter: TypeAdapter[Configuration] = TypeAdapter(Configuration)
        return adapter.validate_python(document["model"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["model", *(str(part) for part in first["loc"])])
        raise ModelError(f"The recipe {find_recipe(recipe)}: {where}: {first['msg']}.") from error
