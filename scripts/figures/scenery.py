"""What figures stand before: a studio, a place outdoors, or plain ground."""

import colorsys

import cv2
import numpy as np

from puppet.picture import Picture, freeze
from scripts.figures.cloth import Colour, rgb


def tint(random: np.random.Generator, saturation: tuple[float, float], value: tuple[float, float]) -> Colour:
    """A colour of any hue, its saturation and value (0 to 1) drawn from ranges."""
    red, green, blue = colorsys.hsv_to_rgb(random.uniform(), random.uniform(*saturation), random.uniform(*value))
    return 255 * red, 255 * green, 255 * blue


def studio(random: np.random.Generator, side: int, ground: float) -> Picture:
    """A light wall that goes over into a floor; `ground` is where that lies, px."""
    wall = rgb(tint(random, (0.0, 0.12), (0.82, 0.97)))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    near = np.exp(-(((x - side / 2) / (0.7 * side)) ** 2 + ((y - 0.4 * side) / (0.8 * side)) ** 2))
    floor = 0.5 + 0.5 * np.tanh((y - ground + 0.02 * side) / (0.04 * side))
    light = 0.88 + 0.12 * near - 0.05 * floor
    return _finished(random, wall * light[..., None])


def outdoors(random: np.random.Generator, side: int, ground: float) -> Picture:
    """Sky, a far row of trees and a meadow or a square, out of focus."""
    y = np.mgrid[:side, :side][0].astype(np.float32)[..., None]
    horizon = ground - random.uniform(0.12, 0.25) * side
    high, low = rgb((120, 165, 215)), rgb((225, 232, 238))
    sky = high + (low - high) * np.clip(y / horizon, 0, 1)
    floor = rgb(tint(random, (0.1, 0.3), (0.55, 0.75)) if random.uniform() < 0.5 else (118, 150, 84))
    meadow = floor * (0.8 + 0.3 * np.clip((y - horizon) / (side - horizon), 0, 1))
    picture = np.where(y < horizon, sky, meadow)
    for _ in range(14):
        x, size = random.uniform(-0.1, 1.1) * side, random.uniform(0.06, 0.16) * side
        green = rgb((74, 112, 70)) * random.uniform(0.7, 1.25)
        cv2.circle(picture, (int(x), int(horizon - 0.6 * size)), int(size), green.tolist(), -1, cv2.LINE_AA)
    return _finished(random, cv2.GaussianBlur(picture, (0, 0), side / 75))


def plain(random: np.random.Generator, side: int, ground: float) -> Picture:
    """Pale paper with a line of ground."""
    paper = rgb(tint(random, (0.0, 0.1), (0.92, 1.0)))
    y = np.mgrid[:side, :side][0].astype(np.float32)[..., None]
    floor = 0.5 + 0.5 * np.tanh((y - ground) / (0.01 * side))
    return _finished(random, paper * (1 - 0.14 * floor))


def _finished(random: np.random.Generator, picture: np.ndarray) -> Picture:
    """With the faint grain of a picture that was taken."""
    grain = random.normal(0, 1.6, picture.shape[:2])[..., None]
    return freeze(np.asarray(np.clip(picture + grain + 0.5, 0, 255), np.uint8))
