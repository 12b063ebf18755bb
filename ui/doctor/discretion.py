"""What a page that is shown to others must not tell: names of the person, of the computer and of folders above the person's own."""

import getpass
import platform
import re
from pathlib import Path
from typing import Any, NamedTuple

OF_NOBODY = frozenset(
    (
        *("root", "user", "admin", "administrator", "puppet", "python", "video", "camera", "localhost", "host", "vm", "pc"),
        *("desktop", "laptop", "linux", "arch", "debian", "ubuntu", "fedora", "windows", "mac", "intel", "nvidia"),
    )
)
"""Names of accounts and computers that tell of nobody, and would be taken out of words that mean something else."""

SHORTEST = 3
"""Letters of a name that is looked for beyond paths."""

BELONGS = re.compile(r"\b[\w.-]+(?: [\w.-]+)?['’]s? (?=\S)")
"""Whose a device is: "Ada's iPhone"."""

LONG_NUMBER = re.compile(r"\b(?=[0-9A-Fa-f-]*\d)[0-9A-Fa-f]{8,}(?:-[0-9A-Fa-f]+)*\b")
"""What may be a serial number."""


class Discretion(NamedTuple):
    """What is kept from the page. home: the person's folder; user, host: names of account and computer, empty where not known."""

    home: str
    user: str = ""
    host: str = ""

    def words(self, text: str) -> str:
        """A text without any of it: the home folder is ~."""
        for home in sorted({self.home, self.home.replace("\\", "/")}, key=len, reverse=True):
            if len(home) > 1:
                text = re.sub(rf"(?<![\w.~]){re.escape(home)}(?![\w-]|\.\w)", "~", text)
        for name, instead in ((self.host, "HOST"), (self.host.partition(".")[0], "HOST"), (self.user, "USER")):
            if name and name.lower() not in OF_NOBODY:
                text = re.sub(rf"(?<=[/\\]){re.escape(name)}(?=[/\\]|$)", instead, text)
                if len(name) >= SHORTEST:
                    text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", instead, text, flags=re.IGNORECASE)
        return text

    def everywhere(self, value: Any) -> Any:
        """Plain data with every text in it so treated; keys stay."""
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, dict):
            return {key: self.everywhere(part) for key, part in value.items()}
        return [self.everywhere(part) for part in value] if isinstance(value, list) else value


def of_this_account() -> Discretion:
    """What must not be told of whoever runs this."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name
        user = ""
    try:
        home = str(Path.home())
    except RuntimeError:
        home = ""
    return Discretion(home, user, platform.node())


def device_words(name: str) -> str:
    """The name of a device, without its owner's and without what may be a serial number."""
    return LONG_NUMBER.sub("…", BELONGS.sub("someone's ", name))
