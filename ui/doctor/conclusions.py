"""What follows from the facts: what stops a live run, what is only worth knowing, how to mend each, and the verdict."""

from collections.abc import Iterator

from engines.building.chips import OLDEST, RTX_CHIPS, capability_of
from puppet.assets import EMBEDDED_MODEL
from ui.doctor.part import EVERYTHING, Part
from ui.doctor.report import Finding, Report, RuntimeFact
from ui.doctor.sections import TITLES, size_words

ESSENTIAL = frozenset({"av", "numpy", "opencv-python-headless", "openvino", "pydantic", "platformdirs", "rich", "tomli-w", "typer"})
"""Packages without which nothing runs, as distributions are called."""

LITTLE = 2 * 2**30
"""Free bytes below which a disk is as good as full: recordings and engines go there."""

OF_A_CARD = ("CUDA", "TENSORRT")
"""How the names of devices begin that are an NVIDIA card."""


MEND = "Correct it in the file, or change any setting in the window: the file is written anew then."


def conclude(report: Report) -> Report:
    """The report with its findings, those that stop a live run first, and the verdict."""
    findings = [
        *_installation(report),
        *_runtimes(report),
        *_models(report),
        *_card(report),
        *_window(report),
        *_cameras(report),
        *_virtual_cameras(report),
        *_belongings(report),
        *_unknown(report),
    ]
    findings = [finding.model_copy(update={"says": _ended(finding.says)}) for finding in findings]
    findings.sort(key=lambda finding: not finding.stops)
    stops = [finding for finding in findings if finding.stops]
    return report.model_copy(
        update={"findings": findings, "live": not stops, "verdict": _verdict(report, stops, len(findings) - len(stops))}
    )


def _ended(sentence: str) -> str:
    """A sentence with its full stop: what a library says has none."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _verdict(report: Report, stops: list[Finding], others: int) -> str:
    told = {0: "", 1: " 1 thing is worth knowing."}.get(others, f" {others} things are worth knowing.")
    if stops:
        return f"live use is NOT possible here: {' '.join(finding.says for finding in stops)}{told}"
    chosen = report.engines.automatic.chosen
    return f"live use is possible here{f', on {chosen}' if chosen else ''}.{told}"


def _installation(report: Report) -> Iterator[Finding]:
    for name in report.puppet.lacks:
        stops = name.lower() in ESSENTIAL
        yield Finding(says=f"The package {name} is not installed.", fix=report.puppet.restore, stops=stops)


def _runtimes(report: Report) -> Iterator[Finding]:
    """Faces are found with OpenVINO, whatever draws the portrait."""
    runtimes, automatic = report.engines.runtimes, report.engines.automatic
    for runtime in runtimes:
        if runtime.ends:
            says = f"A live run that loads {runtime.name} would end at once: {runtime.reason}"
            fix = f"Install its package again{'' if runtime.name in ESSENTIAL else ', or remove it'}."
            spared = automatic.named and runtime.name not in {automatic.chosen, "openvino"}  # auto loads them all
            yield Finding(says=says, fix=fix, stops=not spared)
        elif runtime.name == "openvino" and not runtime.devices:
            yield Finding(
                says=f"OpenVINO, which finds the face, can't be used: {runtime.reason}",
                fix=runtime.fix or report.puppet.restore,
                stops=True,
            )
    named = next(
        (runtime for runtime in runtimes if runtime.name == automatic.chosen), RuntimeFact(name="", reason="There is none of this name.")
    )
    if automatic.named and not named.devices:
        says = f"The settings name the engine {automatic.chosen}, which can't be used: {named.reason}"
        yield Finding(says=says, fix=f"Choose auto: puppet-live --engine auto{f'. Or: {named.fix}' if named.fix else ''}", stops=True)
    if runtimes and not any(runtime.devices for runtime in runtimes):
        reasons = "; ".join(f"{runtime.name}: {runtime.reason.rstrip('.')}" for runtime in runtimes)
        yield Finding(says=f"No engine can run a model: {reasons}.", fix=report.puppet.restore, stops=True)


def _models(report: Report) -> Iterator[Finding]:
    for face in report.models.faces:
        if face.trouble:
            yield Finding(says=f"A model that finds faces can't be used: {face.trouble}", fix=face.fix, stops=True)
    for matte in report.models.mattes:
        if matte.trouble:
            yield Finding(says=f"Backgrounds can't be locked or taken away: {matte.trouble}", fix=matte.fix)
    for enhancer in report.models.enhancers:
        if enhancer.trouble:
            yield Finding(says=f"Faces can't be made sharper: {enhancer.trouble}", fix=enhancer.fix)
    models = report.models.models
    embedded = next((model for model in models if model.name == EMBEDDED_MODEL), None)
    works = embedded is not None and not embedded.trouble
    for model in models:
        if not model.trouble:
            continue
        instead = "" if model.name == EMBEDDED_MODEL or not model.chosen or not works else " The embedded model runs instead."
        usable = works or any(other.chosen and not other.trouble for other in models)
        yield Finding(says=f"{model.trouble}{instead}", fix=model.fix, stops=not usable and (model.chosen or model.embedded))


def _card(report: Report) -> Iterator[Finding]:
    """An NVIDIA card that lies idle, and why."""
    graphics, engines = report.graphics, report.engines
    if not graphics.cards and not graphics.gpus:
        return
    named = graphics.gpus[0].name if graphics.gpus else graphics.cards[0].partition(",")[0]
    if not graphics.gpus:
        if graphics.trouble:
            which = "" if named in graphics.trouble else f": {named}"
            says = f"There is a graphics card that is not used{which}. {graphics.trouble}"
            yield Finding(says=says, fix=_rtx_fix(report, graphics.fix))
        return
    on_card = [runtime for runtime in engines.runtimes if any(device.name.upper().startswith(OF_A_CARD) for device in runtime.devices)]
    yield from engines.automatic.passed_over
    if engines.automatic.to_build:
        yield Finding(
            says=f"{named} could draw with {' or '.join(engines.automatic.to_build)} once it is built.", fix="puppet-engine build"
        )
    if on_card or not engines.runtimes or engines.automatic.passed_over:
        return
    chip = graphics.gpus[0].chip
    reasons = " ".join(f"{runtime.name}: {runtime.reason}" for runtime in engines.runtimes if runtime.reason)
    yield Finding(says=f"{named} ({chip}) is not used: no engine for it can be used. {reasons}".strip(), fix=_for_chip(report, chip))


def _for_chip(report: Report, chip: str) -> str:
    """What to install for a chip; what is installed already and does not work is not named again."""
    if capability_of(chip) < OLDEST:
        return "TensorRT serves no card as old as this one. ONNX Runtime may: pip install onnxruntime-gpu"
    extra = "rtx" if chip in RTX_CHIPS else "tensorrt"
    if extra == "tensorrt":
        known = f"TensorRT-RTX serves no {chip}; classic TensorRT does: "
        return f"{known}{_install(report, extra)}" if _lacks(report, extra) else "Update it: pip install --upgrade tensorrt"
    return _install(report, extra) if _lacks(report, extra) else ""


def _rtx_fix(report: Report, fix: str) -> str:
    """The fix of a card that no driver answers for; where it is a package that is missing, the line that installs it here."""
    return f"Install what is missing: {_install(report, 'rtx')}" if "pip install -e '.[rtx]'" in fix and _lacks(report, "rtx") else fix


def _lacks(report: Report, extra: str) -> bool:
    return any(each.lacks for each in report.puppet.extras if each.name == extra)


def _install(report: Report, extra: str) -> str:
    return report.puppet.install.replace("NAME", extra)


def _window(report: Report) -> Iterator[Finding]:
    system = report.system
    if not system.display:
        yield Finding(says="There is no display to open a window on.", fix="Run without one: puppet-live --headless")
    elif system.window_trouble:
        yield Finding(says=system.window_trouble, fix=system.window_fix, stops=True)
    for place in system.places:
        if not place.writable:
            yield Finding(
                says=f"The folder for {place.use} may not be written to: {place.folder}", fix="Mend its rights, or make room for it."
            )
        elif place.free < LITTLE:
            yield Finding(says=f"The disk with {place.folder} is nearly full: {size_words(place.free)} left.", fix="Free some space.")


def _cameras(report: Report) -> Iterator[Finding]:
    video = report.video
    if not video.cameras and not {"cameras", EVERYTHING} & set(video.unknown):
        yield Finding(
            says="No camera was found: the bundled clip drives instead.",
            fix="Plug one in: it is noticed at once. A video, a picture or an address can drive too.",
        )
    for camera in video.cameras:
        if camera.trouble:
            yield Finding(says=camera.trouble, fix=camera.fix)


def _virtual_cameras(report: Report) -> Iterator[Finding]:
    video = report.video
    if video.missing:
        yield Finding(says=video.missing, fix=video.fix)
    for virtual in video.virtual:
        if virtual.trouble:
            yield Finding(says=virtual.trouble, fix=virtual.fix)
    keys = report.keys
    if keys.wanted and keys.trouble:
        yield Finding(says=f"Global keys are not heard. {keys.trouble}", fix=keys.fix or _install(report, "keys"))


def _belongings(report: Report) -> Iterator[Finding]:
    for trouble in (*report.belongings.troubles, report.belongings.portraits_trouble):
        if trouble:
            yield Finding(says=trouble, fix=MEND if trouble in report.belongings.troubles else "")


def _unknown(report: Report) -> Iterator[Finding]:
    """Parts without an answer. A run loads what engines are looked at with, and would not fare better."""
    for name in Report.model_fields:
        part = getattr(report, name)
        if isinstance(part, Part) and EVERYTHING in part.unknown:
            says = f"Nothing could be found out of {TITLES[name]}: {part.unknown[EVERYTHING]}."
            yield Finding(says=says, fix="Look again: puppet-doctor. If it stays so, report it.", stops=name == "engines")
    if "runtimes" in report.engines.unknown:
        yield Finding(says=f"No engine can be loaded: {report.engines.unknown['runtimes']}.", fix=report.puppet.restore, stops=True)
