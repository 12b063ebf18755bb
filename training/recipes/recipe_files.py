"""Recipes on disk: ours in `assets/recipes`, any YAML file of the same form, and the files of the original and of PaddleGAN."""

import difflib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from puppet.errors import ModelError
from training.configuration import Configuration
from training.recipes.official import OfficialFile, is_official
from training.recipes.paddlegan import PaddleGanFile, is_paddlegan
from training.recipes.published_sections import SectionError
from training.recipes.recipe_problems import validate
from training.recipes.yaml_document import YamlDocument, nearest, read_yaml

RECIPES = Path(__file__).parents[2] / "assets" / "recipes"
"""Where the recipes with a name lie, each as NAME.yaml."""

_KEYS = ("name", "model", "training")

Shape = TypeVar("Shape", bound=BaseModel)


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


def read_recipe(recipe: str) -> YamlDocument:
    """The document of a recipe as one of ours; that of another program is translated, and keeps lines of its own.

    It has a `name`, that of its file if it says none, and a `model`; what these hold is not looked at yet. Raises `ModelError`
    for what is no such file and for whatever the file of another program holds that Puppet does not build or train.
    """
    path = find_recipe(recipe)
    document = read_yaml(path)
    content = document.content
    if is_official(content) or is_paddlegan(content):
        kind = OfficialFile if is_official(content) else PaddleGanFile
        translated = _translate(document, kind)
        return YamlDocument(path, {"name": path.stem, **translated}, {})
    for key in content:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            told = f"is unknown; did you mean {near}?" if near else "is unknown"
            raise document.problem(
                (key,), told, "" if near else f"The keys at the top are {', '.join(_KEYS)}, or those of an official file."
            )
    if "model" not in content:
        raise document.problem((), "says of no network", "It must hold `model`, or be a file of the original or of PaddleGAN.")
    return document._replace(content={"name": path.stem, **content})


def load_configuration(recipe: str) -> Configuration:
    """The networks' configuration of a recipe: its name, one of our files, or one of the original or of PaddleGAN."""
    document = read_recipe(recipe)
    configuration: Configuration = validate(document, Configuration, document.content["model"], ("model",))
    return configuration


def validate_recipe(recipe: str, kind: type[Shape]) -> Shape:
    """A whole recipe, which must say how it is trained. Raises `ModelError` that names file, line and key of what is wrong."""
    document = read_recipe(recipe)
    if "training" not in document.content:
        raise document.problem((), "says nothing of training", "A recipe that can be trained has a `training` section.")
    whole: Shape = validate(document, kind)
    return whole


def _translate(document: YamlDocument, kind: type[OfficialFile] | type[PaddleGanFile]) -> dict[str, Any]:
    file: OfficialFile | PaddleGanFile = validate(document, kind)
    try:
        return file.recipe()
    except SectionError as error:
        raise document.problem(document.find(error.key), str(error)) from error
