"""Category 1: Thermometer.

This starter is complete: run it, and it trains the model and saves it as mymodel.keras beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 1: Thermometer"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (1,)


def load_data():
    """Temperatures of shape (40, 1) in degrees Celsius, and the same in degrees Fahrenheit."""
    table = np.genfromtxt(str(FOLDER / "temperatures.csv"), delimiter=",", skip_header=1, dtype="float32")
    return table[:, :1], table[:, 1:]


def solution_model():
    """Returns the trained model."""
    celsius, fahrenheit = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            tf.keras.layers.Rescaling(0.01),
            tf.keras.layers.Dense(1),
            tf.keras.layers.Rescaling(100.0),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(0.1), loss="mse")
    model.fit(celsius, fahrenheit, batch_size=len(celsius), epochs=200, verbose=0)
    print("Error on the table:", float(np.abs(model.predict(celsius, verbose=0) - fahrenheit).mean()), "degrees Fahrenheit")
    return model


if __name__ == "__main__":
    print(CATEGORY)
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    file = FOLDER / ("mymodel.keras" if version >= (2, 12) else "mymodel.h5")
    solution_model().save(str(file))
    print("Saved", file.name)
