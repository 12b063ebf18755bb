"""Draw moving figures to train on: people in patterned clothes who turn, raise their arms and step, and animals that walk in place.

python scripts/draw_figures.py -o FIGURES

Writes FIGURES/people and FIGURES/animals, a video each take, named FIGURE#TAKE.mp4; the same seed draws the same ones.
"""

import argparse
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import get_args

from puppet.errors import EXIT_CODE, MediaError, PuppetError
from puppet.media.video_writer import VideoWriter
from scripts.figures.figure_clip import RATE, Kind, Take, draw_clip


def write_clip(path: Path, take: Take, side: int, frames: int) -> None:
    """Write a take, unless it lies there."""
    if path.exists():
        return
    with VideoWriter(path, side, side, Fraction(RATE), effort="veryfast", quality=12) as writer:
        for index, picture in enumerate(draw_clip(take, side, frames)):
            writer.write(picture, index / RATE)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to write to; what lies there is kept")
    parser.add_argument("--people", type=int, default=120, help="how many people (default: %(default)s)")
    parser.add_argument("--animals", type=int, default=80, help="how many animals (default: %(default)s)")
    parser.add_argument("--takes", type=int, default=2, help="videos of each figure (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a video (default: %(default)s)")
    parser.add_argument("--side", type=int, default=256, help="width and height, px (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another one draws other figures (default: %(default)s)")
    arguments = parser.parse_args()
    counts: dict[Kind, int] = {"people": arguments.people, "animals": arguments.animals}
    try:
        for kind in get_args(Kind):
            folder = arguments.output / kind
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise MediaError(f"{folder} can't be made: {error.strerror}.", "Name a folder that can be written to.") from error
            for number, index in product(range(counts[kind]), range(arguments.takes)):
                take = Take(kind, arguments.seed, number, index)
                write_clip(folder / f"{take.name}.mp4", take, arguments.side, round(arguments.seconds * RATE))
    except PuppetError as error:
        print(error, file=sys.stderr)  # noqa: T201  a script's words
        return EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
