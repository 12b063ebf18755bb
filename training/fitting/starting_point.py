"""Where a run starts from: networks that are trained already."""

from pathlib import Path

from pydantic import ValidationError

from puppet.assets import EMBEDDED_MODEL
from puppet.errors import TrainingError
from training.checkpoint import load_checkpoint, load_networks
from training.networks.pair import NetworkPair, add_fine_head, without_face
from training.recipes.recipe import Recipe

EMBEDDED = "embedded"
"""What stands for the embedded model's weights."""

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
"""Of a checkout; an installed package has none."""


def find_start(start: str) -> Path:
    """The checkpoint that is named. Raises `TrainingError` where the embedded model's weights are asked for and are not there."""
    if start != EMBEDDED:
        return Path(start).expanduser()
    path = CHECKPOINTS / f"{EMBEDDED_MODEL}.pth"
    if not path.is_file():
        raise TrainingError(
            f"The weights that the embedded model was made from are not part of the installed package: there is no {path}.",
            f"Take checkpoints/{EMBEDDED_MODEL}.pth from Puppet's repository, and name it: --from {EMBEDDED_MODEL}.pth",
        )
    return path


def start_from(start: str, recipe: Recipe) -> tuple[Recipe, NetworkPair]:
    """The networks of a checkpoint, ours or a published one, and the recipe for training them on.

    The networks are built as the checkpoint says, whatever the recipe does (a published one doesn't say), but for a fine head that the
    recipe adds and for close-ups and face mesh, which a recipe without them takes off. The licence stays that of the checkpoint, and its
    training data join those of the recipe. Raises `ModelError` or `TrainingError` for what doesn't fit.
    """
    path = find_start(start)
    header = load_checkpoint(path).header
    if header is None:
        return recipe, load_networks(path, recipe.model)[0]
    networks = without_face(add_fine_head(load_networks(path)[0], recipe.model), recipe.model)
    if networks.configuration.family != recipe.model.family:
        raise TrainingError(
            f"{path} holds networks of the family {networks.configuration.family}, the recipe {recipe.name} trains {recipe.model.family}.",
            "Name a recipe of the checkpoint's family by --recipe.",
        )
    sources = tuple(dict.fromkeys([*header.training_data, *recipe.training.sources]))
    plan = recipe.training.model_copy(update={"licence": header.licence or recipe.training.licence, "sources": sources})
    content = {"name": recipe.name, "model": networks.configuration.model_dump(), "training": plan.model_dump()}
    try:
        return Recipe.model_validate(content), networks
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise TrainingError(f"{path} can't be trained by the recipe {recipe.name}: {said}.", "Name another recipe by --recipe.") from error


def refuse_untrained_detector(recipe: Recipe) -> None:
    """Raises `TrainingError` where a recipe, begun with fresh networks, would train behind a detector that never learnt."""
    first = recipe.training.stages[0]
    if (first.learn == "closeups" or first.is_led) and not (first.learn == "generator" and first.exact_share == 1):
        raise TrainingError(
            f"The recipe {recipe.name} begins with the {first.learn} (stage {first.name}), behind a detector that has learnt nothing yet.",
            "Name trained networks to start from: --from embedded, or --from CHECKPOINT.",
        )
