"""Where what can be made again is kept on this computer."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The folder `puppet` of the user's caches, by the custom of the system; it need not exist yet."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "puppet"
