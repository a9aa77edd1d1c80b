"""Category @N@: a straight line, solved by least squares and written into one Dense layer."""

from pathlib import Path

import numpy as np
from tensorflow import keras

HERE = Path()


def solution_model():
    table = np.loadtxt(HERE / "train.csv", delimiter=",", skiprows=1)
    design = np.hstack([table[:, :4], np.ones((len(table), 1))])
    answer = np.linalg.lstsq(design, table[:, 4], rcond=None)[0]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.set_weights([answer[:4, None], answer[4:]])
    return model


if __name__ == "__main__":
    print("Category @N@: a straight line")
    solution_model().save(HERE / "mymodel.keras")
