"""Show how several faces of one picture move: group pictures of bundled portraits standing close, animated, on one sheet.

python scripts/several_faces.py -o docs/several_faces.jpg --groups 2 5

Prints the mean step of colour across the seams on a still driver, in levels of 255, and what a face costs in a frame.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from engines.matte import open_matte
from puppet.animator import CrowdFinder, LiveAnimator
from puppet.assets import EMBEDDED_MODEL, driving_clip, portraits
from puppet.errors import EXIT_CODE, FaceError, PuppetError
from puppet.faces.tracker import square_around
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture, write_picture
from puppet.offline.animation import Animation
from puppet.picture import Picture, Square, cut, freeze
from puppet.portraits.compose import PasteBack
from puppet.portraits.crowd import make_crowd
from puppet.portraits.people_matte import moving_matte
from puppet.portraits.seam import measure_seam
from ui.model_choice import open_finder, open_model

PEOPLE = ("girl_with_a_pearl_earring", "newton_1689", "mona_lisa", "grace_hopper", "mendeleev", "study_of_a_young_woman")


def find_square(finder: CrowdFinder, picture: Picture) -> Square:
    """The crop around the most prominent face. Raises `FaceError`."""
    face = finder.find(picture)
    if face is None:
        raise FaceError("A picture that should show a face shows none.")
    return square_around(face.landmarks)


def group_picture(people: Sequence[tuple[Picture, Square]], apart: float, side: int = 360) -> Picture:
    """People side by side, the middles of their crops `apart` sides from each other, every second one a little farther away."""
    step, margin, height = round(apart * side), round(0.55 * side), round(1.15 * side)
    width = step * (len(people) - 1) + 2 * margin
    edges = [0, *(round(margin + (index + 0.5) * step) for index in range(len(people) - 1)), width]
    group = np.zeros((height, width, 3), np.uint8)
    for index, (picture, square) in enumerate(people):
        scale = square.side / (side * (0.9 if index % 2 else 1.0))  # pixels of the portrait that one of the group stands for
        reach = 2 * width
        around = cut(picture, Square(square.x, square.y, reach * scale), reach)
        left, top = reach // 2 - margin - index * step, reach // 2 - round(0.55 * side)
        group[:, edges[index] : edges[index + 1]] = around[top : top + height, left + edges[index] : left + edges[index + 1]]
    return freeze(group)


def move_group(animator: LiveAnimator, finder: CrowdFinder, group: Picture, crops: Sequence[Picture]) -> list[Picture]:
    """The group in the pose of each of a driver's crops, the first of which is neutral."""
    crowd = make_crowd(group, finder, animator.card.side)
    still_border = animator.holds_border
    animation = Animation(animator, [member.face for member in crowd.members], still_border=still_border)
    animation.settle(crops[0])
    with closing(open_matte()) as maker:
        mattes = [moving_matte(member, maker) for member in crowd.members]
    squares = [member.square for member in crowd.members]
    paste = PasteBack(group, squares, animator.card.side, mattes=mattes, still_border=still_border)
    rest = animation.rest().faces
    steps = []
    for corrected in (False, True):
        if corrected:
            paste.match(rest)
        still = paste(rest)
        steps.append(
            [measure_seam(group, still, mask, member.square.side) for mask, member in zip(paste.masks, crowd.members, strict=True)]
        )
    begin = perf_counter()
    moved = [paste(animation.move(crop, Timings()).faces) for crop in crops]
    cost = (perf_counter() - begin) / len(crops) / len(crowd.members) * 1e3
    print(  # noqa: T201  a script's words
        f"{len(crowd.members)} faces move, {len(crowd.left)} are left; {cost:.1f} ms a face and frame; step across the seam "
        f"{np.mean(steps[1]):.2f} on average, {max(steps[1]):.2f} at most ({np.mean(steps[0]):.2f} and {max(steps[0]):.2f} uncorrected)"
    )
    return moved


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the picture to write")
    parser.add_argument("--groups", nargs="+", type=int, default=[2, 5], help="how many people in each picture (default: 2 5)")
    parser.add_argument("--apart", type=float, default=0.6, help="distance of two people, in sides of a crop (default: %(default)s)")
    parser.add_argument("--seconds", nargs="+", type=float, default=[0.0, 8.0, 12.0, 14.0], help="moments of the clip that are shown")
    parser.add_argument("--row", type=int, default=180, help="height of each picture, px (default: %(default)s)")
    parser.add_argument("--model", default=EMBEDDED_MODEL, help="the model that moves them (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        animator, _ = open_model(arguments.model, "auto")
        with closing(animator), closing(open_finder(arguments.model)) as finder:
            crops = []
            clip = open_clip(driving_clip())
            wanted = {round(second * float(clip.rate)) for second in arguments.seconds}
            for index, frame in enumerate(clip):
                if index in wanted:
                    crops.append(cut(frame.picture, find_square(finder, frame.picture), animator.card.side))
                if index >= max(wanted):
                    break
            named = {path.stem: read_picture(path) for path in portraits()}
            people = [(named[name], find_square(finder, named[name])) for name in PEOPLE]
            columns: list[Sequence[Picture]] = [crops]
            for count in arguments.groups:
                group = group_picture([people[index % len(people)] for index in range(count)], arguments.apart)
                columns.append(move_group(animator, finder, group, crops))
        write_picture(arguments.output, sheet(list(zip(*columns, strict=True)), arguments.row))
    except PuppetError as error:
        print(error, file=sys.stderr)  # noqa: T201  a script's words
        return EXIT_CODE
    return 0


def sheet(rows: Sequence[Sequence[Picture]], height: int, gap: int = 4) -> Picture:
    """Rows of pictures at one height, on white."""
    lines = []
    for row in rows:
        sized = [cv2.resize(one, (round(one.shape[1] * height / one.shape[0]), height), interpolation=cv2.INTER_AREA) for one in row]
        lines.append(np.hstack([np.pad(one, ((0, gap), (0, gap), (0, 0)), constant_values=255) for one in sized]))
    return freeze(np.asarray(np.vstack(lines), np.uint8))


if __name__ == "__main__":
    sys.exit(main())
