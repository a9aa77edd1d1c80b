"""The same kind of detector, but it has seen each slide only as it is and upside down, which is too little."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import BOXES, CLASSES, INPUT_SHAPE, SIDE, load_data

GRID = 6
layers = tf.keras.layers


def on_grid(shells):
    """Boxes (n, BOXES, 4) as corners in 0 to 1, scores (n, BOXES, K): of the cell in which the middle of a shell lies."""
    boxes = np.zeros((len(shells), BOXES, 4), "float32")
    scores = np.zeros((len(shells), BOXES, len(CLASSES)), "float32")
    for row, of_slide in enumerate(shells):
        for number, (left, top, width, height) in of_slide:
            cell = int((top + height / 2) * GRID / SIDE) * GRID + int((left + width / 2) * GRID / SIDE)
            boxes[row, cell] = np.array([left, top, left + width, top + height]) / SIDE
            scores[row, cell, number] = 1
    return boxes, scores


def corners_of_cells():
    """A layer with fixed weights: adds to a cell's answer its own middle."""
    row, column = np.divmod(np.arange(BOXES), GRID)
    middles = (np.stack([column, row, column, row], axis=1) + 0.5) / GRID
    layer = layers.EinsumDense("bpc,cd->bpd", (BOXES, 4), bias_axes="pd", trainable=False, name="boxes")
    layer.build((None, BOXES, 4))
    layer.set_weights([0.2 * np.eye(4), middles])
    return layer


def solution_model():
    slides, shells = load_data()
    slides = np.concatenate([slides, slides[:, ::-1]])
    shells += [[(number, (x, SIDE - y - high, wide, high)) for number, (x, y, wide, high) in of_slide] for of_slide in shells]
    boxes, scores = on_grid(shells)
    inputs = tf.keras.Input(INPUT_SHAPE)
    hidden = inputs
    for filters, strides in ((16, 2), (32, 2), (64, 2), (64, 1)):
        hidden = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(hidden)
        hidden = layers.ReLU()(layers.BatchNormalization()(hidden))
    found = corners_of_cells()(layers.Reshape((BOXES, 4))(layers.Conv2D(4, 1)(hidden)))
    species = layers.Reshape((BOXES, len(CLASSES)), name="scores")(layers.Conv2D(len(CLASSES), 1, activation="sigmoid")(hidden))
    network = tf.keras.Model(inputs, {"boxes": found, "scores": species})
    epochs, batch = 10, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * -(-len(slides) // batch))
    network.compile(
        optimizer=tf.keras.optimizers.Adam(rate),
        loss={"boxes": "mae", "scores": "binary_crossentropy"},
        loss_weights={"boxes": 10.0, "scores": 1.0},
    )
    weights = {"boxes": scores.max(axis=-1), "scores": np.ones(scores.shape[:2], "float32")}
    network.fit(slides, {"boxes": boxes, "scores": scores}, sample_weight=weights, epochs=epochs, batch_size=batch, verbose=2)
    return tf.keras.Model(inputs, layers.Concatenate()([found, species]))


if __name__ == "__main__":
    save(solution_model())
