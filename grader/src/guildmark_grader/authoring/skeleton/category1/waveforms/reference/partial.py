"""The right idea with too little of everything: few filters, the mean over all steps, a short training."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    signals, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            layers.Conv1D(16, 9, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(16, 9, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy")
    model.fit(signals, labels, epochs=4, batch_size=64, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
