"""Clips of figures: who is in one, how they move in it, and its frames."""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from puppet.picture import Picture
from scripts.figures.canvas import Canvas, Point
from scripts.figures.creature import Creature, Walk
from scripts.figures.person import Person, Pose
from scripts.figures.scenery import outdoors, plain, studio
from scripts.figures.sway import Sway

Kind = Literal["people", "animals"]

RATE = 25
"""Frames a second."""


class Take(NamedTuple):
    """Names a clip: take number `take` of figure number `number` of those that `seed` draws."""

    kind: Kind
    seed: int
    number: int
    take: int

    @property
    def name(self) -> str:
        """Of its file, without a suffix: who it is comes before the `#`."""
        return f"{self.kind}-{self.seed}-{self.number:03d}#{self.take}"


def draw_clip(take: Take, side: int, frames: int) -> Iterator[Picture]:
    """The frames of a take, the same ones for the same numbers; a figure keeps its looks over its takes, and has another ground in each."""
    who = [take.seed, take.number, int(take.kind == "people")]
    looks, motion = np.random.default_rng(who), np.random.default_rng([*who, take.take + 1])
    ground = Point(side / 2, 0.9 * side)
    if take.kind == "animals":
        yield from _walk(Creature.draw(looks), motion, side, frames, ground)
    else:
        yield from _dance(Person.draw(looks), motion, side, frames, ground)


def _dance(person: Person, random: np.random.Generator, side: int, frames: int, ground: Point) -> Iterator[Picture]:
    """A person who turns, raises the arms and steps."""
    background = (studio if random.uniform() < 0.6 else outdoors)(random, side, ground.y)
    height = float(random.uniform(0.82, 0.9)) * side

    def both(rest: float, reach: float, fastest: float = 0.55) -> tuple[Sway, Sway]:
        return Sway.draw(random, rest, reach, fastest=fastest), Sway.draw(random, rest, reach, fastest=fastest)

    yaw = Sway.draw(random, float(random.uniform(-0.3, 0.3)), float(random.uniform(0.2, 1.1)), fastest=0.35)
    head, lean = Sway.draw(random, 0, 0.4), Sway.draw(random, 0, 0.12)
    shift = Sway.draw(random, 0, float(random.uniform(0.02, 0.1)), fastest=0.4)
    high = float(random.uniform(0.3, 1.25))
    raised, forward, bent = both(0.2 + 0.85 * high, high), both(0.3, 0.6), both(0.5, 0.45)
    spread = both(0.12, float(random.uniform(0.03, 0.12)))
    pace, stride, beginning = random.uniform(0.4, 0.9), random.uniform(0.0, 0.4), random.uniform(0, 2 * math.pi)
    for index in range(frames):
        time = index / RATE
        step = 2 * math.pi * pace * time + beginning
        pose = Pose(
            yaw=yaw.at(time),
            head=head.at(time),
            lean=lean.at(time),
            shift=shift.at(time),
            raised=(raised[0].at(time), raised[1].at(time)),
            forward=(forward[0].at(time), forward[1].at(time)),
            bent=(bent[0].at(time), bent[1].at(time)),
            spread=(max(0.02, spread[0].at(time)), max(0.02, spread[1].at(time))),
            swung=(stride * math.sin(step), -stride * math.sin(step)),
            knees=(1.8 * stride * max(0.0, math.cos(step)), 1.8 * stride * max(0.0, -math.cos(step))),
        )
        canvas = Canvas(background)
        person.paint(canvas, pose, ground, height)
        yield canvas.picture()


def _walk(creature: Creature, random: np.random.Generator, side: int, frames: int, ground: Point) -> Iterator[Picture]:
    """A creature that walks in place."""
    background = plain(random, side, ground.y)
    pace, reach, beginning = random.uniform(0.5, 0.9), random.uniform(0.35, 0.6), random.uniform()
    nod, wag = Sway.draw(random, 0, 0.35), Sway.draw(random, 0, 0.5, fastest=0.8)
    ground = Point(ground.x - creature.faces * 0.06 * side, ground.y - 0.01 * side)
    for index in range(frames):
        time = index / RATE
        canvas = Canvas(background)
        creature.paint(canvas, Walk(beginning + pace * time, reach, nod.at(time), wag.at(time)), ground)
        yield canvas.picture()
