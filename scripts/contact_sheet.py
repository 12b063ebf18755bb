"""Draw a contact sheet: rows of pictures and of frames spread evenly over videos.

python scripts/contact_sheet.py -o sheet.png --row source mona_lisa.jpg --row driver webcam.mp4 --row result result.mp4
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from puppet.errors import EXIT_CODE, PuppetError
from puppet.media.clip import open_clip
from puppet.media.contact_sheet import contact_sheet
from puppet.media.picture_file import write_picture
from puppet.picture import Picture


def spread(path: Path, count: int) -> list[tuple[Picture, float]]:
    """`count` frames spread evenly over a clip with their times in seconds; a clip with fewer gives all it has."""
    clip = open_clip(path)
    length = clip.frame_count or sum(1 for _ in clip)
    wanted = set(np.linspace(0, length - 1, min(count, length)).round().astype(int).tolist())
    return [(frame.picture, frame.time) for index, frame in enumerate(clip) if index in wanted]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the picture to write")
    parser.add_argument("--row", nargs="+", action="append", required=True, metavar=("LABEL", "FILE"), help="a label, then its files")
    parser.add_argument("--frames", type=int, default=8, help="frames taken from each video (default: %(default)s)")
    parser.add_argument("--cell", type=int, default=160, help="side of each picture, px (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        rows = [[shot for file in files for shot in spread(Path(file), arguments.frames)] for _, *files in arguments.row]
        longest = max(rows, key=len)
        times = [f"{time:.1f} s" for _, time in longest] if len(longest) > 1 else []
        pictures = [[picture for picture, _ in row] for row in rows]
        write_picture(arguments.output, contact_sheet(pictures, [label for label, *_ in arguments.row], times, arguments.cell))
    except PuppetError as error:
        print(error, file=sys.stderr)  # noqa: T201  a script's words
        return EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
