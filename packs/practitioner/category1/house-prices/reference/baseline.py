"""A straight line through the living area alone: right, and not good."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    with (FOLDER / "houses.csv").open() as file:
        living_area = file.readline().split(",").index("Gr_Liv_Area")
    table = np.genfromtxt(str(FOLDER / "houses.csv"), delimiter=",", skip_header=1)
    slope, start = np.polyfit(table[:, living_area], table[:, -1], 1)
    line = tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input((9,)), line])
    line.set_weights([slope * np.eye(9)[:, [living_area]], np.array([start])])
    return model


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
