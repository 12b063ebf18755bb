"""Model folders and the single models beside them: whether each is what its hashes say."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from puppet.assets import ASSETS, EMBEDDED_MODEL, model_folder
from puppet.contract import CARD, GRAPHS, file_hash, read_card
from puppet.errors import ModelError
from ui.doctor.part import gather, reason_of
from ui.doctor.report import ModelFact, Models
from ui.model_choice import DEMO

MODELS = ASSETS / "models"

FACE_FOLDER = MODELS / "face"

FACE_HASHES = {
    "face_detection_short_range.tflite": "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
}
"""The sha256 of each face model, as the page beside them says."""

MATTE, MATTE_HASH = "u2netp.onnx", "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
"""The matte of people, and its sha256, as the page beside it says."""

ENHANCER, ENHANCER_CARD = "enhance.onnx", "enhance.toml"
"""What makes faces sharper, and what tells of it, its sha256 too."""

AGAIN = "In a checkout: git checkout -- assets. Otherwise install Puppet again."


def look_at_models(
    chosen: str = EMBEDDED_MODEL,
    named: Sequence[str] = (),
    *,
    embedded: Path = MODELS,
    here: Path = Path("models"),
    faces: Path = FACE_FOLDER,
    matte: Path = MODELS / "matte",
    enhancer: Path = MODELS / "enhance",
) -> Models:
    """Embedded models, the one that the settings name, those `named`, and those in `here`, a folder of the current one.

    `faces`, `matte` and `enhancer` are the folders of what goes with each of them.
    """
    return gather(
        Models,
        models=lambda: _models(chosen, named, embedded, here),
        faces=lambda: [_look_at_file(faces / name, content) for name, content in FACE_HASHES.items()],
        mattes=lambda: [_look_at_file(matte / MATTE, MATTE_HASH)],
        enhancers=lambda: [_look_at_enhancer(enhancer)],
    )


def _models(chosen: str, named: Sequence[str], embedded: Path, here: Path) -> list[ModelFact]:
    own = sorted({EMBEDDED_MODEL, *(card.parent.name for card in embedded.glob(f"*/{CARD}"))})
    facts = [_look_at_model(embedded / name, name, chosen == name, embedded=True) for name in own]
    folders: dict[Path, bool] = {}
    for name in dict.fromkeys((chosen, *named)):
        if name in (*own, DEMO):
            continue
        try:
            folders[model_folder(name).resolve()] = name == chosen
        except ModelError as error:
            facts.append(ModelFact(name=name, chosen=name == chosen, trouble=error.sentence, fix=error.hint))
    for card in sorted(here.glob(f"*/{CARD}")):
        folders.setdefault(card.parent.resolve(), False)
    return facts + [_look_at_model(folder, str(folder), used) for folder, used in folders.items()]


def _look_at_model(folder: Path, name: str, chosen: bool, *, embedded: bool = False) -> ModelFact:
    fact = ModelFact(name=name, embedded=embedded, chosen=chosen)
    try:
        card = read_card(folder)
        size = sum((folder / graph).stat().st_size for graph in GRAPHS)
    except (ModelError, OSError) as error:
        hint = error.hint if isinstance(error, ModelError) and not embedded else AGAIN
        return fact.model_copy(update={"trouble": reason_of(error), "fix": hint})
    words = f"{card.family}, {card.side} px, {card.keypoint_count} keypoints, {card.precision}, {size / 1e6:.1f} MB"
    return fact.model_copy(update={"description": words})


def _look_at_enhancer(folder: Path) -> ModelFact:
    try:
        content = tomllib.loads((folder / ENHANCER_CARD).read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError):
        return ModelFact(name=ENHANCER, embedded=True, trouble=f"{ENHANCER_CARD} is damaged or missing.", fix=AGAIN)
    return _look_at_file(folder / ENHANCER, content)


def _look_at_file(path: Path, content: str) -> ModelFact:
    fact = ModelFact(name=path.name, embedded=True)
    try:
        if file_hash(path) == content:
            return fact.model_copy(update={"description": f"{path.stat().st_size / 1e6:.1f} MB"})
        trouble = f"{path.name} is damaged or was changed."
    except FileNotFoundError:
        trouble = f"{path.name} is missing."
    except OSError as error:
        trouble = f"{path.name} can't be read: {error.strerror}."
    return fact.model_copy(update={"trouble": trouble, "fix": AGAIN})
