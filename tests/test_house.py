"""The house itself: its walls, its four commands, and what may lie in it."""

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
LARGEST = 16_000_000
"""Bytes that no file may reach."""

OPTIONS = {
    "puppet-live": ("--camera", "--headless", "--seconds", "--record", "--json", "--engine", "--model"),
    "puppet-animate": (
        "--output", "--relative", "--absolute", "--adapt-scale", "--find-best-frame", "--best-frame", "--image-size", "--paste-back",
        "--no-paste-back", "--multi-person", "--ratio", "--lock-background", "--matte", "--audio", "--no-audio", "--no-face", "--model",
        "--engine", "--json",
    ),
    "puppet-engine": ("list", "build", "verify", "bench", "prune"),
    "puppet-doctor": ("--json", "--model", "--profile"),
    "puppet-train": ("convert", "export", "fit", "evaluate"),
}  # fmt: skip
"""What the help of each command must name: its options, or its own commands."""

HEAVY = ("PySide6", "onnxruntime", "openvino", "torch")
"""What a command may load only once it is sure to need it."""

# Written in pieces, so that this file does not name what it forbids.
REGISTRIES = re.compile(
    r"https?://[\w.-]*(?:py" + r"pi\.org|python" + r"hosted|npm" + r"js|deb" + r"ian\.(?:org|net)|py" + r"torch\.org/whl|ubu" + r"ntu\.com)"
)
OWN_FOLDERS = re.compile(r"(?<![\w.~:/})-])/(?:home|Users|root|work|farm)/[\w.]|[A-Z]:\\+Users\\")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git holds or would add, as it lies in the folder now."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=HOUSE, capture_output=True, encoding="utf-8", check=True).stdout
    found = tuple(path for name in listing.split("\0") if name and (path := HOUSE / name).is_file())
    assert len(found) > 20, "git lists hardly a file: the tests below would see nothing"
    return found


def texts() -> list[tuple[Path, str]]:
    """Every file that is text, with its text."""
    pairs = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            pairs.append((path.relative_to(HOUSE), content.decode("utf-8")))
    return pairs


def test_walls_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    checked = subprocess.run(command, cwd=HOUSE, capture_output=True, encoding="utf-8", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_script_is_declared_and_listed() -> None:
    scripts = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert set(scripts) == set(OPTIONS)


def test_every_mark_has_its_target() -> None:
    """What is left out of `make test` by its mark can be run by name."""
    options = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    targets = re.findall(r"^(test-\w+): ##", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    marks = [mark.partition(":")[0] for mark in options["markers"]]
    assert sorted(targets) == sorted(f"test-{mark}" for mark in marks)
    assert all(f"not {mark}" in options["addopts"][-1] for mark in marks)


@pytest.mark.parametrize("name", OPTIONS)
def test_help_names_every_option(name: str) -> None:
    plain = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUTF8": "1", "_TYPER_FORCE_DISABLE_TERMINAL": "1"}
    program = Path(sys.executable).with_name(name)
    run = subprocess.run([program, "--help"], capture_output=True, encoding="utf-8", env=plain, check=False)
    assert run.returncode == 0, run.stderr
    missing = [option for option in OPTIONS[name] if not re.search(rf"(?<![\w-]){option}(?![\w-])", run.stdout)]
    assert not missing, f"{name} --help does not name {missing}:\n{run.stdout}"


def test_commands_start_light_and_without_training() -> None:
    """In a base install there is no torch and nothing of the other extras: every command of `ui` must load all the same."""
    program = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {{"torch", "training", "onnx", "yaml", "tensorboard", "dlib"}}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import ui.animate_command, ui.doctor_command, ui.engine_command, ui.live_command
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [], "loaded before any is needed"


@pytest.mark.parametrize(("what", "pattern"), [("a package registry", REGISTRIES), ("somebody's own folder", OWN_FOLDERS)])
def test_no_file_names(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{path}: {match.group()}" for path, text in texts() for match in pattern.finditer(text)]
    assert not found, f"{what} is named in {found}"


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRIES, "--index-url " + "https://py" + "pi.org/simple"),
        (OWN_FOLDERS, 'DATA = "' + "/home" + '/ada/clips"'),
        (OWN_FOLDERS, "see " + "C:" + r"\Users\ada"),
    ],
)
def test_what_is_forbidden_is_recognised(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_file_is_large() -> None:
    large = {str(path.relative_to(HOUSE)): path.stat().st_size for path in files() if path.stat().st_size >= LARGEST}
    assert not large


def credits_of(path: Path) -> str:
    """The text that should credit an asset: the credits of all assets and whatever README or model card lies beside it."""
    beside = [path.parent / name for name in ("README.md", "model.toml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in (HOUSE / "assets" / "CREDITS.md", *beside) if file.is_file())


def test_every_asset_is_credited() -> None:
    assets = [path for path in files() if path.is_relative_to(HOUSE / "assets")]
    credited = re.compile(r"^(README.*|CREDITS\.md|LICENSE.*|NOTICE.*|model\.toml|__init__\.py)$")
    owed = [path for path in assets if not credited.match(path.name)]
    assert owed
    bare = [str(path.relative_to(HOUSE)) for path in owed if path.name not in credits_of(path)]
    assert not bare, "no credit line names them"
