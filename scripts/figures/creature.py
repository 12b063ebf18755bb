"""A four-legged creature seen from the side: how it is built, and how it is drawn at a moment of its walk."""

import math
from typing import NamedTuple, Self

import numpy as np

from scripts.figures.canvas import Ball, Canvas, Point, Tube
from scripts.figures.cloth import PATTERNS, Cloth, plain
from scripts.figures.scenery import tint

PHASES = (0.0, 0.5, 0.25, 0.75)
"""When each leg swings in the walk: near hind, near fore, far hind, far fore."""


class Walk(NamedTuple):
    """A moment: phase of the walk in turns, reach of the legs and nod of the neck in radians, wag of the tail in radians."""

    phase: float
    reach: float
    nod: float
    wag: float


class Creature(NamedTuple):
    """Lengths are shares of the picture's side; neck, the angle of it from upright in radians; faces 1 to the right, -1 to the left."""

    coat: Cloth
    belly: Cloth
    length: float
    girth: float
    leg: float
    stout: float
    neck_length: float
    neck: float
    head: float
    snout: float
    ear: float
    drop_ears: bool
    tail: float
    faces: int

    @classmethod
    def draw(cls, random: np.random.Generator) -> Self:
        """One at random."""
        light, dark = tint(random, (0.15, 0.75), (0.7, 1.0)), tint(random, (0.3, 0.9), (0.2, 0.55))
        first, second = (light, dark) if random.uniform() < 0.7 else (dark, light)
        coat = Cloth(first, second, PATTERNS[random.integers(len(PATTERNS))], float(random.uniform(14, 26)), float(random.uniform()))
        return cls(
            coat=coat,
            belly=plain(first),
            length=float(random.uniform(0.24, 0.36)),
            girth=float(random.uniform(0.085, 0.14)),
            leg=float(random.uniform(0.2, 0.32)),
            stout=float(random.uniform(0.026, 0.048)),
            neck_length=float(random.uniform(0.1, 0.24)),
            neck=float(random.uniform(0.35, 1.0)),
            head=float(random.uniform(0.07, 0.1)),
            snout=float(random.uniform(0.06, 0.13)),
            ear=float(random.uniform(0.05, 0.1)),
            drop_ears=bool(random.uniform() < 0.4),
            tail=float(random.uniform(0.1, 0.24)),
            faces=int(random.choice([-1, 1])),
        )

    def paint(self, canvas: Canvas, walk: Walk, ground: Point) -> None:
        """Draw it walking in place above `ground`; far legs first."""
        size = canvas.pixels.shape[1]
        canvas.shadow(Point(ground.x, ground.y + 0.01 * size), 0.75 * self.length * size, 0.025 * size, 0.4)
        bob = 0.012 * math.sin(4 * math.pi * walk.phase)
        hips = Point(ground.x - self.faces * self.length / 2 * size, ground.y - (0.93 * self.leg + bob) * size)
        chest = Point(ground.x + self.faces * self.length / 2 * size, ground.y - (0.95 * self.leg - bob) * size)
        for number in (2, 3):
            self._leg(canvas, (hips, chest)[number % 2], walk, number, dim=0.68)
        self._tail(canvas, hips, walk)
        rise = 0.35 * self.girth * size
        back, front = Point(hips.x, hips.y - rise), Point(chest.x, chest.y - rise)
        canvas.draw(Tube(back, front, tuple(share * self.girth * size for share in (0.88, 0.95, 0.93, 1.0)), self.coat, 0.8 * self.faces))
        self._head(canvas, front, walk)
        for number in (0, 1):
            self._leg(canvas, (hips, chest)[number % 2], walk, number, dim=1.0)

    def _leg(self, canvas: Canvas, joint: Point, walk: Walk, number: int, *, dim: float) -> None:
        """Thigh, shin and foot; the foot stays low in one half of the turn and is lifted in the other."""
        size, turn = canvas.pixels.shape[1], 2 * math.pi * (walk.phase + PHASES[number])
        swing = walk.reach * math.sin(turn)
        lift = max(0.0, math.cos(turn))
        bend = 0.25 + 1.1 * walk.reach * lift
        forward = 1 if number % 2 else -1  # elbows bend ahead, hocks back
        upper, lower = swing + 0.35 * bend * forward, swing - 0.65 * bend * (1 if number % 2 else 0.55)
        half = self.leg * size / 2
        knee = Point(joint.x + self.faces * math.sin(upper) * half, joint.y + math.cos(upper) * half)
        foot = Point(knee.x + self.faces * math.sin(lower) * half, knee.y + math.cos(lower) * half)
        stout = self.stout * size
        cloth = self.coat.dimmed(dim)
        hoof = plain(self.coat.second).dimmed(dim)
        canvas.draw(Tube(knee, foot, (0.8 * stout, 0.62 * stout), cloth))
        canvas.draw(Tube(foot, Point(foot.x + self.faces * 0.5 * stout, foot.y), (0.75 * stout, 0.6 * stout), hoof))
        canvas.draw(Tube(joint, knee, (1.35 * stout, 0.85 * stout), cloth))

    def _tail(self, canvas: Canvas, hips: Point, walk: Walk) -> None:
        size, angle = canvas.pixels.shape[1], 0.9 + walk.wag
        start = Point(hips.x - self.faces * 0.8 * self.girth * size, hips.y - 0.6 * self.girth * size)
        thick = 0.45 * self.stout * size
        for _ in range(4):
            reach = self.tail * size / 4
            end = Point(start.x - self.faces * math.sin(angle) * reach, start.y + math.cos(angle) * reach)
            canvas.draw(Tube(start, end, (thick, 0.9 * thick), self.coat))
            start, angle, thick = end, angle + 0.25 + 0.8 * walk.wag, 0.9 * thick

    def _head(self, canvas: Canvas, chest: Point, walk: Walk) -> None:
        """Neck, snout, head, ears and an eye."""
        size, angle = canvas.pixels.shape[1], self.neck + walk.nod
        base = Point(chest.x + self.faces * 0.35 * self.girth * size, chest.y - 0.25 * self.girth * size)
        reach = (self.neck_length + 0.4 * self.girth) * size
        skull = Point(base.x + self.faces * math.sin(angle) * reach, base.y - math.cos(angle) * reach)
        radius = self.head * size
        canvas.draw(Tube(base, skull, (0.62 * self.girth * size, 0.75 * radius), self.coat, 0.8 * self.faces))
        look = 1.75 + 0.6 * walk.nod
        ahead = (self.faces * math.sin(look), -math.cos(look))
        nose = Point(skull.x + ahead[0] * (0.4 * radius + self.snout * size), skull.y + ahead[1] * (0.4 * radius + self.snout * size))
        self._ear(canvas, skull, radius, walk.nod, ahead=-0.35, dim=0.7)
        canvas.draw(Tube(skull, nose, (0.82 * radius, 0.55 * radius), self.belly))
        canvas.draw(Ball(nose, 0.26 * radius, 0.24 * radius, (38, 30, 34)))
        canvas.draw(Ball(skull, radius, radius, self.coat.colour))
        eye = Point(skull.x + self.faces * 0.42 * radius, skull.y - 0.22 * radius)
        canvas.draw(Ball(eye, 0.3 * radius, 0.34 * radius, (255, 255, 255)))
        canvas.draw(Ball(Point(eye.x + self.faces * 0.09 * radius, eye.y), 0.16 * radius, 0.19 * radius, (25, 22, 28)))
        self._ear(canvas, skull, radius, walk.nod, ahead=0.1, dim=1.0)

    def _ear(self, canvas: Canvas, skull: Point, radius: float, nod: float, *, ahead: float, dim: float) -> None:
        angle = (2.5 if self.drop_ears else 0.45) - 0.9 * nod
        root = Point(skull.x + self.faces * (ahead - 0.25) * radius, skull.y - 0.75 * radius)
        reach = self.ear * canvas.pixels.shape[1]
        tip = Point(root.x - self.faces * math.sin(angle) * reach, root.y - math.cos(angle) * reach)
        canvas.draw(Tube(root, tip, (0.22 * radius, 0.36 * radius, 0.12 * radius), plain(self.coat.second).dimmed(dim)))
