"""What a person is told all the time, in words: what draws, who drives, where it goes, and what is wrong."""

from typing import NamedTuple


class Status(NamedTuple):
    """Never empty but for trouble and hint, which are empty while all is well."""

    device: str
    engine: str
    model: str
    camera: str
    output: str
    trouble: str = ""
    hint: str = ""
