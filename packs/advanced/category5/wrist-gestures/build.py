"""Data of the form: what a sensor on a wrist feels in six gestures. The seed invents all of it, so no file holds its rows.

A variant draws how the sensor sits on the wrist and which number stands for which gesture. Each row draws anew how large, how
fast and when the gesture is made, how the arm is held, and how its wearer walks meanwhile.
"""

import numpy as np

STEPS, CHANNELS = 96, 6  # 2.4 seconds at 40 Hz; three accelerations, then three speeds of rotation
CLASSES = 6
GIVEN, HIDDEN = 900, 400  # rows of each gesture
NOISE = 0.4


def build(rng, sources, public, hidden):
    numbers, mounting = rng.permutation(CLASSES), rotation(rng.normal(size=4))
    names = [NAMES[kind] for kind in np.argsort(numbers)]
    kinds = np.concatenate([rng.permutation(np.repeat(np.arange(CLASSES), count)) for count in (HIDDEN, GIVEN)])
    signals = np.stack([felt(rng, kind, mounting) for kind in kinds])
    signals = np.clip(np.rint(signals * 1000), -32767, 32767).astype(np.int16)
    labels, cut = numbers[kinds], HIDDEN * CLASSES
    (public / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    np.savez_compressed(public / "train.npz", signals=signals[cut:], labels=labels[cut:].astype(np.uint8))
    (public / "speed.py").write_bytes((sources / "speed.py").read_bytes())
    np.save(hidden / "inputs.npy", signals[:cut].astype(np.float32) / 1000)
    np.save(hidden / "targets.npy", labels[:cut].astype(np.int64))


def felt(rng, kind, mounting):
    """One row, (STEPS, CHANNELS): a gesture, seen from the sensor, over what else moves the arm."""
    steps = np.arange(STEPS)
    begin, length = rng.uniform(4, 32), rng.uniform(38, 56)
    phase = (steps - begin) / length  # 0 to 1 while the gesture lasts
    moved = rng.uniform(0.7, 1.3) * GESTURES[kind](phase, rng) + walked(rng, steps)
    tilt = mounting @ rotation(np.concatenate([[7.0], rng.normal(size=3)]))  # nobody holds the arm twice alike
    seen = np.concatenate([moved[:, :3] @ tilt.T, moved[:, 3:] @ tilt.T], axis=1)
    return seen + NOISE * rng.normal(size=seen.shape)


def walked(rng, steps):
    """Gravity, and steps in a rhythm of their own: (STEPS, CHANNELS)."""
    rhythm = 2 * np.pi * (steps / rng.uniform(14, 30) + rng.uniform())
    strength = rng.uniform(0, 0.5) * rng.normal(size=(2, CHANNELS))
    gravity = np.concatenate([rng.normal(size=3), np.zeros(3)]) * 0.3
    return np.sin(rhythm)[:, None] * strength[0] + np.cos(2 * rhythm)[:, None] * strength[1] * 0.5 + gravity


def rotation(quaternion):
    """The 3x3 matrix of a rotation."""
    a, b, c, d = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a - b * b + c * c - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a - b * b - c * c + d * d],
        ]
    )


def drawn(direction):
    """A loop in the air, one way round or the other: two and a half turns that fade in and out."""

    def gesture(phase, rng):
        window = np.where((phase > 0) & (phase < 1), np.sin(np.pi * np.clip(phase, 0, 1)), 0)
        angle = 2 * np.pi * (rng.uniform() + direction * rng.uniform(2.0, 2.8) * phase)
        moved = np.zeros((len(phase), CHANNELS))
        moved[:, 0], moved[:, 1], moved[:, 5] = np.cos(angle) * window, np.sin(angle) * window, 0.2 * window
        return 1.2 * moved

    return gesture


def knocked(gaps, strengths):
    """Three knocks on a table, each followed by its echo; `gaps` lie between them, as shares of the gesture."""

    def gesture(phase, rng):
        moved = np.zeros((len(phase), CHANNELS))
        places = rng.uniform(0.1, 0.4) + rng.uniform(0.9, 1.1) * np.cumsum([0, *gaps])
        for place, strength in zip(places, strengths, strict=True):
            since = (phase - place) * 48
            ringing = np.where(since >= 0, np.exp(-np.maximum(since, 0) / 3.5) * np.cos(since * 1.1), 0)
            moved[:, 2] += 2.6 * strength * ringing
            moved[:, 3] += 1.0 * strength * ringing
        return moved

    return gesture


def turned(first):
    """The hand turns over and back: first to one side and then to the other, or the other way about."""

    def gesture(phase, rng):
        middle, width = rng.uniform(0.4, 0.6), rng.uniform(0.10, 0.15)
        bumps = np.exp(-(((phase - middle + 0.2) / width) ** 2)) - np.exp(-(((phase - middle - 0.2) / width) ** 2))
        moved = np.zeros((len(phase), CHANNELS))
        moved[:, 4], moved[:, 0] = 1.7 * first * bumps, 0.5 * np.abs(bumps)
        return moved

    return gesture


GESTURES = (
    *(drawn(1), drawn(-1)),
    *(knocked((0.14, 0.28), (1.25, 0.9, 0.6)), knocked((0.28, 0.14), (0.6, 0.9, 1.25))),
    *(turned(1), turned(-1)),
)
"""Three gestures, each followed by its mirror image in space or time."""
NAMES = ("loop", "loop-mirrored", "knocks", "knocks-mirrored", "turn", "turn-mirrored")
