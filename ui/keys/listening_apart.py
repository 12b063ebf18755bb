"""Hears global keys in a process of its own and writes what they do, a line each: `python -m ui.keys.listening_apart JSON`.

For macOS, where pynput and a window can't share a process. The argument holds actions by key, as `KeyMap.everywhere` gives them; the lines
are `on WORDS`, `off WORDS<tab>HINT` or `fire ACTION`. It ends when its input does, so that it does not outlive whoever started it.
"""

import json
import sys

from ui.keys.global_keys import GlobalKeys


def main() -> None:
    """Listen until the input ends."""
    with GlobalKeys(json.loads(sys.argv[1]), lambda action: _tell(f"fire {action}")) as keys:
        hearing = keys.hearing
        _tell(f"on {hearing.words}" if hearing.on else f"off {hearing.words}\t{hearing.hint}")
        if hearing.on:
            sys.stdin.read()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
