"""For every category: keep the best weights of a long training, go on with it another day, and save the model.

    from checkpoints import checkpoint, resume, save

    resume(model)                                                             # the best weights so far, if there are any
    model.fit(..., validation_data=..., callbacks=[checkpoint()])
    resume(model)                                                             # the best weights of all runs, not the last
    save(model)                                                               # mymodel.keras, ready to submit

Losses are compared between runs: keep the loss and the validation data the same, or delete checkpoint.npz.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parent
KEPT = FOLDER / "checkpoint.npz"


class Checkpoint(tf.keras.callbacks.Callback):
    """Writes the weights of the model to checkpoint.npz when its val_loss is the lowest of all runs."""

    def on_epoch_end(self, epoch, logs=None):
        loss = (logs or {}).get("val_loss")
        if loss is None:
            raise ValueError("checkpoint() needs validation data in every epoch: give model.fit() validation_data=...")
        if loss < kept()[0]:
            unfinished = FOLDER / "unfinished.npz"
            np.savez(str(unfinished), loss, *[variable.numpy() for variable in variables(self.model)])
            unfinished.replace(KEPT)
            print("\nKept the weights of epoch", epoch + 1, "in", KEPT.name)


def checkpoint():
    """Keeps the best weights while you train: model.fit(..., validation_data=..., callbacks=[checkpoint()])."""
    return Checkpoint()


def kept():
    """The lowest validation loss of all runs and the weights that had it; infinity and None before there is a checkpoint."""
    if not KEPT.exists():
        return float("inf"), None
    with np.load(str(KEPT)) as archive:
        loss, *weights = [archive[f"arr_{k}"] for k in range(len(archive.files))]
    return float(loss), weights


def variables(model):
    """The weights of `model` that are numbers. Keras 2 counts the words of a TextVectorization layer among them, which stay."""
    return [weight for weight in model.weights if hasattr(weight, "assign")]


def resume(model):
    """Gives `model` the best weights that checkpoint() kept, if it has the same layers. Says what it did."""
    loss, weights = kept()
    if weights is None:
        print("There is no checkpoint yet: the model keeps the weights that it has.")
        return
    if not model.built:
        raise ValueError("The model has no weights yet: begin it with an Input layer, then call resume(model).")
    if [weight.shape for weight in weights] != [tuple(variable.shape) for variable in variables(model)]:
        aside = FOLDER / f"checkpoint-{loss:.4f}.npz"
        KEPT.replace(aside)
        print("The checkpoint is of a model with other layers. It is now", aside.name, "and this model keeps its own weights.")
        return
    for place, variable in enumerate(variables(model)):
        variable.assign(weights[place])
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # a Normalization layer works with values that it takes from its weights here
            layer.finalize_state()
    print("The model has the weights of", KEPT.name, "now; their validation loss was", loss)


def save(model):
    """Saves the model in this folder: mymodel.keras, or mymodel.h5 where TensorFlow is older than 2.12."""
    if model is None:
        raise SystemExit("solution_model() returns no model yet: build and train one where starter.py says YOUR CODE.")
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if version < (2, 4):
        print("TensorFlow", tf.__version__, "is older than 2.4, the oldest meant for this exam. Update it if anything fails.")
    file = FOLDER / ("mymodel.keras" if version >= (2, 12) else "mymodel.h5")
    try:
        model.save(str(file))
    except NotImplementedError as error:  # up to 2.12 it writes HDF5 under both names, which has no place for words
        reason = "cannot save a layer that holds words in one file. Use TensorFlow 2.13 or later, or let the model take numbers"
        raise SystemExit(f"TensorFlow {tf.__version__} {reason}.") from error
    print("Saved", file.name)
