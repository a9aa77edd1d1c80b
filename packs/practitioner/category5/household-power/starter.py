"""Category 5: Household power.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 5: Household power"
FOLDER = Path(__file__).resolve().parent
CHECKPOINT = FOLDER / "checkpoint.npz"
PAST, FUTURE = 24, 24
INPUT_SHAPE = (PAST, 7)


def load_data():
    """Windows of 24 hours and of the 24 after them, both scaled and of shape (n, 24, 7); without windows that miss a value."""
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    with (FOLDER / "power.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    hours = np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])
    hours = ((hours - scaling["mean"]) / scaling["deviation"]).astype("float32")
    starts = range(len(hours) - PAST - FUTURE + 1)
    windows = np.stack([hours[start : start + PAST + FUTURE] for start in starts])
    windows = windows[~np.isnan(windows).any(axis=(1, 2))]
    return windows[:, :PAST], windows[:, PAST:]


def solution_model():
    """Returns the trained model."""
    past, future = load_data()
    model = None
    print("Training on", past.shape, future.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with an Input layer of INPUT_SHAPE.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


class Checkpoint(tf.keras.callbacks.Callback):
    """Writes the weights of the model to CHECKPOINT when its val_loss is the lowest of all runs."""

    def on_epoch_end(self, epoch, logs=None):
        loss = (logs or {}).get("val_loss")
        if loss is None:
            raise ValueError("checkpoint() needs validation data in every epoch: give model.fit() validation_data=...")
        if loss < kept()[0]:
            unfinished = FOLDER / "unfinished.npz"
            np.savez(str(unfinished), loss, *self.model.get_weights())
            unfinished.replace(CHECKPOINT)
            print("\nKept the weights of epoch", epoch + 1, "in", CHECKPOINT.name)


def checkpoint():
    """Keeps the best weights while you train: model.fit(..., validation_data=..., callbacks=[checkpoint()])."""
    return Checkpoint()


def kept():
    """The lowest validation loss of all runs and the weights that had it; infinity and None before there is a checkpoint."""
    if not CHECKPOINT.exists():
        return float("inf"), None
    with np.load(str(CHECKPOINT)) as archive:
        loss, *weights = [archive[f"arr_{k}"] for k in range(len(archive.files))]
    return float(loss), weights


def resume(model):
    """Gives `model` the best weights that checkpoint() kept, if it has the same layers. Says what it did."""
    loss, weights = kept()
    if weights is None:
        print("There is no checkpoint yet: the model keeps the weights that it has.")
        return
    if not model.built:
        model.build((None, *INPUT_SHAPE))
    if [weight.shape for weight in weights] != [weight.shape for weight in model.get_weights()]:
        aside = FOLDER / f"checkpoint-{loss:.4f}.npz"
        CHECKPOINT.replace(aside)
        print("The checkpoint is of a model with other layers. It is now", aside.name, "and this model keeps its own weights.")
        return
    model.set_weights(weights)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # a Normalization layer works with values that it takes from its weights here
            layer.finalize_state()
    print("The model has the weights of", CHECKPOINT.name, "now; their validation loss was", loss)


def save(model):
    """Saves the model beside this file: mymodel.keras, or mymodel.h5 where TensorFlow is older than 2.12."""
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if version < (2, 4):
        print("TensorFlow", tf.__version__, "is older than 2.4, the oldest meant for this exam. Update it if anything fails.")
    file = FOLDER / ("mymodel.keras" if version >= (2, 12) else "mymodel.h5")
    model.save(str(file))
    print("Saved", file.name)


if __name__ == "__main__":
    print(CATEGORY)
    trained = solution_model()
    if trained is None:
        sys.exit("solution_model() returns no model yet: build and train one where this file says YOUR CODE.")
    save(trained)
