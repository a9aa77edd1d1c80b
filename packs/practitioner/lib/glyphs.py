"""An alphabet that a seed invents, and small grey images of its glyphs.

A glyph is a few strokes between the points of a lattice. It is drawn once, as a field of distances to its strokes; an image
looks that field up at places that are turned, scaled, slanted and shifted, and inks what is nearer than half the pen's width.
So thousands of images take a second, and their edges are smooth.
"""

from typing import NamedTuple

import numpy as np

SIZE = 28  # pixels a side
GLYPHS = 10
LATTICE = np.array([(x, y) for y in (-8.0, 0.0, 8.0) for x in (-6.0, 0.0, 6.0)])  # pixels from the middle
STROKES = 4
INK = (36.0, 46.0)  # pixels of all strokes of a glyph together
# A new glyph is as like as this to the one it resembles most: every alphabet has its look-alikes, and none has twins.
LIKENESS = (0.62, 0.72)
# How hard an alphabet is for dense layers goes with this measure: within these limits, all are about equally hard.
CROWDING = (0.98, 1.06)
TURNS = np.radians([-20, -10, 0, 10, 20])
FIELD = 20  # the field of distances reaches so many pixels from the middle, in steps of half a pixel
FINE = 2


def drawn_alphabet(rng):
    """The fields of distances of ten glyphs that are told apart about equally well in every alphabet."""
    while True:
        fields, likeness = drawn_glyphs(rng)
        if CROWDING[0] <= (likeness**4).sum() / GLYPHS <= CROWDING[1]:
            return fields


def drawn_glyphs(rng):
    """The fields of ten glyphs, and how like each is to each of the others, from 0 to 1."""
    fields, upright, turned = [], [], []
    while len(fields) < GLYPHS:
        field = distances(drawn_strokes(rng))
        glance, views = glances(field)
        closest = max((float((glance @ other.T).max()) for other in turned), default=LIKENESS[0])
        if LIKENESS[0] <= closest <= LIKENESS[1]:
            fields.append(field)
            upright.append(glance)
            turned.append(views)
    likeness = np.einsum("ip,jtp->ijt", np.stack(upright), np.stack(turned)).max(axis=-1)
    np.fill_diagonal(likeness, 0)
    return np.stack(fields), likeness


def drawn_strokes(rng):
    """Strokes that hang together, as points (n, 2) along them: each begins where an earlier one has been. Centred."""
    while True:
        corners = [rng.integers(len(LATTICE))]
        points = []
        for _ in range(STROKES):
            start, end = rng.choice(corners), rng.integers(len(LATTICE))
            corners.append(end)
            points.append(curve(LATTICE[start], LATTICE[end], rng.choice([0.0, 0.0, -4.0, 4.0])))
        steps = np.concatenate([np.linalg.norm(np.diff(stroke, axis=0), axis=1) for stroke in points])
        if len(set(corners)) == STROKES + 1 and INK[0] <= steps.sum() <= INK[1]:
            whole = np.concatenate(points)
            return whole - (whole.min(axis=0) + whole.max(axis=0)) / 2


def curve(start, end, bow):
    """Points from `start` to `end`, on a parabola that bows `bow` pixels to the side."""
    along = np.linspace(0, 1, 24)[:, None]
    aside = (end - start)[::-1] * (1, -1) / max(np.linalg.norm(end - start), 1)
    return start + along * (end - start) + 4 * bow * along * (1 - along) * aside


def distances(points):
    """The distance to the nearest of `points` at every node of the field, in pixels."""
    nodes = np.arange(-FIELD, FIELD + 1 / FINE, 1 / FINE)
    squares = (nodes[None, :, None] - points[:, 0]) ** 2 + (nodes[:, None, None] - points[:, 1]) ** 2
    return np.sqrt(squares.min(axis=-1)).astype(np.float32)


class Pose(NamedTuple):
    """How glyphs stand in their images, an array of numbers each: radians clockwise, a factor, pixels a pixel, pixels."""

    turn: np.ndarray
    scale: np.ndarray
    slant: np.ndarray
    right: np.ndarray
    down: np.ndarray


def glances(field):
    """The glyph as seen from afar: upright, and at every turn; vectors of length 1, so that a product tells the likeness."""
    straight = np.zeros(len(TURNS))
    views = looked_up(field[None], straight.astype(int), Pose(TURNS, straight + 1, straight, straight, straight))
    blurred = np.exp(-((views.reshape(len(TURNS), -1) / 1.5) ** 2))
    blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
    return blurred[len(TURNS) // 2], blurred


def looked_up(fields, numbers, pose):
    """Distances (n, SIZE, SIZE) to the strokes of the glyphs `numbers`, in pixels."""
    turn, scale, slant, right, down = (part.astype(np.float32)[:, None, None] for part in pose)
    middle = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    x, y = (middle[None, None, :] - right) / scale, (middle[None, :, None] - down) / scale
    x, y = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    x = x + slant * y
    # Between the four nodes around a place, by how near it is to each.
    last = 2 * FIELD * FINE
    column, row = (np.clip((place + FIELD) * FINE, 0, last - 1e-3) for place in (x, y))
    left, top = column.astype(np.int32), row.astype(np.int32)
    across, below = column - left, row - top
    flat = fields.reshape(-1)
    corner = numbers.astype(np.int32)[:, None, None] * (last + 1) ** 2 + top * (last + 1) + left
    upper = flat[corner] * (1 - across) + flat[corner + 1] * across
    lower = flat[corner + last + 1] * (1 - across) + flat[corner + last + 2] * across
    return (upper * (1 - below) + lower * below) * scale


def drawn_images(rng, fields, numbers):
    """Images (n, SIZE, SIZE) of the glyphs `numbers`, whole numbers from 0 (paper) to 255 (ink)."""
    count = len(numbers)
    pose = Pose(
        turn=np.radians(rng.uniform(-20, 20, count)),
        scale=rng.uniform(0.75, 1.1, count),
        slant=rng.uniform(-0.25, 0.25, count),
        right=rng.uniform(-3, 3, count),
        down=rng.uniform(-3, 3, count),
    )
    away = looked_up(fields, numbers, pose)
    pen = rng.uniform(0.7, 1.4, count).astype(np.float32)[:, None, None]  # half its width
    strength = rng.uniform(0.55, 1.0, count).astype(np.float32)[:, None, None]
    ink = strength * np.clip(pen + 0.5 - away, 0, 1)
    noise = rng.standard_normal(ink.shape, dtype=np.float32) * 0.2
    return np.clip(np.rint(255 * (ink + noise)), 0, 255).astype(np.uint8)
