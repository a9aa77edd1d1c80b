"""Diatoms under a microscope: the glass shells of invented species, and slides on which they lie.

A species is an outline about one unit in radius with lines inside; its proportions are drawn once for each variant. On a slide
a shell is turned, scaled and translucent: its rim is dark, its inside a little darker or lighter than the water.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

SIDE = 48  # pixels of a slide
SPECIES = ("Discus", "Navis", "Stella", "Trigon")
_FINE = 3  # shells are drawn so many times larger, then reduced: their edges become smooth
_APART = 11.5  # the least distance of the middles of two boxes, in pixels: more than across a cell of a grid of 6 by 6
_SHARED = 0.12  # the most that two boxes overlap
_MARGIN = 5.0  # a middle is so far from the edge: shells may be cut by it


@dataclass(frozen=True)
class Species:
    """An outline (n, 2) around the origin, and lines inside it, each (m, 2)."""

    outline: np.ndarray
    lines: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Shell:
    """One shell on a slide: its outline and lines in pixels."""

    species: int
    outline: np.ndarray
    lines: tuple[np.ndarray, ...]

    @property
    def box(self):
        """x_min, y_min, x_max, y_max in pixels, cut to the slide."""
        return np.concatenate([self.outline.min(axis=0), self.outline.max(axis=0)]).clip(0, SIDE)


def species(name, rng):
    """The species `name`, its proportions drawn from `rng`."""
    return _SPECIES[name](rng)


def _discus(rng):
    inner, spokes = rng.uniform(0.45, 0.55), 5
    rays = [np.array([[0.25, 0.0], [0.8, 0.0]]) @ _turn(angle).T for angle in np.arange(spokes) * 2 * np.pi / spokes]
    return Species(_circle(0.82), (_circle(0.82 * inner), *rays))


def _navis(rng):
    wide = rng.uniform(0.34, 0.42)
    along = np.linspace(-1, 1, 30)
    half = wide * (1 - along**2)
    outline = _closed(np.stack([along, -half], axis=1), np.stack([along, half], axis=1))
    ribs = [np.array([[x, -0.8 * wide * (1 - x**2)], [x, 0.8 * wide * (1 - x**2)]]) for x in (-0.55, -0.2, 0.2, 0.55)]
    return Species(outline, tuple(ribs))


def _stella(rng):
    arms, depth = 5, rng.uniform(0.3, 0.38)
    angle = np.arange(2 * arms) * np.pi / arms
    radius = np.where(np.arange(2 * arms) % 2, depth, 1.0)
    return Species(np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=1), ())


def _trigon(rng):
    bulge = rng.uniform(0.06, 0.12)
    corners = 0.98 * np.stack([[np.sin(angle), -np.cos(angle)] for angle in np.arange(4) * 2 * np.pi / 3])
    along = np.linspace(0, 1, 12, endpoint=False)[:, None]
    sides = []
    for start, end in pairwise(corners):
        outwards = (start + end) / np.linalg.norm(start + end)
        sides.append(start + along * (end - start) + 4 * bulge * along * (1 - along) * outwards)
    rays = [np.array([[0.0, 0.0], 0.6 * corner]) for corner in corners[:-1]]
    return Species(np.concatenate(sides), tuple(rays))


_SPECIES = {"Discus": _discus, "Navis": _navis, "Stella": _stella, "Trigon": _trigon}


def _circle(radius):
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _closed(there, back):
    return np.concatenate([there, back[::-1]])


def scattered(rng, kinds, numbers):
    """Shells of the species `numbers` (places in `kinds`), scattered over a slide so that none hides another."""
    while True:
        shells = []
        for number in numbers:
            shell = _placed(rng, kinds[number], number, shells)
            if shell is None:
                break
            shells.append(shell)
        else:
            return shells


def _placed(rng, kind, number, others):
    """A shell somewhere beside the `others`, or None where there is no room."""
    for _ in range(30):
        middle = rng.uniform(_MARGIN, SIDE - _MARGIN, 2)
        matrix = rng.uniform(7.0, 12.5) * _turn(rng.uniform(0, 2 * np.pi))
        shell = Shell(number, kind.outline @ matrix.T + middle, tuple(line @ matrix.T + middle for line in kind.lines))
        if all(_fit(shell.box, other.box) for other in others):
            return shell
    return None


def _fit(one, other):
    shared = np.prod(np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0))
    united = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared
    apart = np.hypot(*((one[:2] + one[2:] - other[:2] - other[2:]) / 2))
    return shared <= _SHARED * united and apart >= _APART


def photographed(rng, shells):
    """The slide (SIDE, SIDE) in whole numbers from 0 to 255: uneven light, dirt, translucent shells, noise."""
    light = rng.uniform(120, 190) + _slope(rng) + _stains(rng)
    picture = light
    for _ in range(rng.integers(1, 4)):
        picture = picture + rng.uniform(-45, 25) * _drawn(lambda pen: _scratch(rng, pen))
    for shell in shells:
        inside = _drawn(lambda pen, shell=shell: pen.polygon(_points(shell.outline), fill=255))
        rim = _drawn(lambda pen, shell=shell: _rim(pen, shell))
        strength = rng.uniform(0.7, 1.2)
        picture = picture + strength * (rng.uniform(-30, 15) * inside - rng.uniform(45, 80) * rim)
    picture = picture + rng.normal(0, rng.uniform(6, 14), picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _slope(rng):
    across, down = rng.uniform(-25, 25, 2)
    return np.linspace(-across, across, SIDE)[None, :] + np.linspace(-down, down, SIDE)[:, None]


def _stains(rng):
    coarse = Image.fromarray(rng.normal(0, 12, (5, 5)).astype(np.float32))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float64)


def _drawn(draw):
    """What share of each pixel the strokes of `draw` cover, (SIDE, SIDE)."""
    large = Image.new("L", (SIDE * _FINE, SIDE * _FINE))
    draw(ImageDraw.Draw(large))
    return np.asarray(large.reduce(_FINE), dtype=np.float64) / 255


def _points(outline):
    return [tuple(point) for point in (outline * _FINE).tolist()]


def _rim(pen, shell):
    whole = _points(shell.outline)
    pen.line([*whole, whole[0], whole[1]], fill=255, width=4, joint="curve")
    for line in shell.lines:
        pen.line(_points(line), fill=130, width=2)


def _scratch(rng, pen):
    """Dirt: a hair across the slide, or a speck."""
    if rng.integers(2):
        ends = rng.uniform(-5, SIDE + 5, (2, 2))
        pen.line(_points(ends), fill=255, width=int(rng.integers(2, 5)))
    else:
        middle, radius = rng.uniform(0, SIDE, 2), rng.uniform(1, 2.5)
        pen.polygon(_points(_circle(radius) + middle), fill=255)
