"""Save every architecture with the TensorFlow that runs this, and what it predicts: make.py FOLDER.

The folders beside this file were made by the real libraries, one environment each: TensorFlow 2.12 (Keras 2.12), 2.15 (Keras
2.15) and 2.16 (Keras 3). Older ones do not install on a Python that Guildmark runs on.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from architectures import ARCHITECTURES, Architecture, inputs_of


def save(architecture: Architecture, folder: Path) -> None:
    """Save one architecture in every format that has it, and its predictions on `inputs_of`."""
    tf.keras.utils.set_random_seed(7)
    model = architecture.build(tf.keras)
    for ending in architecture.endings:
        path = folder / f"{architecture.name}.{ending}"
        try:
            model.save(path)
        except (NotImplementedError, ValueError) as error:  # Keras 3.0: Bidirectional to .h5; Keras 2.12: words, to anything
            path.unlink()
            print(f"{path.name}: {error}")
    inputs, batch = inputs_of(architecture), model.inputs[0].shape[0] or len(inputs_of(architecture))
    # A batch that is baked in takes whole batches only: the last one is filled up with its first rows.
    rows = np.resize(np.arange(len(inputs)), -(-len(inputs) // batch) * batch)
    predictions = model.predict(tf.constant(inputs[rows]), batch_size=batch, verbose=0)[: len(inputs)]
    np.save(folder / f"{architecture.name}.npy", predictions.astype(np.float32))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for each in ARCHITECTURES:
        save(each, target)
        print(each.name)
