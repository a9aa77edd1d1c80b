"""Takes word numbers and averages their embeddings, and so knows which words there are, but not in which order."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data, load_lines


def solution_model():
    _texts, tokens, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE, dtype="int32"),
            layers.Embedding(len(load_lines("vocabulary.txt")), 16),
            layers.GlobalAveragePooling1D(),
            layers.Dense(len(load_lines("classes.txt")), activation="softmax"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(tokens, labels, epochs=5, batch_size=128, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
