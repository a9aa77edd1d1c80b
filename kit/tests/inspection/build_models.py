"""Run as a script, with a folder: saves models as Keras 3, Keras 2 and TensorFlow save them, good ones and hostile ones."""

import os
import sys
import zipfile
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
import tf_keras

FOLDER = Path(sys.argv[1])
IMAGES = (28, 28)
WORDS = ["a b c", "d e f"]


def zipped(name: str, *, top: str = "") -> None:
    with zipfile.ZipFile(FOLDER / f"{name}{'_in_a_folder' if top else ''}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((FOLDER / name).rglob("*")):
            archive.write(path, top + str(path.relative_to(FOLDER / name)))


def exported(name: str, model: keras.Model) -> None:
    model.export(FOLDER / name, verbose=False)
    zipped(name)


def keras_3() -> None:
    layers = keras.layers
    images = keras.Sequential(
        [
            keras.Input(IMAGES),
            layers.Reshape((*IMAGES, 1)),
            layers.Rescaling(1 / 255),
            layers.SeparableConv2D(2, 3),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    images.save(FOLDER / "images.keras")
    images.save(FOLDER / "images.h5")
    exported("images", images)
    zipped("images", top="my model/")
    (FOLDER / "images.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(images).convert())

    words = layers.TextVectorization(max_tokens=50, output_sequence_length=5)
    words.adapt(WORDS)
    text = keras.Sequential(
        [
            keras.Input((), dtype="string"),
            words,
            layers.Embedding(50, 4),
            layers.LSTM(3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    text.save(FOLDER / "text.keras")
    text.save(FOLDER / "text.h5")
    exported("text", text)

    letters, numbers = keras.Input((1,), dtype="string", name="letters"), keras.Input((2,), dtype="int64", name="numbers")
    looked_up = [
        layers.Embedding(9, 3)(layers.StringLookup(vocabulary=["a", "b"])(letters)),
        layers.Embedding(9, 3)(layers.IntegerLookup(vocabulary=[1, 2, 3])(numbers)),
    ]
    joined = layers.Flatten()(layers.Concatenate(axis=1)(looked_up))
    two = keras.Model([letters, numbers], layers.Dense(10)(keras.Sequential([layers.Dense(4)])(joined)))
    two.save(FOLDER / "two.keras")
    two.save(FOLDER / "two.h5")


def keras_2() -> None:
    layers = tf_keras.layers
    scaled = layers.Normalization()
    scaled.adapt(np.arange(2 * 28 * 28.0).reshape((2, *IMAGES)))
    steps = tf_keras.Sequential(
        [
            tf_keras.Input(IMAGES),
            scaled,
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.GRU(2),
            layers.Dense(10),
        ]
    )
    steps.save(FOLDER / "steps.h5")
    steps.save(FOLDER / "steps.keras")
    steps.save(FOLDER / "steps")
    zipped("steps")


def name_the_saver(graph: Path) -> None:
    """Let an object of the model name the function that restores, which TensorFlow then calls as the object's own."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    saved = SavedModel.FromString(graph.read_bytes())
    (meta,) = saved.meta_graphs
    restoring = next(node for node in meta.graph_def.node if node.name == meta.saver_def.restore_op_name)
    meta.object_graph_def.nodes.add().bare_concrete_function.concrete_function_name = restoring.attr["f"].func.name
    graph.write_bytes(saved.SerializeToString())


def hostile() -> None:
    """Programs that TensorFlow saves and loads without a word."""
    spec = tf.TensorSpec((None, *IMAGES), tf.float32)

    class Program(tf.Module):
        def __init__(self, does) -> None:
            super().__init__()
            self.weight = tf.Variable(tf.ones((28, 10)))
            self.does = does

        @tf.function(input_signature=[spec])
        def __call__(self, images):
            self.does(images)
            return {"output": tf.reduce_sum(images, 1) @ self.weight}

    @tf.function
    def inner(images):
        tf.io.write_file("was-here", tf.strings.as_string(tf.reduce_sum(images)))

    @tf.function
    def outer(images):
        inner(images)

    def in_a_loop(images):
        tf.while_loop(lambda i: i < 2, lambda i: (tf.io.read_file("/etc/passwd"), i + 1)[1:], [tf.constant(0)])

    programs = {
        "ReadFile": lambda _: tf.io.read_file("/etc/passwd"),
        "MatchingFiles": lambda _: tf.io.matching_files("/etc/*"),
        "RestoreV2": lambda _: tf.raw_ops.RestoreV2(
            prefix="/etc/x", tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.float32]
        ),
        "ImmutableConst": lambda _: tf.raw_ops.ImmutableConst(dtype=tf.uint8, shape=[8], memory_region_name="/etc/passwd"),
        "PrintV2": lambda images: tf.print(images, output_stream="file://was-here"),
        "EagerPyFunc": lambda images: tf.py_function(lambda x: x, [images], tf.float32),
        "TensorDataset": lambda images: tf.data.Dataset.from_tensors(images).reduce(0.0, lambda total, _: total),
    }
    for name, does in programs.items():
        tf.saved_model.save(Program(does), FOLDER / name)
        zipped(name)
    for name, does in (("nested", outer), ("loop", in_a_loop)):
        tf.saved_model.save(Program(does), FOLDER / name)
        zipped(name)

    tf.saved_model.save(Program(tf.identity), FOLDER / "named_saver")
    name_the_saver(FOLDER / "named_saver" / "saved_model.pb")
    zipped("named_saver")

    (FOLDER / "words.txt").write_text("a\nb\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(FOLDER / "words.txt"),
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        -1,
    )
    module = Program(lambda _: table.lookup(tf.constant(["a"])))
    module.table = table
    tf.saved_model.save(module, FOLDER / "asset")
    zipped("asset")
    silent = tf.Module()
    silent.weight = tf.Variable(1.0)
    tf.saved_model.save(silent, FOLDER / "silent")
    zipped("silent")


if __name__ == "__main__":
    keras_3()
    keras_2()
    hostile()
