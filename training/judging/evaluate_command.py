"""`puppet-train evaluate`."""

import json
import math
from collections.abc import Sequence
from contextlib import ExitStack, closing
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
from puppet.plugins import open_animator, open_face_finder, open_restorer
from puppet.portraits.enhanced_animator import EnhancedAnimator

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
    enhance: Annotated[bool, typer.Option("--enhance", help="Judge the model with its faces made sharper as well.")] = False,
    enhancer: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What makes them sharper, as an ONNX file.", show_default="the embedded network")
    ] = None,
    side: Annotated[
        int | None,
        typer.Option(
            min=32,
            max=1024,
            help="Side of the pictures that are judged, px.",
            show_default="the model's; with --enhance the largest there is",
        ),
    ] = None,
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
    enhanced = enhance or enhancer is not None
    if write_card and (enhanced or side):
        raise TrainingError(
            "A model's card tells what it draws by itself, at its own side.", "Leave out --write-card, or --enhance and --side."
        )
    _make_folder(output)
    embedder, perceive = IdentityEmbedder(), PerceivedDistance()
    finder = open_face_finder()
    takes: list[Take] = []
    with ExitStack() as opened:
        opened.enter_context(closing(finder))

        def keep(animator: Animator) -> Animator:
            return opened.enter_context(closing(animator))

        models = [keep(_open_model(model, engine, recipe))]
        if enhanced:
            models.append(keep(_enhance(keep(_open_model(model, engine, recipe)), enhancer)))
        if against is not None:
            models.append(keep(_open_model(against, engine, against_recipe)))
        side = side or (max(one.card.side for one in models) if enhanced else models[0].card.side)
        models = [one if one.card.side == side else ResizedAnimator(one, side) for one in models]
        choice = Choice(data, real, rendered, portraits, stride, portraits_from or ())
        whole = _judge(models, Tools(finder, embedder, perceive), choice, takes)
    names = _distinct([one.card.name for one in models])
    judgements = [sum_up(takes, index) for index in range(len(models))]
    result = _result(names, judgements, EMBEDDER, whole, enhanced=enhanced)
    _write_json(output / "figures.json", result)
    write_report(output / "report.html", names, takes, EMBEDDER, whole)
    if write_card and whole:
        metrics = {figure: round(value, 4) for figure, value in judgements[0].means.items() if _belongs_to_card(figure, value)}
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


def _enhance(animator: Animator, enhancer: Path | None) -> Animator:
    """The animator with its faces made sharper."""
    with ExitStack() as opened:
        restorer = opened.enter_context(closing(open_restorer(enhancer)))
        enhanced = EnhancedAnimator(animator, restorer, open_face_finder())
        opened.pop_all()
        return enhanced


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


def _result(
    names: Sequence[str], judgements: Sequence["Judgement"], embedder: str, whole: bool, *, enhanced: bool = False
) -> dict[str, Any]:
    """What is written and printed as JSON: the first model's figures; of the same with sharper faces where it was `enhanced`, and of
    a second model likewise, and the means' differences from that."""
    found: dict[str, Any] = {"model": names[0], "identity_embedder": embedder, "whole": whole, **judgements[0]._asdict()}
    if enhanced:
        found["enhanced"] = {"model": names[1], **judgements[1]._asdict()}
    if len(names) > 1 + enhanced:
        first, second = judgements[0].means, judgements[-1].means
        found["against"] = {"model": names[-1], **judgements[-1]._asdict()}
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
        "figure", *names, *(["difference"] if len(names) == 2 else []), title=f"{clips} clips redrawn, {pairs} takes driven by others"
    )
    for figure in judgements[0].means:
        values = [judgement.means.get(figure, math.nan) for judgement in judgements]
        table.add_row(figure, *(f"{value:.3f}" for value in values), *([f"{values[0] - values[1]:+.3f}"] if len(values) == 2 else []))
    Console().print(table)


def _distinct(names: list[str]) -> list[str]:
    """The names, the last marked where it is that of the first."""
    return names if len(set(names)) == len(names) else [*names[:-1], f"{names[-1]} (against)"]


def _belongs_to_card(figure: str, value: float) -> bool:
    """Whether a mean tells of the model rather than of the machine, and there is one."""
    return math.isfinite(value) and not figure.endswith("_ms")


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
