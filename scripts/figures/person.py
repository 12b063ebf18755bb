"""A person: how they are built and dressed, and how they are drawn in a pose."""

import math
from typing import NamedTuple, Self

import numpy as np

from scripts.figures.canvas import Ball, Canvas, Point, Tube
from scripts.figures.cloth import PATTERNS, Cloth, Colour, Floats, dimmed, plain, rgb
from scripts.figures.scenery import tint

SKINS: tuple[Colour, ...] = ((243, 209, 182), (228, 184, 148), (198, 146, 106), (155, 104, 70), (108, 70, 48))
HAIRS: tuple[Colour, ...] = ((42, 32, 28), (84, 56, 36), (140, 92, 50), (206, 168, 98), (150, 66, 36), (165, 162, 160))


LEGS = 0.05
"""How much a leg's depth counts: enough to order the legs, so little that both stay behind the clothes."""


TRUNK = (0.035, 0.092, 0.104, 0.098, 0.09, 0.08, 0.078, 0.085, 0.092)
"""Half widths of a trunk from neck to hips, shares of the height."""


class Pose(NamedTuple):
    """Angles in radians; pairs are left and right as the viewer sees them when the person faces them.

    yaw: turn of the body; head: turn of the head beyond that; lean: to the side; shift: to the side, shares of the height; raised: upper
    arms from hanging; forward: how far an arm goes ahead rather than aside;
    bent: elbows; spread: legs to the side; swung: legs ahead; knees: how far they bend.
    """

    yaw: float = 0.0
    head: float = 0.0
    lean: float = 0.0
    shift: float = 0.0
    raised: tuple[float, float] = (0.15, 0.15)
    forward: tuple[float, float] = (0.0, 0.0)
    bent: tuple[float, float] = (0.2, 0.2)
    spread: tuple[float, float] = (0.06, 0.06)
    swung: tuple[float, float] = (0.0, 0.0)
    knees: tuple[float, float] = (0.0, 0.0)


class Person(NamedTuple):
    """Looks: breadth scales widths; sleeve and trouser say how many parts of a limb are dressed; skirt is its share of the leg, 0 for
    none."""

    skin: Colour
    hair: Colour
    long_hair: bool
    breadth: float
    top: Cloth
    bottom: Cloth
    shoes: Cloth
    sleeve: float
    trouser: float
    skirt: float

    @classmethod
    def draw(cls, random: np.random.Generator) -> Self:
        """Somebody at random."""
        top, bottom = cloth(random), cloth(random)
        skirt = float(random.choice([0.0, 0.0, 0.45, 0.7, 0.9]))
        if skirt and random.uniform() < 0.5:
            bottom = top  # a dress
        shoe = tint(random, (0.2, 0.8), (0.15, 0.5))
        return cls(
            skin=SKINS[random.integers(len(SKINS))],
            hair=HAIRS[random.integers(len(HAIRS))],
            long_hair=bool(random.uniform() < 0.45),
            breadth=float(random.uniform(0.85, 1.2)),
            top=top,
            bottom=bottom,
            shoes=plain(shoe),
            sleeve=float(random.choice([0.5, 1.0, 2.0])),
            trouser=float(random.choice([1.0, 2.0, 2.0])) if not skirt else 0.0,
            skirt=skirt,
        )

    def paint(self, canvas: Canvas, pose: Pose, ground: Point, height: float) -> None:
        """Draw the person, their lower foot on `ground`, `height` px tall when upright; far parts first."""
        body = _Body(self, pose, ground, height)
        canvas.shadow(Point(body.hips.x, ground.y + 0.01 * height), 0.2 * height, 0.03 * height, 0.45)
        for part in sorted(body.parts(), key=lambda part: part.depth):
            canvas.draw(part.shape)


def cloth(random: np.random.Generator) -> Cloth:
    """A cloth at random; its two colours differ in brightness."""
    dark, light = tint(random, (0.35, 0.9), (0.2, 0.6)), tint(random, (0.1, 0.6), (0.75, 1.0))
    first, second = (dark, light) if random.uniform() < 0.5 else (light, dark)
    pattern = PATTERNS[random.integers(len(PATTERNS))]
    return Cloth(first, second, pattern, float(random.uniform(9, 20)), float(random.uniform()))


class _Part(NamedTuple):
    """The depth grows towards the viewer."""

    depth: float
    shape: Tube | Ball


class _Body:
    """A person's joints in the picture, and the parts between them with their depths."""

    def __init__(self, person: Person, pose: Pose, ground: Point, height: float) -> None:
        self.person, self.pose, self.height = person, pose, height
        self.hips = Point(0, 0, 0)
        feet = [self._leg(side)[-1].y for side in (0, 1)]
        self.hips = Point(ground.x + pose.shift * height, ground.y - max(feet) - 0.02 * height, 0)

    def parts(self) -> list[_Part]:
        """All of them, in no order."""
        limbs = [part for side in (0, 1) for part in (*self._leg_parts(side), *self._arm_parts(side))]
        return [*limbs, *self._trunk_parts(), *self._head_parts()]

    def _leg_parts(self, side: int) -> list[_Part]:
        """Shoe, shin and thigh; trousers reach over one or both, or none."""
        person, size = self.person, self.height
        hip, knee, ankle, toe = self._leg(side)
        depth, limb = knee.z * LEGS, size * person.breadth
        parts = [_Part(depth - 5.5, Tube(ankle, toe, (0.026 * size, 0.02 * size), person.shoes))]
        for number, (start, end, wide, narrow) in enumerate(((hip, knee, 0.058, 0.038), (knee, ankle, 0.038, 0.024))):
            dressed = person.trouser > number
            radii = (1.08 * wide * limb, 1.2 * narrow * limb) if dressed else (wide * limb, narrow * limb)
            parts.append(
                _Part(depth - 5 - number, Tube(start, end, radii, person.bottom if dressed else plain(person.skin), self.pose.yaw))
            )
        return parts

    def _arm_parts(self, side: int) -> list[_Part]:
        """Upper arm, forearm and hand, and sleeves as far as they reach."""
        person, size = self.person, self.height
        shoulder, elbow, wrist = self._arm(side)
        depth, limb = (elbow.z + wrist.z) / 2 + 0.01 * size, 0.85 * size * person.breadth
        parts = [_Part(depth + 0.6, Ball(wrist, 0.026 * size, 0.028 * size, person.skin))]
        for number, (start, end, wide, narrow) in enumerate(((shoulder, elbow, 0.036, 0.029), (elbow, wrist, 0.029, 0.02))):
            here, reach = depth + 0.5 * number, min(max(person.sleeve - number, 0.0), 1.0)
            parts.append(_Part(here, Tube(start, end, (wide * limb, narrow * limb), plain(person.skin))))
            if reach:
                cuff = Point(*(a + (b - a) * reach for a, b in zip(start, end, strict=True)))
                radii = (1.1 * wide * limb, 1.2 * (wide + (narrow - wide) * reach) * limb)
                parts.append(_Part(here + 0.1, Tube(start, cuff, radii, person.top, self.pose.yaw)))
        return parts

    def _trunk_parts(self) -> list[_Part]:
        """Trunk, and skirt or the top of the trousers."""
        person, size, yaw, hips = self.person, self.height, self.pose.yaw, self.hips
        waist, _, neck, _ = self._spine()
        girth = math.hypot(math.cos(yaw), 0.62 * math.sin(yaw)) * size * person.breadth
        below = Point(hips.x, hips.y + 0.015 * size)
        parts = [_Part(0, Tube(neck, below, tuple(girth * share for share in TRUNK), person.top, yaw, flat=True))]
        if not person.skirt:
            seat = Point(hips.x, hips.y + 0.03 * size)
            return [*parts, _Part(-1, Tube(hips, seat, (0.08 * girth, 0.09 * girth, 0.085 * girth), person.bottom, yaw))]
        legs = [joint.x - hips.x for side in (0, 1) for joint in self._leg(side)[1:3]]
        wide = max(girth * (0.115 + 0.06 * person.skirt), max(map(abs, legs)) + 0.045 * size)
        hem = Point(hips.x, hips.y + (0.02 + 0.46 * person.skirt) * size)
        flare = (0.082 * girth, 0.1 * girth, 0.75 * wide, wide)
        return [*parts, _Part(-1, Tube(Point(waist.x, waist.y), hem, flare, person.bottom, yaw, flat=True))]

    def _head_parts(self) -> list[_Part]:
        """Throat, head and long hair."""
        person, size, turn = self.person, self.height, self.pose.yaw + self.pose.head
        _, chest, _, head = self._spine()
        throat = Tube(head, chest, (0.03 * size, 0.032 * size), plain(person.skin))
        parts = [_Part(-0.5, throat), _Part(1, Ball(head, 0.068 * size, 0.083 * size, self._face))]
        if person.long_hair:
            aside, away = -0.03 * size * math.sin(turn), math.cos(turn) > 0
            hair = Cloth(person.hair, dimmed(person.hair, 0.7), "stripes", 5)
            fall = (Point(head.x + aside, head.y - 0.01 * size), Point(chest.x + 1.4 * aside, chest.y + 0.035 * size))
            parts.append(_Part(-0.8 if away else 1.1, Tube(*fall, (0.07 * size, 0.073 * size, 0.055 * size), hair, turn)))
        return parts

    def _place(self, start: Point, x: float, y: float, z: float) -> Point:
        """A point beyond another by a way in the body's own frame (y up), shares of the height."""
        cosine, sine, size = math.cos(self.pose.yaw), math.sin(self.pose.yaw), self.height
        return Point(start.x + size * (x * cosine + z * sine), start.y - size * y, start.z + size * (z * cosine - x * sine))

    def _spine(self) -> tuple[Point, Point, Point, Point]:
        """Waist, chest, neck and the middle of the head."""
        lean = math.sin(self.pose.lean)
        up = (0.09, 0.29, 0.335, 0.415)
        waist, chest, neck, head = (self._place(self.hips, lean * rise, rise, 0) for rise in up)
        return waist, chest, neck, head

    def _leg(self, side: int) -> tuple[Point, Point, Point, Point]:
        """Hip, knee, ankle and toe."""
        sign, pose = (-1, 1)[side], self.pose
        spread, swung, knee = pose.spread[side], pose.swung[side], pose.knees[side]
        hip = self._place(self.hips, sign * 0.048 * self.person.breadth, -0.01, 0)
        down = (sign * math.sin(spread), -math.cos(spread) * math.cos(swung), math.sin(swung) * math.cos(spread))
        middle = self._place(hip, *(0.235 * part for part in down))
        folded = swung - knee
        low = (sign * math.sin(spread) * 0.8, -math.cos(spread) * math.cos(folded), math.sin(folded) * math.cos(spread))
        ankle = self._place(middle, *(0.23 * part for part in low))
        return hip, middle, ankle, self._place(ankle, sign * 0.018, -0.012, 0.055)

    def _arm(self, side: int) -> tuple[Point, Point, Point]:
        """Shoulder, elbow and wrist."""
        sign, pose = (-1, 1)[side], self.pose
        chest = self._spine()[1]
        shoulder = self._place(chest, sign * 0.088 * self.person.breadth, 0.0, 0)
        elbow = self._place(shoulder, *(0.16 * part for part in _aim(sign, pose.raised[side], pose.forward[side])))
        wrist = self._place(
            elbow, *(0.15 * part for part in _aim(sign, pose.raised[side] + pose.bent[side], pose.forward[side] + 0.35 * pose.bent[side]))
        )
        return shoulder, elbow, wrist

    def _face(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Skin, hair, eyes, nose and mouth by the direction in which the head's skin faces."""
        person = self.person
        around = np.arctan2(x, z) - (self.pose.yaw + self.pose.head)
        around = (around + np.pi) % (2 * np.pi) - np.pi
        up = np.arcsin(np.clip(-y, -1, 1))
        colour = rgb(person.skin)
        for place, size, spot in _features(person):
            distance = np.hypot((around - place[0]) / size[0], (up - place[1]) / size[1])
            share = np.clip((1 - distance) * min(size) / 0.05 + 0.5, 0, 1)[..., None]
            colour = colour * (1 - share) + rgb(spot) * share
        hairline = 0.62 - 1.5 * np.clip((np.abs(around) - 0.85) / 0.6, 0, 1)
        share = np.clip((up - hairline) / 0.1 + 0.5, 0, 1)[..., None]
        return colour * (1 - share) + rgb(person.hair) * (0.92 + 0.1 * np.sin(22 * around))[..., None] * share


def _features(person: Person) -> list[tuple[tuple[float, float], tuple[float, float], Colour]]:
    """Place and size, in radians around and up, and colour of each spot of a face."""
    spots: list[tuple[tuple[float, float], tuple[float, float], Colour]] = [
        ((0, -0.12), (0.09, 0.13), dimmed(person.skin, 0.86)),
        ((0, -0.5), (0.24, 0.07), (170, 72, 70)),
    ]
    for eye in (-0.42, 0.42):
        spots += [
            ((eye, 0.06), (0.2, 0.15), (250, 250, 250)),
            ((eye, 0.05), (0.11, 0.13), (40, 34, 40)),
            ((eye, 0.34), (0.22, 0.06), person.hair),
        ]
    return spots


def _aim(sign: int, raised: float, forward: float) -> tuple[float, float, float]:
    """The direction of an arm in the body's frame, y up."""
    return sign * math.sin(raised) * math.cos(forward), -math.cos(raised), math.sin(raised) * math.sin(forward)
