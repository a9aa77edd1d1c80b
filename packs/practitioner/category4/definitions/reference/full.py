"""Embeddings, a convolution that sees three words at a time, and dropout on both sides of it."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data, load_lines


def solution_model():
    tokens, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE, dtype="int32"),
            layers.Embedding(len(load_lines("vocabulary.txt")), 48),
            layers.SpatialDropout1D(0.4),
            layers.Conv1D(64, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(0.4),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(tokens, labels, epochs=5, batch_size=128, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
