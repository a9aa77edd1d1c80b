"""How large is a model, and how fast? python speed.py mymodel.keras

It measures as the grader does: the processor time of predicting 1,000 rows with one thread, in milliseconds of a processor
that needs 10 ms for the yardstick below. The shortest of several passes counts. Your machine may find somewhat more or less
than the grader, so keep away from the limit.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="2")

import sys
import time
from pathlib import Path

import numpy as np

YARDSTICK_MS = 10.0
ROWS, PASSES = 1000, 5


def yardstick():
    """A fixed computation of the kinds that models are made of: products of matrices, long arrays, and many short calls."""
    square, product = np.full((192, 192), 0.5, np.float32), np.empty((192, 192), np.float32)
    for _ in range(36):
        np.matmul(square, square, out=product)
    line, result = np.full(1 << 18, 0.5, np.float32), np.empty(1 << 18, np.float32)
    for _ in range(24):
        np.maximum(line, 0.25, out=result)
        np.add(line, result, out=result)
    few = np.zeros(8, np.float32)
    for _ in range(7000):
        np.add(few, few, out=few)


def keras_call(file, rows):
    """A function that predicts `rows` with the Keras model in `file`."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = tf.keras.models.load_model(str(file), compile=False)
    call = tf.function(lambda batch: model(batch, training=False), input_signature=[tf.TensorSpec(rows.shape, rows.dtype)])
    return lambda: call(tf.convert_to_tensor(rows)).numpy()


def tflite_call(file, rows):
    """A function that predicts `rows` with the TensorFlow Lite model in `file`."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=str(file), num_threads=1)
    place, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    interpreter.resize_tensor_input(place, rows.shape)
    interpreter.allocate_tensors()

    def predict():
        interpreter.set_tensor(place, rows)
        interpreter.invoke()
        return interpreter.get_tensor(answer)

    return predict


def processor_ms(work):
    """The milliseconds of processor time that `work` takes."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def predicting_ms(predict):
    """The milliseconds in which `predict` answers its rows, on a processor as fast as the yardstick says."""
    predict()  # the first call prepares
    passes = [(processor_ms(yardstick), processor_ms(predict)) for _ in range(PASSES)]
    return min(needed for _, needed in passes) / min(yard for yard, _ in passes) * YARDSTICK_MS


def main():
    """Say size and time of the file that the command line names."""
    from starter import load_data

    file = Path(sys.argv[1] if len(sys.argv) > 1 else "mymodel.keras")
    rows = load_data()[0][:ROWS]
    predict = tflite_call(file, rows) if file.suffix == ".tflite" else keras_call(file, rows)
    print(f"{file.name}: {file.stat().st_size / 1024:.1f} KiB, {predicting_ms(predict):.1f} ms for {ROWS} rows")


if __name__ == "__main__":
    main()
