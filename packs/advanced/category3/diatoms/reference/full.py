"""A one-stage detector: each cell of a grid answers for the shell whose middle lies in it, with its box and its species."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import BOXES, CLASSES, INPUT_SHAPE, SIDE, load_data

GRID = 6
layers = tf.keras.layers


def solution_model():
    slides, shells = all_ways(*load_data())
    boxes, scores = on_grid(shells)

    inputs = tf.keras.Input(INPUT_SHAPE)
    hidden = inputs
    for filters, strides in ((16, 2), (32, 2), (64, 2), (64, 1), (64, 1)):
        hidden = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(hidden)
        hidden = layers.ReLU()(layers.BatchNormalization()(hidden))
    places = layers.Reshape((BOXES, 4))(layers.Conv2D(4, 1)(hidden))
    found = corners_of_cells()(places)
    species = layers.Reshape((BOXES, len(CLASSES)), name="scores")(layers.Conv2D(len(CLASSES), 1, activation="sigmoid")(hidden))
    network = tf.keras.Model(inputs, {"boxes": found, "scores": species})

    epochs, batch = 4, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, epochs * -(-len(slides) // batch))
    network.compile(
        optimizer=tf.keras.optimizers.Adam(rate),
        loss={"boxes": "mae", "scores": "binary_crossentropy"},
        loss_weights={"boxes": 10.0, "scores": 1.0},
    )
    # Cells without a shell learn no box: their weight in that loss is 0.
    weights = {"boxes": scores.max(axis=-1), "scores": np.ones(scores.shape[:2], "float32")}
    network.fit(slides, {"boxes": boxes, "scores": scores}, sample_weight=weights, epochs=epochs, batch_size=batch, verbose=2)
    return tf.keras.Model(inputs, layers.Concatenate()([found, species]))


def all_ways(slides, shells):
    """The slides as they are, mirrored and turned, eight ways in all, with their boxes."""
    for turned, box_turned in (
        (lambda all_slides: all_slides[:, ::-1], lambda x, y, wide, high: (x, SIDE - y - high, wide, high)),
        (lambda all_slides: all_slides[:, :, ::-1], lambda x, y, wide, high: (SIDE - x - wide, y, wide, high)),
        (lambda all_slides: all_slides.swapaxes(1, 2), lambda x, y, wide, high: (y, x, high, wide)),
    ):
        slides = np.concatenate([slides, turned(slides)])
        shells = shells + [[(number, box_turned(*box)) for number, box in of_slide] for of_slide in shells]
    return slides, shells


def on_grid(shells):
    """What every cell should answer: boxes (n, BOXES, 4) as corners in 0 to 1, scores (n, BOXES, K)."""
    boxes = np.zeros((len(shells), BOXES, 4), "float32")
    scores = np.zeros((len(shells), BOXES, len(CLASSES)), "float32")
    for row, of_slide in enumerate(shells):
        for number, (left, top, wide, high) in of_slide:
            cell = int((top + high / 2) * GRID / SIDE) * GRID + int((left + wide / 2) * GRID / SIDE)
            boxes[row, cell] = np.array([left, top, left + wide, top + high]) / SIDE
            scores[row, cell, number] = 1
    return boxes, scores


def corners_of_cells():
    """A layer with fixed weights: from x, y, width, height (0: the middle of a cell, a typical size) to corners in 0 to 1."""
    size = 0.3
    kernel = 0.3 * np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])
    row, column = np.divmod(np.arange(BOXES), GRID)
    x, y = (column + 0.5) / GRID, (row + 0.5) / GRID
    middles = np.stack([x - size / 2, y - size / 2, x + size / 2, y + size / 2], axis=1)
    layer = layers.EinsumDense("bpc,cd->bpd", (BOXES, 4), bias_axes="pd", trainable=False, name="boxes")
    layer.build((None, BOXES, 4))
    layer.set_weights([kernel, middles])
    return layer


if __name__ == "__main__":
    save(solution_model())
