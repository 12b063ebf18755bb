"""A drawn face made sharper, frame after frame."""

import cv2
import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, DemoRestorer, demo_picture
from puppet.faces.steady_alignment import FADE
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.resampling import enlarge

SIDE = 256
FACE = demo_picture(0.4, SIDE, SIDE)


class PaintingRestorer(DemoRestorer):
    """Gives one colour whatever it is shown, or the picture tinted."""

    def __init__(
        self, colour: tuple[int, int, int] | None = None, tint: tuple[int, int, int] = (0, 0, 0), sides: tuple[int, int] = (256, 512)
    ) -> None:
        self.colour, self.tint = colour, np.array(tint)
        self.side, self.result_side = sides
        self.seen: list[Picture] = []

    def restore(self, aligned: Picture) -> Picture:
        assert aligned.shape == (self.side, self.side, 3)
        self.seen.append(aligned)
        large = cv2.resize(aligned, (self.result_side, self.result_side), interpolation=cv2.INTER_CUBIC)
        if self.colour:
            squares = np.indices(large.shape[:2]).sum(axis=0) // 4 % 2  # finer than the colours that are kept
            return np.where(squares[:, :, None], np.array(self.colour, np.uint8), np.uint8(255) - np.array(self.colour, np.uint8))
        return np.asarray(np.clip(large + self.tint, 0, 255), np.uint8)


class Blinking(DemoFaceFinder):
    """Sees no face while `blind`."""

    blind = False

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        return None if self.blind else super().find(picture, near)


def gap(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def edges(picture: Picture) -> float:
    return float(np.abs(cv2.Laplacian(picture, cv2.CV_32F)).mean())


@pytest.mark.parametrize(
    ("side", "sides", "grown"),
    [(256, (256, 512), 512), (512, (256, 512), 512), (256, (512, 1024), 1024), (256, (256, 256), 256), (256, (512, 2048), 1024)],
)
def test_result_grows_as_far_as_the_restorer_gives(side: int, sides: tuple[int, int], grown: int) -> None:
    enhance = Enhancement(PaintingRestorer(sides=sides), DemoFaceFinder())
    result = enhance(demo_picture(0.4, side, side))
    assert enhance.grown(side) == grown
    assert result.shape == (grown, grown, 3) and not result.flags.writeable


def test_face_is_sharper_in_its_place() -> None:
    large, result = enlarge(FACE, 512), Enhancement(DemoRestorer(), DemoFaceFinder())(FACE)
    assert edges(result[128:384, 128:384]) > 1.1 * edges(large[128:384, 128:384])
    assert gap(result, large) < 2


@pytest.mark.parametrize("time", [0.4, 1.5, 2.9])
def test_nothing_moves_by_being_aligned_and_laid_back(time: float) -> None:
    """A restorer that changes nothing leaves a face as it is, however it is turned."""
    face = demo_picture(time, SIDE, SIDE)
    result = Enhancement(PaintingRestorer(), DemoFaceFinder())(face)
    assert gap(result, enlarge(face, 512)) < 0.6


def test_restorer_sees_the_face_upright_in_the_template() -> None:
    restorer = PaintingRestorer()
    Enhancement(restorer, DemoFaceFinder())(demo_picture(1.5, SIDE, SIDE))
    face = DemoFaceFinder().find(restorer.seen[0])
    assert face is not None
    eyes = face.landmarks[36:42].mean(axis=0), face.landmarks[42:48].mean(axis=0)
    assert eyes[0][1] == pytest.approx(eyes[1][1], abs=4), "the drawn head is tilted by 11 degrees"
    assert (eyes[0] + eyes[1])[0] / 2 == pytest.approx(128, abs=8)


def test_what_is_around_the_face_stays() -> None:
    large, result = enlarge(FACE, 512), Enhancement(PaintingRestorer((255, 0, 0)), DemoFaceFinder())(FACE)
    assert gap(result[200:300, 200:300], large[200:300, 200:300]) > 20
    for corner in (np.s_[:40, :40], np.s_[-40:, :40], np.s_[:40, -40:], np.s_[-40:, -40:]):
        assert np.array_equal(result[corner], large[corner])
    change = np.abs(result.astype(int) - large).max(axis=2).astype(np.float32)
    rise = np.abs(np.diff(cv2.GaussianBlur(change, (0, 0), 6), axis=1)).max()
    assert rise < 6, "it fades in, without a seam"


def test_tint_of_the_restorer_does_not_show() -> None:
    plain = Enhancement(PaintingRestorer(), DemoFaceFinder())(FACE)
    tinted = Enhancement(PaintingRestorer(tint=(18, 0, -18)), DemoFaceFinder())(FACE)
    assert gap(plain, tinted) < 0.6


def test_without_a_face_it_is_enlarged() -> None:
    flat = np.full((SIDE, SIDE, 3), 80, np.uint8)
    enhance = Enhancement(PaintingRestorer((255, 0, 0)), DemoFaceFinder())
    assert np.array_equal(enhance(flat), enlarge(flat, 512))
    assert not enhance.found


def test_a_face_that_is_lost_for_a_while_fades_and_comes_back() -> None:
    finder = Blinking()
    enhance = Enhancement(PaintingRestorer((255, 0, 0)), finder)
    results = [enhance(FACE)]
    for blind in (True, False):
        finder.blind = blind
        results += [enhance(FACE) for _ in range(2 * FADE + 3)]
    steps = [gap(one, other) for one, other in zip(results[1:], results, strict=False)]
    whole = gap(results[0], enlarge(FACE, 512))
    assert np.array_equal(results[FADE], enlarge(FACE, 512))
    assert gap(results[-1], results[0]) < 0.05 * whole
    assert max(steps) < 1.3 * whole / FADE, "it never pops"


def test_another_portrait_is_sharp_at_once() -> None:
    finder = Blinking()
    enhance = Enhancement(DemoRestorer(), finder)
    first = enhance(FACE)
    finder.blind = True
    for _ in range(FADE):
        enhance(FACE)
    finder.blind = False
    enhance.forget()
    assert np.array_equal(enhance(FACE), first)


def test_a_still_face_gives_a_still_result() -> None:
    rng = np.random.default_rng(0)
    enhance = Enhancement(DemoRestorer(), DemoFaceFinder())
    faces = [np.clip(FACE + rng.normal(0, 0.6, FACE.shape), 0, 255).round().astype(np.uint8) for _ in range(12)]
    results = [enhance(face) for face in faces]
    flicker = np.mean([gap(one, other) for one, other in zip(results[1:], results, strict=False)])
    assert 0 < flicker < 1
