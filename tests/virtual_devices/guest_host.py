"""A host for the guest's scripts that has just what a test gives it: stand-ins for the system's commands."""

import hashlib
import os
import subprocess
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent.parent / "scripts" / "virtual_devices"

PLAIN = (
    *("bash", "cat", "cp", "cut", "date", "dirname", "env", "flock", "grep", "head", "id", "ln", "mkdir", "mktemp", "mv", "pwd", "rm"),
    *("sed", "sha256sum", "sleep", "sort", "tail", "tee", "timeout", "touch", "uname"),
)
"""Commands that a Linux system has whatever it is."""


class Host:
    """A PATH of stand-ins, and a folder where the guest is kept."""

    def __init__(self, folder: Path) -> None:
        self.commands, self.kept = folder / "commands", folder / "kept"
        self.commands.mkdir()
        self.kept.mkdir()
        for name in PLAIN:
            for place in ("/usr/bin", "/bin"):
                if (Path(place) / name).exists():
                    (self.commands / name).symlink_to(Path(place) / name)
                    break
        self.command("dpkg", "echo amd64")
        self.command("apt-get", 'echo "apt-get was asked to $*"; exit 1')
        self.command("apt-cache", "exit 0")
        for name in ("qemu-system-x86_64", "v4l2-ctl", "modprobe"):
            self.command(name, "exit 0")

    def command(self, name: str, body: str) -> None:
        """Put a command of this name in place."""
        file = self.commands / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!{self.commands}/bash\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def keep_guest(self) -> None:
        """As if the guest had been made by these scripts before."""
        (self.kept / "kernel").write_text("kernel")
        (self.kept / "initrd").write_text("initrd")
        made_by = b"".join((SCRIPTS / name).read_bytes() for name in ("prepare_guest.sh", "guest_init.sh"))
        (self.kept / "made_by").write_text(hashlib.sha256(made_by).hexdigest())

    def run(self, script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the guest's scripts."""
        plain = {"PATH": str(self.commands), "HOME": os.environ["HOME"], "PUPPET_VIRTUAL_DEVICES": str(self.kept), **environment}
        command = ["bash", str(SCRIPTS / script), *arguments]
        return subprocess.run(command, env=plain, capture_output=True, encoding="utf-8", timeout=60, check=False)
