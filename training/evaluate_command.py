"""`puppet-train evaluate`."""

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from puppet import contract
from puppet.animator import Animator
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.errors import TrainingError
from puppet.plugins import open_animator, open_face_finder


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name or folder, or a checkpoint made by puppet-train fit.")] = EMBEDDED_MODEL,
    *,
    data: Annotated[list[Path] | None, typer.Option(help="Folder of face packs, whose validation clips are used; repeatable.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the figures and the contact sheets.")] = Path("evaluation"),
    engine: Annotated[str, typer.Option(help="auto, openvino or onnxruntime, for a model folder.")] = "auto",
    portraits: Annotated[int, typer.Option(min=1, help="People who are driven by others.")] = 6,
    rendered: Annotated[int, typer.Option(min=0, help="Rendered clips to redraw, beside all real ones.")] = 16,
    stride: Annotated[int, typer.Option(min=1, help="Take every n-th frame of the real clips.")] = 2,
    write_card: Annotated[bool, typer.Option("--write-card", help="Write the means into the folder's model.toml.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Judge a model on people it never saw: clips redrawn, beside the still source, and motion carried to other people."""
    from training.identity import EMBEDDER, IdentityEmbedder  # noqa: PLC0415
    from training.judgement import Bench, choose_subjects, judge  # noqa: PLC0415

    if not data:
        raise TrainingError("There is no data to judge the model on.", "Name it: --data FOLDER (may be given again).")
    if write_card and Path(model).is_file():
        raise TrainingError(f"{model} is a checkpoint and has no model.toml.", "Judge the folder made of it, or leave out --write-card.")
    bench = Bench(_open_model(model, engine), open_face_finder(), IdentityEmbedder())
    try:
        subjects = choose_subjects(data, bench, portraits=portraits, rendered=rendered, stride=stride)
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Judging", total=None)
            found = judge(bench, subjects, output, lambda done, of: progress.update(task, completed=done, total=of))
    finally:
        bench.animator.close()
        bench.finder.close()
    name = bench.animator.card.name
    result = _without_nan({"model": name, "identity_embedder": EMBEDDER, **found._asdict()})
    (output / "figures.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    if write_card:
        metrics = {figure: round(value, 4) for figure, value in found.means.items() if math.isfinite(value)}
        contract.write_card(model_folder(model), bench.animator.card.model_copy(update={"metrics": metrics}))
    if as_json:
        typer.echo(json.dumps(result))
        return
    clips = f"{len(subjects.real)} real and {len(subjects.rendered)} rendered clips"
    table = Table("figure", "mean", title=f"{name}: {clips}, {len(subjects.wearers)} portraits")
    for figure, value in found.means.items():
        table.add_row(figure, f"{value:.3f}")
    Console().print(table)
    typer.echo(f"Figures per clip and contact sheets lie in {output}.")


def _without_nan(value: Any) -> Any:
    """The value with None for every number that is none, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _open_model(model: str, engine: str) -> Animator:
    """A model folder through its graphs, or a checkpoint of ours through torch."""
    path = Path(model)
    if not path.is_file():
        return open_animator(model_folder(model), engine)
    import torch  # noqa: PLC0415

    from training.checkpoint import load_networks  # noqa: PLC0415
    from training.model_card import card_of  # noqa: PLC0415
    from training.torch_animator import TorchAnimator  # noqa: PLC0415

    networks, read = load_networks(path)
    card = card_of(networks.configuration, path.stem, licence=read.header.licence if read.header else "")
    return TorchAnimator(networks, card, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
