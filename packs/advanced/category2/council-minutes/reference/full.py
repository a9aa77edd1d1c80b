"""Convolutions read the clauses, attention tells each of them who is in the chair, and a product compares the names."""

import tensorflow as tf
from checkpoints import save
from starter import LENGTH, MATTERS, VOCABULARY, load_data

OPENING = 8  # words and the full stop of the first sentence, which names the chair
WIDTH = 32


def solution_model():
    minutes, backed = load_data()
    layers = tf.keras.layers
    inputs = tf.keras.Input((LENGTH,), dtype="int32")
    words = layers.Embedding(len(VOCABULARY) + 1, WIDTH)(inputs)
    clauses = layers.Conv1D(WIDTH, 6, padding="causal", activation="relu")(words)
    clauses = layers.Add()([clauses, layers.Conv1D(WIDTH, 6, padding="causal", activation="relu")(clauses)])
    opening = layers.Cropping1D((0, LENGTH - OPENING))(words)
    chair = layers.MultiHeadAttention(2, WIDTH // 2)(clauses, opening)
    matched = layers.Multiply()([layers.Dense(WIDTH)(clauses), chair])
    heard = layers.Dense(64, activation="relu")(layers.Concatenate()([clauses, matched]))
    outputs = layers.Dense(len(MATTERS), activation="sigmoid")(layers.GlobalMaxPooling1D()(heard))
    model = tf.keras.Model(inputs, outputs)
    epochs, batch = 20, 64
    rate = tf.keras.optimizers.schedules.CosineDecay(5e-3, epochs * -(-len(minutes) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="binary_crossentropy")
    model.fit(minutes, backed, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
