"""`puppet-train evaluate`."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from puppet import contract
from puppet.animator import Animator
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.errors import TrainingError
from puppet.plugins import open_animator, open_face_finder

if TYPE_CHECKING:
    from training.judging.evaluation import Tools
    from training.judging.judgement import Judgement, Take
    from training.judging.subjects import Choice

INTERRUPTED = 130
"""Exit status of a program that Ctrl-C ended."""

EVALUATION = "evaluation.json"
"""Name of the figures beside a model's `model.toml`."""


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name or folder, or a checkpoint.")] = EMBEDDED_MODEL,
    *,
    data: Annotated[
        list[Path] | None, typer.Option(help="Face packs, or a folder of clips, whose validation clips are used; repeatable.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for figures.json and report.html.")] = Path("evaluation"),
    against: Annotated[str | None, typer.Option(help="A second model or checkpoint, judged on the same subjects.")] = None,
    recipe: Annotated[
        str | None, typer.Option(help="How the networks of a published checkpoint are built: vox-256, or a YAML file.")
    ] = None,
    against_recipe: Annotated[str | None, typer.Option(help="The same for the second model.")] = None,
    engine: Annotated[str, typer.Option(help="auto or an engine of puppet-engine list, for model folders.")] = "auto",
    portraits: Annotated[int, typer.Option(min=0, help="Validation people who are driven by others.")] = 4,
    portraits_from: Annotated[list[Path] | None, typer.Option(help="A folder of pictures to drive as well; repeatable.")] = None,
    real: Annotated[int, typer.Option(min=0, help="Recordings to redraw and to drive with, at most.")] = 10,
    rendered: Annotated[int, typer.Option(min=0, help="Rendered clips to redraw, at most.")] = 12,
    stride: Annotated[int, typer.Option(min=1, help="Take every n-th frame of the recordings.")] = 3,
    write_card: Annotated[
        bool, typer.Option("--write-card", help="Write the means into the folder's model.toml, and all figures beside it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Judge a model on people it never saw: clips redrawn, beside the still source, and motion carried to other people.

    Ctrl-C ends the run with a report on what was judged until then.
    """
    from training.judging.evaluation import Tools  # noqa: PLC0415
    from training.judging.identity import EMBEDDER, IdentityEmbedder  # noqa: PLC0415
    from training.judging.judgement import Take, sum_up  # noqa: PLC0415
    from training.judging.perceived_distance import PerceivedDistance  # noqa: PLC0415
    from training.judging.report import write_report  # noqa: PLC0415
    from training.judging.resized_animator import ResizedAnimator  # noqa: PLC0415
    from training.judging.subjects import Choice  # noqa: PLC0415

    if not data:
        raise TrainingError("There is no data to judge the model on.", "Name it: --data FOLDER (may be given again).")
    if write_card and Path(model).is_file():
        raise TrainingError(f"{model} is a checkpoint and has no model.toml.", "Judge the folder made of it, or leave out --write-card.")
    _make_folder(output)
    embedder, perceive = IdentityEmbedder(), PerceivedDistance()
    finder = open_face_finder()
    models: list[Animator] = []
    takes: list[Take] = []
    try:
        models.append(_open_model(model, engine, recipe))
        if against is not None:
            models.append(ResizedAnimator(_open_model(against, engine, against_recipe), models[0].card.side))
        choice = Choice(data, real, rendered, portraits, stride, portraits_from or ())
        whole = _judge(models, Tools(finder, embedder, perceive), choice, takes)
    finally:
        for one in models:
            one.close()
        finder.close()
    names = _distinct([one.card.name for one in models])
    judgements = [sum_up(takes, index) for index in range(len(models))]
    result = _result(names, judgements, EMBEDDER, whole)
    _write_json(output / "figures.json", result)
    write_report(output / "report.html", names, takes, EMBEDDER, whole)
    if write_card and whole:
        metrics = {figure: round(value, 4) for figure, value in judgements[0].means.items() if math.isfinite(value)}
        contract.write_card(model_folder(model), models[0].card.model_copy(update={"metrics": metrics}))
        _write_json(model_folder(model) / EVALUATION, _result(names[:1], judgements[:1], EMBEDDER, whole))
    if as_json:
        typer.echo(json.dumps(result))
    else:
        _print_means(names, judgements)
        typer.echo(f"The report is {output / 'report.html'}, all figures are in {output / 'figures.json'}.")
    if not whole:
        typer.echo("The run was interrupted; this is what was judged until then.", err=True)
        raise typer.Exit(INTERRUPTED)


def _judge(models: Sequence[Animator], tools: "Tools", choice: "Choice", takes: list["Take"]) -> bool:
    """Append to `takes` all that is judged, showing progress; False when interrupted after the first take."""
    from training.judging.judgement import judge  # noqa: PLC0415
    from training.judging.subjects import choose_subjects  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as progress:
        looking, judging = progress.add_task("Looking at clips", total=None), progress.add_task("Judging", total=None)

        def looked(done: int, of: int) -> None:
            progress.update(looking, completed=done, total=of)

        def judged(done: int, of: int) -> None:
            progress.update(judging, completed=done, total=of)

        try:
            subjects = choose_subjects(choice, tools, models[0].card.side, looked)
            for take in judge(models, tools, subjects, judged):
                takes.append(take)
        except KeyboardInterrupt:
            if not takes:
                raise
            return False
    return True


def _result(names: Sequence[str], judgements: Sequence["Judgement"], embedder: str, whole: bool) -> dict[str, Any]:
    """What is written and printed as JSON: the first model's figures; of a second model likewise, and the means' differences from it."""
    found: dict[str, Any] = {"model": names[0], "identity_embedder": embedder, "whole": whole, **judgements[0]._asdict()}
    if len(names) > 1:
        first, second = (judgement.means for judgement in judgements)
        found["against"] = {"model": names[1], **judgements[1]._asdict()}
        found["difference"] = {key: first[key] - second[key] for key in first if key in second}
    rounded: dict[str, Any] = _rounded(found)
    return rounded


def _rounded(value: Any) -> Any:
    """The value with 5 decimals, and None for every number that is none, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 5) if math.isfinite(value) else None
    return value


def _write_json(path: Path, content: dict[str, Any]) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def _print_means(names: Sequence[str], judgements: Sequence["Judgement"]) -> None:
    clips, pairs = len(judgements[0].reconstruction), len(judgements[0].transfer)
    table = Table(
        "figure", *names, *(["difference"] if len(names) > 1 else []), title=f"{clips} clips redrawn, {pairs} takes driven by others"
    )
    for figure in judgements[0].means:
        values = [judgement.means.get(figure, math.nan) for judgement in judgements]
        table.add_row(figure, *(f"{value:.3f}" for value in values), *([f"{values[0] - values[1]:+.3f}"] if len(values) > 1 else []))
    Console().print(table)


def _distinct(names: list[str]) -> list[str]:
    """The names, the second marked where both are the same."""
    return names if len(set(names)) == len(names) else [names[0], f"{names[1]} (against)"]


def _make_folder(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"The folder {output} can't be made: {error.strerror}.", "Name another with -o.") from error


def _open_model(model: str, engine: str, recipe: str | None) -> Animator:
    """A model folder through its graphs, or a checkpoint through torch."""
    path = Path(model)
    if not path.is_file():
        if recipe is not None:
            raise TrainingError(f"{model} is a model folder, which says by itself how it is built.", "Leave the recipe out.")
        return open_animator(model_folder(model), engine)
    import torch  # noqa: PLC0415

    from training.checkpoint import load_networks  # noqa: PLC0415
    from training.judging.torch_animator import TorchAnimator  # noqa: PLC0415
    from training.model_card import card_of  # noqa: PLC0415
    from training.recipes.recipe_files import load_configuration  # noqa: PLC0415

    networks, read = load_networks(path, None if recipe is None else load_configuration(recipe))
    card = card_of(networks.configuration, path.name.split(".")[0], licence=read.header.licence if read.header else "")
    return TorchAnimator(networks, card, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
