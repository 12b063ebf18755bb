"""Show one animated frame by each way to more than 256 px: the usual model enlarged, the same made sharper, and the model of 512 px.

python scripts/sharper_faces.py -o docs/sharper.jpg --portraits mona_lisa grace_hopper --second 14

Prints what each takes a frame, in milliseconds, turn by turn in one run.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter

import numpy as np

from puppet.animator import FaceFinder, LiveAnimator
from puppet.assets import driving_clip, portraits
from puppet.errors import EXIT_CODE, FaceError, PuppetError
from puppet.faces.tracker import square_around
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.media.picture_file import write_picture
from puppet.offline.animation import Animation
from puppet.picture import Picture, cut, freeze
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.portrait import load_portrait
from puppet.portraits.resampling import resized
from ui.model_choice import open_finder, open_model, open_restorer

SIDE = 512
USUAL, LARGE = "compact-256", "compact-512"
TURNS = 30
WARM_UP = 3


def driver_frames(finder: FaceFinder, second: float) -> tuple[Picture, list[Picture]]:
    """The driver's neutral frame and those up to a moment, cut as in a live run from the first one's square on. Raises `FaceError`."""
    clip = open_clip(driving_clip())
    frames = []
    for frame in clip:
        frames.append(frame.picture)
        if frame.time >= second:
            break
    face = finder.find(frames[0])
    if face is None:
        raise FaceError("The driving clip begins without a face.")
    square = square_around(face.landmarks)
    crops = [cut(picture, square, SIDE) for picture in frames]
    return crops[0], crops[-TURNS - WARM_UP :]


def mover(animator: LiveAnimator, portrait: Picture, neutral: Picture, crops: Sequence[Picture]) -> Callable[[], Picture]:
    """Draws the portrait by one crop after the other."""
    side = animator.card.side
    animation = Animation(animator, [portrait])
    animation.settle(resized(neutral, side))
    waiting = iter([resized(crop, side) for crop in crops])
    return lambda: animation.move(next(waiting), Timings()).faces[0]


def sharpened(draw_face: Callable[[], Picture], enhancement: Enhancement) -> Callable[[], Picture]:
    """Draws the same faces, made sharper."""
    return lambda: enhancement(draw_face())


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the picture to write")
    parser.add_argument("--portraits", nargs="+", default=["mona_lisa", "grace_hopper"], help="bundled portraits, by name")
    parser.add_argument("--second", type=float, default=14.0, help="moment of the clip that is shown (default: %(default)s)")
    parser.add_argument("--enhancer", default="", help="an ONNX file in place of the embedded network")
    arguments = parser.parse_args()
    try:
        named = {path.stem: path for path in portraits()}
        with ExitStack() as stack:
            finder = stack.enter_context(closing(open_finder(USUAL)))
            restorer = stack.enter_context(closing(open_restorer(USUAL, arguments.enhancer)))
            models = [stack.enter_context(closing(open_model(name, "auto")[0])) for name in (USUAL, USUAL, LARGE)]
            neutral, crops = driver_frames(finder, arguments.second)
            rows, spent = [], np.zeros(3)
            for name in arguments.portraits:
                faces = [load_portrait(named[name], finder, model.card.side).face for model in models]
                plain, inner, large = (mover(model, face, neutral, crops) for model, face in zip(models, faces, strict=True))
                sharpen = Enhancement(restorer, finder)
                row, seconds = draw([plain, sharpened(inner, sharpen), large], len(crops))
                rows.append(row)
                spent += seconds / len(arguments.portraits)
        for label, milliseconds in zip((USUAL, f"{USUAL} + {restorer.name}", LARGE), spent * 1e3, strict=True):
            print(f"{label}: {milliseconds:.1f} ms a frame, {milliseconds / spent[0] / 1e3:.2f} times {USUAL}")  # noqa: T201  a script's words
        write_picture(arguments.output, freeze(np.vstack([np.hstack([resized(face, SIDE) for face in row]) for row in rows])))
    except PuppetError as error:
        print(error, file=sys.stderr)  # noqa: T201  a script's words
        return EXIT_CODE
    return 0


def draw(ways: Sequence[Callable[[], Picture]], frames: int) -> tuple[list[Picture], np.ndarray]:
    """Draw every frame each way in turn; the last ones, and the median time of each way, s."""
    times: list[list[float]] = [[] for _ in ways]
    newest: list[Picture] = []
    for _ in range(frames):
        newest = []
        for way, taken in zip(ways, times, strict=True):
            begin = perf_counter()
            newest.append(way())
            taken.append(perf_counter() - begin)
    return newest, np.median([taken[WARM_UP:] for taken in times], axis=1)


if __name__ == "__main__":
    sys.exit(main())
