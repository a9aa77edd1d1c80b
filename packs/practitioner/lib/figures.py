"""Drawings of flat pieces on a bench: the figures, and photographs of them that are all different.

A figure is a closed outline around the origin, about one unit in radius, y pointing down. What makes a figure more than one
drawing (the number of a star's points, the width of a ring) is drawn once for each variant: see `Figure`.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# One of each pair is drawn: of all ways to pair them, this one makes the choices of four most alike in how hard they are.
FAMILIES = (("arrow", "cross"), ("crescent", "ring"), ("heart", "triangle"), ("kite", "star"))
_FINE = 3  # outlines are drawn so many times larger, then reduced: their edges become smooth
_GREY = (0.299, 0.587, 0.114)
_APART = 35  # of 255: how much lighter a piece is than the bench, at least


@dataclass(frozen=True)
class Figure:
    """One family with its proportions; `hole`, if there is one, is an outline that is cut out."""

    outline: np.ndarray
    hole: np.ndarray | None = None


def drawn_figure(family, rng):
    """A figure of `family`, its proportions drawn from `rng`."""
    return _FIGURES[family](rng)


def _arrow(rng):
    shaft, barb = rng.uniform(0.26, 0.38), rng.uniform(-0.15, 0.05)
    right = [(0, -1), (0.85, barb), (shaft, barb), (shaft, 0.95)]
    return Figure(_mirrored(right))


def _crescent(rng):
    tip, bite = 0.22 * np.pi, rng.uniform(0.4, 0.55)  # where the two circles meet; how far the second one is moved
    outer, meeting = _arc(tip, 2 * np.pi - tip), np.array([np.cos(tip) - bite, np.sin(tip)])
    inner = _arc(2 * np.pi - np.arctan2(*meeting[::-1]), np.arctan2(*meeting[::-1])) * np.hypot(*meeting) + np.array([bite, 0])
    return Figure(np.concatenate([outer, inner]) + np.array([0.2, 0]))


def _cross(rng):
    arm = rng.uniform(0.26, 0.36)
    return Figure(_mirrored([(arm, -0.95), (arm, -arm), (0.95, -arm), (0.95, arm), (arm, arm), (arm, 0.95)]))


def _heart(rng):
    notch = rng.uniform(4.5, 5.5)
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x, y = 16 * np.sin(t) ** 3, notch * np.cos(2 * t) + 2 * np.cos(3 * t) + np.cos(4 * t) - 13 * np.cos(t)
    return Figure(np.stack([x / 16, (y - 2.5) / 15], axis=1))


def _kite(rng):
    waist, side = rng.uniform(-0.35, -0.15), rng.uniform(0.62, 0.75)
    return Figure(np.array([(0, -1), (side, waist), (0, 1), (-side, waist)]))


def _ring(rng):
    return Figure(_arc(0, 2 * np.pi) * 0.92, _arc(0, 2 * np.pi) * rng.uniform(0.42, 0.55))


def _star(rng):
    points, depth = rng.integers(5, 7), rng.uniform(0.4, 0.48)
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, depth, 1)
    return Figure(np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=1))


def _triangle(rng):
    foot = rng.uniform(0.75, 0.92)
    return Figure(np.array([(0, -0.95), (foot, 0.75), (-foot, 0.75)]))


_FIGURES = {
    "arrow": _arrow,
    "crescent": _crescent,
    "cross": _cross,
    "heart": _heart,
    "kite": _kite,
    "ring": _ring,
    "star": _star,
    "triangle": _triangle,
}


def _mirrored(right):
    """The right half of an outline, from top to bottom, with its mirror image."""
    half = np.array(right)
    return np.concatenate([half, half[::-1] * [-1, 1]])


def _arc(start, end):
    angle = np.linspace(start, end, 40)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def photograph(piece, rng):
    """A picture of a figure in a size of its own: turned, moved, coloured, on a bench with scratches, in changing light."""
    width, height = int(rng.integers(60, 201)), int(rng.integers(90, 141))
    bench, paint = _two_colours(rng)
    picture = bench + _clouds(rng, width, height, 22)
    picture = _scratched(picture, bench, rng)
    placed = _placement(rng, width, height)
    mask = _mask(piece, placed, width, height)
    shade = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(min(width, height) / 40))
    shift = rng.integers(-4, 5, size=2)
    picture *= 1 - 0.35 * np.roll(np.asarray(shade) / 255, shift, axis=(0, 1))[..., None]
    picture += mask[..., None] * (paint + _clouds(rng, width, height, 12) - picture)
    picture += _light(rng, width, height)[..., None] + rng.normal(0, rng.uniform(2, 10), picture.shape)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def _two_colours(rng):
    """A dull colour of the bench, and any colour of the piece that is enough lighter."""
    while True:
        bench, paint = rng.uniform(30, 170) + rng.normal(0, 18, size=3), rng.uniform(20, 245, size=3)
        if (paint - bench) @ _GREY > _APART:
            return bench, paint


def _clouds(rng, width, height, strength):
    """Soft stains, the same in red, green and blue."""
    coarse = Image.fromarray(rng.normal(0, strength, size=(6, 6)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))[..., None]


def _light(rng, width, height):
    """Light that falls off in some direction."""
    across, down = rng.uniform(-25, 25, size=2)
    return np.linspace(-across, across, width)[None, :] + np.linspace(-down, down, height)[:, None]


def _scratched(picture, bench, rng):
    image = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(2, 7)):
        ends = rng.uniform(-0.1, 1.1, size=(2, 2)) * image.size
        colour = (bench + rng.uniform(-50, 50)).clip(0, 255).astype(int)
        pen.line([tuple(end) for end in ends.tolist()], fill=tuple(colour.tolist()), width=int(rng.integers(1, 4)))
    return np.asarray(image, dtype=np.float64)


def _placement(rng, width, height):
    """The matrix and the centre that put an outline into a picture of this size."""
    angle, (stretch, slant) = rng.uniform(-0.35, 0.35), rng.uniform(-0.12, 0.12, size=2)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    size = rng.uniform(0.52, 0.86) / 2 * np.array([width, height])
    matrix = np.diag(size) @ turned @ np.array([[1 + stretch, slant], [0, 1 - stretch]])
    centre = (0.5 + rng.uniform(-0.09, 0.09, size=2)) * (width, height)
    return matrix, centre


def _mask(piece, placed, width, height):
    """What share of each pixel the piece covers, (height, width)."""
    matrix, centre = placed
    large = Image.new("L", (width * _FINE, height * _FINE))
    pen = ImageDraw.Draw(large)
    for outline, value in ((piece.outline, 255), (piece.hole, 0)):
        if outline is not None:
            corners = (outline @ matrix.T + centre) * _FINE
            pen.polygon([tuple(corner) for corner in corners.tolist()], fill=value)
    return np.asarray(large.reduce(_FINE), dtype=np.float64) / 255
