"""The sections of the page: each fact with its name, in the words that a person reads."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ui.doctor.part import EVERYTHING, Part
from ui.doctor.report import (
    Belongings,
    CameraFact,
    Engines,
    Graphics,
    Installation,
    Keys,
    ModelFact,
    Models,
    Report,
    System,
    Video,
    VirtualFact,
)

Row = tuple[str, str]
"""The name of a fact, empty where the one above goes on, and the fact in words."""


class Section(NamedTuple):
    """One section: `rows` are its facts in order, with what could not be found out at their end."""

    title: str
    rows: list[Row]


TITLES = {
    "puppet": "Puppet",
    "system": "System",
    "graphics": "Graphics",
    "engines": "Engines",
    "models": "Models",
    "video": "Video",
    "sound": "Sound",
    "keys": "Keys",
    "belongings": "Settings and portraits",
}
"""Titles of the parts, by their names in the report, in the order of the page."""


def sections(report: Report) -> list[Section]:
    """Every section, in the order of the page."""
    rows: dict[str, Iterable[Row]] = {
        "puppet": _puppet(report.puppet),
        "system": _system(report.system, report.engines),
        "graphics": _graphics(report.graphics),
        "engines": _engines(report.engines),
        "models": _models(report.models),
        "video": _video(report.video),
        "sound": _list("microphones", report.sound.microphones),
        "keys": _keys(report.keys),
        "belongings": _belongings(report.belongings),
    }
    return [_section(title, getattr(report, name), rows[name]) for name, title in TITLES.items()]


def size_words(size: int) -> str:
    """Bytes for a person."""
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"


def _section(title: str, part: Part, rows: Iterable[Row]) -> Section:
    unknown = [(name, f"could not be found out: {reason}") for name, reason in part.unknown.items()]
    told = [] if EVERYTHING in part.unknown else [row for row in rows if row[1]]
    return Section(title, told + [(name.replace("_", " "), words) for name, words in unknown])


def _puppet(puppet: Installation) -> Iterator[Row]:
    yield "version", ", ".join(filter(None, (puppet.version, puppet.source)))
    yield "Python", puppet.python
    yield "packages", ", ".join(f"{name} {version}" for name, version in puppet.packages.items())
    if puppet.lacks:
        yield "lacks", ", ".join(puppet.lacks)
    whole = {name for extra in puppet.extras if not extra.lacks for name in extra.packages}
    for number, extra in enumerate(puppet.extras):
        if not extra.lacks:
            state = ", ".join(f"{name} {version}" for name, version in extra.packages.items())
        elif extra.packages.keys() <= whole:  # nothing of its own, at most what another extra brought
            state = "not installed"
        else:
            state = f"incomplete, lacks {', '.join(extra.lacks)}"
        yield "" if number else "extras", f"{extra.name}: {state}"
    if puppet.install and any(extra.lacks for extra in puppet.extras):
        yield "", f"To install one, by its name: {puppet.install}"


def _system(system: System, engines: Engines) -> Iterator[Row]:
    yield "system", system.name
    yield "kernel", system.kernel
    yield "desktop", system.desktop
    yield "window", system.window_trouble or (f"Qt {system.window} loads" if system.window else "")
    yield "processor", "; ".join(filter(None, (system.processor, system.cores)))
    native = next((device.precision for runtime in engines.runtimes for device in runtime.devices if device.name == "CPU"), "")
    if native or system.instructions:
        yield "computes", ", ".join(filter(None, (f"natively in {native} (by OpenVINO)" if native else "", *system.instructions)))
    if system.memory:
        yield "memory", size_words(system.memory) + (f", {size_words(system.memory_free)} free" if system.memory_free else "")
    for number, place in enumerate(system.places):
        state = f"{size_words(place.free)} free" + ("" if place.writable else ", MAY NOT BE WRITTEN TO")
        yield "" if number else "folders", f"{place.use}: {place.folder}, {state}"


def _graphics(graphics: Graphics) -> Iterator[Row]:
    yield from _list("cards", [*graphics.cards, *graphics.others])
    if graphics.driver or graphics.cuda:
        yield "driver", ", ".join(filter(None, (f"NVIDIA {graphics.driver}".strip(), f"CUDA {graphics.cuda}" if graphics.cuda else "")))
    if graphics.binding:
        yield "binding", graphics.binding
    yield from _list("GPUs", [f"{gpu.name}, {gpu.chip}, {size_words(gpu.memory)}, {gpu.description}" for gpu in graphics.gpus], "")
    if graphics.trouble and (graphics.cards or graphics.gpus):
        yield "CUDA", graphics.trouble


def _engines(engines: Engines) -> Iterator[Row]:
    for runtime in engines.runtimes:
        label = f"{runtime.name} {runtime.version}".strip()
        for number, device in enumerate(runtime.devices):
            yield "" if number else label, f"{device.name}: {device.description}; computes in {device.precision}"
        if not runtime.devices:
            yield label, runtime.reason
    automatic = engines.automatic
    yield from _list("auto", [*([automatic.chosen] if automatic.chosen else []), *automatic.why], "")
    if engines.store_size or engines.store:
        yield from _list("built", [*engines.store, f"{size_words(engines.store_size)} altogether"])
    else:
        yield "built", "no engine"


def _models(models: Models) -> Iterator[Row]:
    yield from _list("models", [_model_words(model) for model in models.models])
    yield from _list("faces", [_model_words(model) for model in models.faces])
    yield from _list("matte", [_model_words(model) for model in models.mattes])
    yield from _list("enhancer", [_model_words(model) for model in models.enhancers])


def _model_words(model: ModelFact) -> str:
    chosen = " (the settings' choice)" if model.chosen else ""
    return f"{model.name}{chosen}: {'DAMAGED OR MISSING. ' + model.trouble if model.trouble else f'ok, {model.description}'}"


def _video(video: Video) -> Iterator[Row]:
    yield from _list("cameras", [words for camera in video.cameras for words in _camera_words(camera)])
    yield "driver", ", ".join(filter(None, (video.driver, f"pyvirtualcam {video.package}" if video.package else "")))
    yield from _list("virtual", [_virtual_words(virtual) for virtual in video.virtual])


def _camera_words(camera: CameraFact) -> Iterator[str]:
    trouble = camera.trouble.removeprefix(f"Camera {camera.source} ({camera.name}) ").rstrip(".")
    yield f"{camera.source}: {camera.name}" + (f"; {trouble}" if trouble else "")
    if camera.modes:
        yield f"   {camera.modes}" + (f"; Puppet takes {camera.taken}" if camera.taken else "")


def _virtual_words(virtual: VirtualFact) -> str:
    return f"{virtual.name}{f': {virtual.description}' if virtual.description else ''}"


def _keys(keys: Keys) -> Iterator[Row]:
    yield "everywhere", f"{'on' if keys.wanted else 'off'} in the settings; heard by {keys.listener}"
    if keys.trouble and keys.listener.partition(":")[0] != "nobody":
        yield "", keys.trouble


def _belongings(own: Belongings) -> Iterator[Row]:
    yield "settings", own.settings + (f"; {own.profiles} more profiles" if own.profiles else "")
    yield from (("", trouble) for trouble in own.troubles)
    if own.differs:
        yield "changed", ", ".join(own.differs)
    yield (
        "portraits",
        f"{own.portraits} of one's own, {own.bundled} bundled" + (f". {own.portraits_trouble}" if own.portraits_trouble else ""),
    )


def _list(label: str, words: list[str], none: str = "none") -> Iterator[Row]:
    """A row for each, the first with the name; a single one for nothing, unless there is no word for that."""
    yield from (("" if number else label, each) for number, each in enumerate(words))
    if not words and none:
        yield label, none
