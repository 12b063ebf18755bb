"""Puppet itself: which version of it this is, where it lies, and which packages it has or lacks."""

import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import puppet
from ui.doctor.part import gather
from ui.doctor.report import Extra, Installation

CODE = Path(puppet.__file__).resolve().parent.parent
"""The folder that holds Puppet's packages: a checkout, or the packages of an environment."""

EXTRAS = ("rtx", "tensorrt", "keys")
"""Those that a live run may gain from; the others are for those who train or develop."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
FOR_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
FOR_SYSTEM = re.compile(r"sys_platform\s*(==|!=)\s*['\"](\w+)['\"]")
"""What is read of a requirement as an installed package declares it; the rest are limits of versions, which pip has seen to."""

PATIENCE = 2.0
"""How long git may take to name the commit, s."""


def look_at_installation(
    requirements: Callable[[], Sequence[str]] = lambda: distribution("puppet").requires or (),
    installed: Callable[[str], str] = version,
    code: Path = CODE,
) -> Installation:
    """What is installed. installed: the version of a package, or `PackageNotFoundError`."""
    return gather(
        Installation,
        version=lambda: puppet.__version__,
        source=lambda: _source(code),
        python=_python,
        packages=lambda: _versions(_wanted(requirements(), ""), installed),
        lacks=lambda: _missing(_wanted(requirements(), ""), installed),
        extras=lambda: [_extra(name, requirements(), installed) for name in EXTRAS],
        install=lambda: install_line("NAME", code),
        restore=lambda: install_line("", code),
    )


def install_line(
    extra: str,
    code: Path = CODE,
    *,
    here: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    places: tuple[str, str, str] = (sys.prefix, sys.base_prefix, sys.executable),
    windows: bool = sys.platform == "win32",
) -> str:
    """The line that installs Puppet with an extra (none: empty), as it has to be typed in the folder `here`.

    places: `sys.prefix`, `sys.base_prefix` and `sys.executable`.
    """
    prefix, base, executable = places
    options = f"[{extra}]" if extra else ""
    quote = '"' if windows else "'"  # cmd.exe knows no other
    active = prefix == base or Path(environment.get("VIRTUAL_ENV", "")) == Path(prefix)
    if not _is_checkout(code):
        return f"{_program(executable, None, active)} install {quote}puppet{options}{quote}"
    line = f"{_program(executable, code, active)} install -e {f'{quote}.{options}{quote}' if options else '.'}"
    return line if (here or Path.cwd()) == code else f"cd {_typed(code)} && {line}"


def _program(executable: str, code: Path | None, active: bool) -> str:
    """pip as it is called where the environment is active or not; from within `code` by its shorter path."""
    if active:
        return "pip"
    path = Path(executable)
    return f"{path.relative_to(code) if code is not None and path.is_relative_to(code) else _typed(path)} -m pip"


def _typed(path: Path) -> str:
    """A path as a shell takes it, below the home folder by ~, which it understands where it is not quoted."""
    home = Path.home()
    return f"~/{shlex.quote(path.relative_to(home).as_posix())}" if path.is_relative_to(home) else shlex.quote(str(path))


def _is_checkout(code: Path) -> bool:
    return (code / "pyproject.toml").is_file()


def _source(code: Path) -> str:
    if not _is_checkout(code):
        return f"installed in {code}"
    commit = _commit(code) if (code / ".git").exists() else ""
    return f"checkout in {code}, {f'commit {commit}' if commit else 'no commit known'}"


def _commit(code: Path) -> str:
    """The commit as git describes it, with "dirty" where files were changed; empty where git can't tell."""
    command = ["git", "-c", "safe.directory=*", "-C", str(code), "describe", "--always", "--tags", "--dirty=, changed since"]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        told = subprocess.run(command, capture_output=True, encoding="utf-8", env=quiet, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()


def _python() -> str:
    bits = "64 bits" if sys.maxsize > 2**32 else "32 bits"
    where = f"environment {sys.prefix}" if sys.prefix != sys.base_prefix else "no environment of its own"
    return f"{platform.python_version()} ({platform.python_implementation()}, {platform.machine()}, {bits}), {where}"


def _wanted(requirements: Sequence[str], extra: str) -> list[str]:
    """Names of the packages that an extra wants on this system; of every installation for an empty one."""
    names = []
    for requirement in requirements:
        _, _, marker = requirement.partition(";")
        found, system = FOR_EXTRA.search(marker), FOR_SYSTEM.search(marker)
        if (found[1] if found else "") != extra:
            continue
        if system and (system[2] == sys.platform) != (system[1] == "=="):
            continue
        name = NAME.match(requirement)
        if name and name[0] not in names:
            names.append(name[0])
    return names


def _versions(names: Sequence[str], installed: Callable[[str], str]) -> dict[str, str]:
    missing = set(_missing(names, installed))
    return {name: installed(name) for name in names if name not in missing}


def _missing(names: Sequence[str], installed: Callable[[str], str]) -> list[str]:
    missing = []
    for name in names:
        try:
            installed(name)
        except PackageNotFoundError:
            missing.append(name)
    return missing


def _extra(name: str, requirements: Sequence[str], installed: Callable[[str], str]) -> Extra:
    names = _wanted(requirements, name)
    return Extra(name=name, packages=_versions(names, installed), lacks=_missing(names, installed))
