"""Two convolutions with pooling, dropout, and a rate that falls."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    images, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ]
    )
    epochs, batch = 12, 64
    rate = tf.keras.optimizers.schedules.CosineDecay(2e-3, epochs * -(-len(images) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
