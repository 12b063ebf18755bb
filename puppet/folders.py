"""Where Puppet keeps what belongs to the user, by the custom of each system. None of these folders need exist yet."""

from pathlib import Path

import platformdirs

NAME = "puppet"


def settings_folder() -> Path:
    """Settings: `~/.config/puppet` on Linux."""
    return platformdirs.user_config_path(NAME, appauthor=False, roaming=True)


def data_folder() -> Path:
    """The user's own portraits and motion takes: `~/.local/share/puppet` on Linux."""
    return platformdirs.user_data_path(NAME, appauthor=False)


def cache_folder() -> Path:
    """What can be made again: `~/.cache/puppet` on Linux."""
    return platformdirs.user_cache_path(NAME, appauthor=False)
