"""Category 3: Objects in folders.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import re
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

try:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
except ImportError:  # where Keras has moved it
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

CATEGORY = "Category 3: Objects in folders"
FOLDER = Path(__file__).resolve().parent
CHECKPOINT = FOLDER / "checkpoint.npz"
SIDE = 80
INPUT_SHAPE = (SIDE, SIDE, 3)


def load_data(objects="all", **augmentation):
    """A generator of images of shape (80, 80, 3) from 0 to 1, with one-hot labels in the order of classes.txt.

    `objects` is "train", "validation" or "all". For validation every fifth object of a class is held out, with all its
    views. Arguments of ImageDataGenerator augment the images: load_data("train", horizontal_flip=True).
    """
    if objects not in ("train", "validation", "all"):
        raise ValueError('objects is "train", "validation" or "all"')
    if "validation_split" in augmentation:
        raise ValueError('validation_split would part views of one object: use load_data("train") and load_data("validation")')
    classes = (FOLDER / "classes.txt").read_text().split()
    folders = ImageDataGenerator().flow_from_directory(
        str(FOLDER / "train"),
        target_size=(SIDE, SIDE),
        interpolation="bilinear",
        classes=classes,
        class_mode="categorical",
        batch_size=32,
        shuffle=False,
    )
    batches = [folders[i] for i in range(len(folders))]
    images, labels = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    held_out = np.array([int(re.search("object([0-9]+)-", name).group(1)) % 5 == 0 for name in folders.filenames])
    chosen = {"train": ~held_out, "validation": held_out, "all": held_out | True}[objects]
    augmented = ImageDataGenerator(rescale=1 / 255, **augmentation)
    return augmented.flow(images[chosen], labels[chosen], batch_size=32, shuffle=objects != "validation")


def solution_model():
    """Returns the trained model."""
    images, validation = load_data("train"), load_data("validation")
    model = None
    print("Training on", images.n, "images, validating on", validation.n, "of other objects")
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
