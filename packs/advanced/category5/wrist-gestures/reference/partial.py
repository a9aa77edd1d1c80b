"""A plain network with a flat dense layer, trained briefly, and saved as TensorFlow Lite with weights of eight bits."""

from pathlib import Path

import tensorflow as tf
from starter import CLASSES, FOLDER, INPUT_SHAPE, load_data


def solution_model():
    signals, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            layers.Conv1D(16, 5, strides=2, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(32, 5, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(signals, labels, batch_size=64, epochs=4, verbose=2)
    return model


def save_small(model):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    Path(FOLDER, "mymodel.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    save_small(solution_model())
