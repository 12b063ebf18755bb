"""How well a picture will do as a portrait, and in words what would do better.

The limits were set by what they tell of pictures whose worth is known. Of 747 photographs and paintings made as portraits, one is told
to be turned (it is, by 40 degrees), one to be cut off, three to have shut eyes (screwed up in laughter), none to be tilted or blurred;
119 smile and are told that their teeth show. Recorded blinks are told, and so is every bundled portrait blurred by 2 px of 256.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.animator import Face
from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from puppet.portraits.blur import measure_blur
from puppet.portraits.head_turn import head_turn
from puppet.portraits.portrait import cut_near

LEAST_SHARE = 0.6
"""Side of the crop in the picture, in sides of the model's picture, below which the result looks soft."""

MOST_YAW = 38.0
"""Degrees to either side up to which both eyes and the whole mouth are seen well."""

LOOKS_DOWN = 24.0
LOOKS_UP = -18.0
"""Degrees of pitch within which portraits lie; painters and photographers mostly stand a little high."""

MOST_ROLL = 25.0
"""Degrees of tilt; the crop itself is never turned."""

OPEN_EYE = 0.185
"""Height of the wider eye's opening, in its widths; the mesh sees about .16 where lids are shut."""

SHUT_MOUTH = 0.085
"""Gap between the lips, in distances of the outer corners of the eyes, up to which no teeth show."""

MOST_BLUR = 0.66
"""`measure_blur` of the head at the model's size."""

HEAD = 0.7
"""Side of the square around the head, in sides of the crop."""

MOST_BEYOND = 0.4
"""Share of the crop that may lie beyond the picture's border, where it is only a smear."""

TIGHTEST, WIDEST = 0.75, 1.7
"""Side of a crop, in sides of the one that is found: nearer the head is cut, farther the face gets few of the model's pixels."""

FARTHEST = 0.2
"""How far the middle of a crop may lie from that of the one that is found, in sides of that."""

RIVAL = 0.5
"""Size from which another face is a rival of the chosen one, in sizes of that."""


class Finding(NamedTuple):
    """One thing that was looked at. name: a word for lists and tests; words: a sentence, and where it is not good what to do."""

    name: str
    good: bool
    words: str


class Quality(NamedTuple):
    """What was found, in the order it matters. words: all that is not good, or one sentence of praise; score: 0 to 1."""

    findings: tuple[Finding, ...]
    words: str
    score: float

    @property
    def good(self) -> bool:
        """Whether there is nothing to say against the picture."""
        return all(finding.good for finding in self.findings)


class Graded(NamedTuple):
    """A finding and its share in the score: 1 takes nothing away."""

    finding: Finding
    grade: float


def judge(
    picture: Picture, face: Face | None, square: Square, *, side: int = 256, others: Sequence[Face] = (), detail: float = 1.0
) -> Quality:
    """Judge the crop `square` of a picture, in its pixels.

    face: the one that is animated, None where none was found in the crop; others: the picture's other faces. side: the model's,
    px. detail: how many pixels of the file one of this picture stands for, where it was shrunk.
    """
    graded = [_size(face, square, detail, side)]
    if face is None:
        graded.insert(
            0, _graded("face", 0.3, "", "No face was found in the crop: what is there may move oddly. Choose a crop around a face.")
        )
    else:
        graded += [_framing(face, square), _turn(face), _tilt(face), _eyes(face.landmarks), _mouth(face.landmarks), _alone(face, others)]
    graded.append(_border(picture, face, square))
    if graded[0].finding.good:  # a small crop is soft because it is small, which was said
        graded.append(_sharpness(picture, square, side))
    findings = tuple(one.finding for one in graded)
    words = " ".join(finding.words for finding in findings if not finding.good)
    return Quality(findings, words or "A good portrait.", float(np.prod([one.grade for one in graded])))


def chosen_face(faces: Sequence[Face], square: Square) -> Face | None:
    """The face that a crop is about: the largest of those whose middle lies in it, None without any."""
    inside = [face for face in faces if np.abs(face.landmarks.mean(axis=0) - (square.x, square.y)).max() < 0.4 * square.side]
    return max(inside, key=_extent, default=None)


def _size(face: Face | None, square: Square, detail: float, side: int) -> Graded:
    found = square.side if face is None else square_around(face.landmarks).side
    pixels = detail * (found if square.side < TIGHTEST * found else square.side)  # that a crop is too tight is said elsewhere
    share = pixels / side
    what = "crop is small: it" if face is None else "face is small: its crop"
    words = f"The {what} is {pixels:.0f} pixels wide and the model draws {side}. Use a larger picture."
    return _graded("size", 1.0 if share >= LEAST_SHARE else 0.7 * share / LEAST_SHARE, "The face is large enough.", words)


def _framing(face: Face, square: Square) -> Graded:
    found = square_around(face.landmarks)
    zoom = square.side / found.side
    off = max(abs(square.x - found.x), abs(square.y - found.y)) / found.side
    if zoom > WIDEST:
        words = "The crop is much wider than the head, so the face is drawn small. Make the crop smaller."
    elif zoom < TIGHTEST:
        words = "The crop cuts into the head, which needs room to move. Make the crop larger."
    else:
        words = "The face is far from the middle of the crop. Move the crop over it."
    return _graded("framing", _falling(max(zoom / WIDEST - 1, 1 - zoom / TIGHTEST, off - FARTHEST), 0.5), "The crop fits the head.", words)


def _turn(face: Face) -> Graded:
    turn = head_turn(face.mesh)
    over = max(abs(turn.yaw) - MOST_YAW, turn.pitch - LOOKS_DOWN, LOOKS_UP - turn.pitch)
    way = "to the side" if abs(turn.yaw) > MOST_YAW else "down" if turn.pitch > 0 else "up"
    words = f"The head is turned {way}: its hidden side has to be made up. Use a picture that looks at you."
    return _graded("turn", _falling(over, 30), "The face looks at you.", words)


def _tilt(face: Face) -> Graded:
    roll = head_turn(face.mesh).roll
    words = f"The head is tilted by {abs(roll):.0f} degrees. Turn the picture upright first."
    return _graded("tilt", _falling(abs(roll) - MOST_ROLL, 40), "The head is upright.", words)


def _eyes(landmarks: FloatArray) -> Graded:
    opening = max(_opening(landmarks[corner : corner + 6]) for corner in (36, 42))
    words = "The eyes are shut, and how they look open has to be made up. Use a picture with open eyes."
    return _graded("eyes", _falling(OPEN_EYE - opening, 0.05), "The eyes are open.", words)


def _mouth(landmarks: FloatArray) -> Graded:
    upper, lower = landmarks[[61, 62, 63]], landmarks[[67, 66, 65]]
    eyes = max(float(np.linalg.norm(landmarks[36] - landmarks[45])), 1e-6)
    gap = float(np.linalg.norm(upper - lower, axis=1).mean()) / eyes
    words = "The mouth is open, so teeth may stay in sight when you close yours. A picture with closed lips speaks best."
    return _graded("mouth", _falling(gap - SHUT_MOUTH, 0.4), "The lips are closed.", words)


def _alone(face: Face, others: Sequence[Face]) -> Graded:
    rivals = sum(_extent(other) >= RIVAL * _extent(face) for other in others if other is not face)
    words = f"There are {rivals + 1} faces in the picture. Edit the crop to choose another one."
    return _graded("alone", 1.0 if not rivals else 0.9, "There is one face.", words)


def _border(picture: Picture, face: Face | None, square: Square) -> Graded:
    height, width = picture.shape[:2]
    half = square.side / 2
    inside = [max(0.0, min(at + half, end - 0.5) - max(at - half, -0.5)) for at, end in ((square.x, width), (square.y, height))]
    beyond = 1 - inside[0] * inside[1] / square.side**2
    over = 0.0
    if face is not None:
        low, high = face.mesh[:, :2].min(axis=0), face.mesh[:, :2].max(axis=0)
        over = float(max(*(-0.5 - low), *(high + 0.5 - (width, height)))) / max(_extent(face), 1e-6)
    words = "The head is cut off by the picture's border. Use a picture that shows all of it."
    return _graded("border", _falling(max(beyond - MOST_BEYOND, over - 0.03), 0.3), "The whole head is in the picture.", words)


def _sharpness(picture: Picture, square: Square, side: int) -> Graded:
    head = Square(square.x, square.y, HEAD * square.side)
    blur = measure_blur(cut_near(picture, head, max(1, round(HEAD * side))))
    return _graded("sharpness", _falling(blur - MOST_BLUR, 0.25), "The face is sharp.", "The face is blurred. Use a sharper picture.")


def _graded(name: str, grade: float, praise: str, words: str) -> Graded:
    return Graded(Finding(name, grade >= 1, praise if grade >= 1 else words), grade)


def _falling(over: float, reach: float) -> float:
    """1 up to the limit, .7 just beyond it, .2 from `reach` beyond it on."""
    return 1.0 if over <= 0 else max(0.2, 0.7 - 0.5 * over / reach)


def _opening(eye: FloatArray) -> float:
    """Height of an eye (6, 2) in its widths."""
    height = float(np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])) / 2
    return height / max(float(np.linalg.norm(eye[0] - eye[3])), 1e-6)


def _extent(face: Face) -> float:
    return float(np.ptp(face.landmarks, axis=0).max())
