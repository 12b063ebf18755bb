"""What the maker of this computer's processor calls it, as each system tells."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path("/")

CENTRAL = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
"""Where Windows' registry tells of the processor."""


def processor_name(platform: str = sys.platform, root: Path = ROOT) -> str:
    """What its maker calls it. Raises what the system raises where it doesn't tell."""
    if platform == "win32":
        import winreg  # noqa: PLC0415  there is none elsewhere

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, CENTRAL) as key:  # type: ignore[attr-defined,unused-ignore]
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip()  # type: ignore[attr-defined,unused-ignore]
    if platform == "darwin":
        return ask_sysctl("machdep.cpu.brand_string")
    told = read_fields(root / "proc" / "cpuinfo")
    named = next((told[name] for name in ("model name", "Model", "Hardware") if told.get(name)), "")
    return named or f"not named by the system ({os.uname().machine})"


def ask_sysctl(name: str) -> str:
    """What macOS says of itself under a name. Raises what running its program raises."""
    told = subprocess.run(["/usr/sbin/sysctl", "-n", name], capture_output=True, encoding="utf-8", timeout=2, check=True)
    return told.stdout.strip()


def read_fields(path: Path) -> dict[str, str]:
    """The first of each "name : value" of a file of /proc."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
