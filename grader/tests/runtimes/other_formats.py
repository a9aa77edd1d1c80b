"""SavedModel, ONNX and TensorFlow Lite files of the matrix, with what the library that they come from answers.

ONNX is written from the weights of a Keras model, operator by operator; the answers are Keras's own.
"""

import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from guildmark.rules.contract import TensorContract

from .architectures import ARCHITECTURES, WORDS
from .saved_models import ROWS, Case, answers

_BAKED_LENGTH = 20
"""Steps of a sequence, where a file has all its dimensions baked in."""


def saved_model_of(name: str, suffix: str = "", top: str = ""):
    """An architecture as Keras 3 exports it, zipped."""

    def save(folder: Path, scratch: Path) -> None:
        import keras

        model, architecture, inputs = _built(keras, name)
        model.export(scratch, verbose=False)
        case = Case(
            f"{name}-saved_model{suffix}.zip",
            "saved_model",
            architecture.inputs,
            architecture.output,
            architecture.is_recurrent,
        )
        _zip(scratch, folder / case.file, top)
        case.store(folder, inputs, answers(model, architecture, inputs))

    return save


def saved_model_by_keras_2(name: str):
    """An architecture as Keras 2 saves it to a folder, zipped."""

    def save(folder: Path, scratch: Path) -> None:
        import tf_keras

        model, architecture, inputs = _built(tf_keras, name)
        model.save(scratch, save_format="tf")
        case = Case(
            f"{name}-saved_model_2.zip", "saved_model", architecture.inputs, architecture.output, architecture.is_recurrent
        )
        _zip(scratch, folder / case.file, "model")
        case.store(folder, inputs, answers(model, architecture, inputs))

    return save


def saved_module(folder: Path, scratch: Path) -> None:
    """Plain TensorFlow, without Keras: two inputs that are named, and a batch of eight that is baked in."""
    import tensorflow as tf

    weights = np.random.default_rng(2).normal(size=(4, 2)).astype("float32")
    module = tf.Module()
    module.weights = tf.Variable(weights)
    specs = [tf.TensorSpec((8, 2), name="that"), tf.TensorSpec((8, 4), name="this")]

    @tf.function(input_signature=specs)
    def call(that, this):
        return {"answer": this @ module.weights + that}

    tf.saved_model.save(module, scratch, signatures=call)
    case = Case("module-saved_model.zip", "saved_model", ARCHITECTURES["baked_pair"].inputs, (2,))
    _zip(scratch, folder / case.file, "")
    this, that = ARCHITECTURES["baked_pair"].rows(ROWS)
    case.store(folder, (this, that), this @ weights + that)


def onnx_convolution(batch: int | None, suffix: str):
    """A convolution over images, for the batch that is given or for any."""

    def save(folder: Path, _scratch: Path) -> None:
        import keras
        from onnx import TensorProto, helper, numpy_helper

        keras.utils.set_random_seed(4)
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                keras.layers.Conv2D(4, 3, activation="relu"),
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
        kernel, bias, dense, dense_bias = model.get_weights()
        weights = {"kernel": kernel.transpose(3, 2, 0, 1), "bias": bias, "dense": dense, "dense_bias": dense_bias}
        nodes = [
            helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
            helper.make_node("Conv", ["planes", "kernel", "bias"], ["found"]),
            helper.make_node("Relu", ["found"], ["active"]),
            helper.make_node("ReduceMean", ["active"], ["mean"], axes=[2, 3], keepdims=0),
            helper.make_node("Gemm", ["mean", "dense", "dense_bias"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["answer"], axis=1),
        ]
        first = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch or "rows", 28, 28, 1])
        last = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [batch or "rows", 10])
        stored = [numpy_helper.from_array(value, name) for name, value in weights.items()]
        case = Case(f"convolution{suffix}-onnx.onnx", "onnx", ARCHITECTURES["convolutions"].inputs, (10,))
        _write_onnx(folder / case.file, nodes, [first], [last], stored)
        inputs = ARCHITECTURES["convolutions"].rows(ROWS)
        case.store(folder, inputs, model.predict(inputs[0], verbose=0))

    return save


def onnx_tokens(folder: Path, _scratch: Path) -> None:
    """Whole numbers of 64 bits, of which the task feeds 32: an embedding and its mean, beside a second input."""
    from onnx import TensorProto, helper, numpy_helper

    table = np.random.default_rng(8).normal(size=(40, 3)).astype("float32")
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["vectors"]),
        helper.make_node("ReduceMean", ["vectors"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Add", ["mean", "offsets"], ["answer"]),
    ]
    given = [
        helper.make_tensor_value_info("offsets", TensorProto.FLOAT, [None, 3]),
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [None, None]),
    ]
    last = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None, 3])
    inputs = (TensorContract((20,), "int32", "tokens"), TensorContract((3,), name="offsets"))
    case = Case("tokens-onnx.onnx", "onnx", inputs, (3,))
    _write_onnx(folder / case.file, nodes, given, [last], [numpy_helper.from_array(table, "table")])
    rng = np.random.default_rng(1)
    tokens, offsets = rng.integers(0, 40, (ROWS, 20)).astype("int32"), rng.normal(size=(ROWS, 3)).astype("float32")
    case.store(folder, (tokens, offsets), table[tokens].mean(axis=1) + offsets)


def onnx_text(folder: Path, _scratch: Path) -> None:
    """Words that are looked up inside the model."""
    from onnx import TensorProto, helper

    values = [float(number) for number in range(1, len(WORDS) + 1)]
    node = helper.make_node(
        "LabelEncoder", ["words"], ["answer"], domain="ai.onnx.ml", keys_strings=WORDS, values_floats=values, default_float=0.0
    )
    first = helper.make_tensor_value_info("words", TensorProto.STRING, [None, 2])
    last = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None, 2])
    case = Case("words-onnx.onnx", "onnx", ARCHITECTURES["lookup"].inputs, (2,))
    _write_onnx(folder / case.file, [node], [first], [last], [])
    inputs = ARCHITECTURES["lookup"].rows(ROWS)
    known = dict(zip(WORDS, values, strict=True))
    case.store(folder, inputs, np.vectorize(lambda word: known.get(word.decode(), 0.0))(inputs[0]))


def onnx_reshaped(name: str, shape: list[int], outputs: int = 1):
    """Three numbers a row, put together in another way; the task expects rows of six."""

    def save(folder: Path, _scratch: Path) -> None:
        from onnx import TensorProto, helper, numpy_helper

        names = [f"answer_{number}" for number in range(outputs)]
        nodes = [helper.make_node("Reshape", ["numbers", "shape"], [answer]) for answer in names]
        first = helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [None, 3])
        last = [helper.make_tensor_value_info(answer, TensorProto.FLOAT, [None, None]) for answer in names]
        case = Case(f"{name}.onnx", "onnx", (TensorContract((3,)),), (6,))
        _write_onnx(folder / case.file, nodes, [first], last, [numpy_helper.from_array(np.array(shape), "shape")])
        case.store(folder, (np.ones((ROWS, 3), "float32"),), np.zeros((ROWS, 6)))

    return save


def lite(name: str, *, batch: int | None = None, suffix: str = ""):
    """An architecture as TensorFlow Lite converts it, from a function whose batch is free or baked in."""

    def save(folder: Path, _scratch: Path) -> None:
        import keras

        model, architecture, inputs = _built(keras, name)
        content = _converter(model, batch).convert()
        case = Case(
            f"{name}{suffix}-lite.tflite", "tflite", architecture.inputs, architecture.output, architecture.is_recurrent
        )
        (folder / case.file).write_bytes(content)
        case.store(folder, inputs, answers(model, architecture, inputs))

    return save


def quantised_lite(kind: str):
    """All in whole numbers, inputs and outputs included; expected is what TensorFlow's own interpreter answers."""

    def save(folder: Path, _scratch: Path) -> None:
        import keras
        import tensorflow as tf

        model, architecture, inputs = _built(keras, "convolutions")
        converter = _converter(model, None)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in inputs[0])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = getattr(tf, kind)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = converter.convert()
            interpreter = tf.lite.Interpreter(model_content=content)
        case = Case(f"convolutions_{kind}-lite.tflite", "tflite", architecture.inputs, architecture.output)
        (folder / case.file).write_bytes(content)
        case.store(folder, inputs, _interpreted(interpreter, inputs[0]))

    return save


def unbuilt(folder: Path, _scratch: Path) -> None:
    """A model without weights of its own."""
    import keras

    model = keras.Sequential([keras.layers.Dense(3)])
    case = Case("unbuilt-keras.keras", "keras3", (TensorContract((3,)),), (3,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(folder / case.file)
    case.store(folder, (np.ones((ROWS, 3), "float32"),), np.zeros((ROWS, 3)))


def hog(folder: Path, _scratch: Path) -> None:
    """Ordinary operations that ask for 4 GB: the same model for each framework."""
    import keras
    import tensorflow as tf
    from onnx import TensorProto, helper, numpy_helper

    repeats = 5_000_000
    first = keras.Input((3,))
    many = keras.layers.RepeatVector(repeats)(first)
    model = keras.Model(first, keras.layers.GlobalAveragePooling1D()(many))
    cases = [
        Case(f"hog-{kind}", loader, (TensorContract((3,)),), (3,))
        for kind, loader in (("keras.keras", "keras3"), ("onnx.onnx", "onnx"), ("lite.tflite", "tflite"))
    ]
    for case in cases:
        case.store(folder, (np.ones((ROWS, 3), "float32"),), np.ones((ROWS, 3)))
    model.save(folder / cases[0].file)
    nodes = [
        helper.make_node("Unsqueeze", ["numbers", "axes"], ["one"]),
        helper.make_node("Tile", ["one", "repeats"], ["many"]),
        helper.make_node("ReduceMean", ["many"], ["answer"], axes=[1], keepdims=0),
    ]
    stored = {"axes": np.array([1]), "repeats": np.array([1, repeats, 1])}
    given = helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [None, 3])
    answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None, 3])
    weights = [numpy_helper.from_array(value, name) for name, value in stored.items()]
    _write_onnx(folder / cases[1].file, nodes, [given], [answer], weights)
    (folder / cases[2].file).write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


def bent_archives(folder: Path, scratch: Path) -> None:
    """Archives of a SavedModel with one entry that has no business there."""
    saved_module(folder, scratch)
    good = Case.named(folder, "module-saved_model")
    inputs, expected = good.arrays(folder)
    link = zipfile.ZipInfo("assets/passwords")
    link.external_attr = 0o120777 << 16
    entries = {
        "climbing": "assets/../../../climbed",
        "absolute": "/absolute",
        "foreign": "run.sh",
        "nested": "assets/deeper/file",
        "second": "other/saved_model.pb",
        "linking": link,
    }
    for name, entry in entries.items():
        case = Case(f"{name}-saved_model.zip", "saved_model", good.inputs, good.output)
        (folder / case.file).write_bytes((folder / good.file).read_bytes())
        with zipfile.ZipFile(folder / case.file, "a") as archive:
            archive.writestr(entry, b"/etc/passwd")
        case.store(folder, inputs, expected)


BENT = ("climbing", "absolute", "foreign", "nested", "second", "linking")
HOGS = ("hog-keras", "hog-onnx", "hog-lite")

BUILDERS = {
    "hogs": hog,
    "unbuilt-keras": unbuilt,
    "convolutions-saved_model": saved_model_of("convolutions"),
    "recurrent-saved_model": saved_model_of("recurrent"),
    "text-saved_model": saved_model_of("text"),
    "two_inputs-saved_model": saved_model_of("two_inputs"),
    "nested-saved_model-in-folder": saved_model_of("nested", "-in-folder", "best model"),
    "recurrent-saved_model_2": saved_model_by_keras_2("recurrent"),
    "adapted_text-saved_model_2": saved_model_by_keras_2("adapted_text"),
    "module-saved_model": bent_archives,
    "convolution-onnx": onnx_convolution(None, ""),
    "convolution-baked-onnx": onnx_convolution(32, "-baked"),
    "tokens-onnx": onnx_tokens,
    "words-onnx": onnx_text,
    "joined-onnx": onnx_reshaped("joined-onnx", [-1, 6]),
    "other_shape-onnx": onnx_reshaped("other_shape-onnx", [-1, 2]),
    "two_outputs-onnx": onnx_reshaped("two_outputs-onnx", [-1, 6], outputs=2),
    "convolutions-lite": lite("convolutions"),
    "convolutions-baked-lite": lite("convolutions", batch=32, suffix="-baked"),
    "two_inputs-lite": lite("two_inputs"),
    "recurrent-baked-lite": lite("recurrent", batch=1, suffix="-baked"),
    "convolutions_int8-lite": quantised_lite("int8"),
    "convolutions_uint8-lite": quantised_lite("uint8"),
}


def _built(library: Any, name: str):
    library.utils.set_random_seed(13)
    architecture = ARCHITECTURES[name]
    return architecture.build(library), architecture, architecture.rows(ROWS)


def _converter(model: Any, batch: int | None) -> Any:
    import keras
    import tensorflow as tf

    if batch is not None:
        sizes = [tuple(_BAKED_LENGTH if size is None else size for size in tensor.shape[1:]) for tensor in model.inputs]
        inputs = [keras.Input(batch_shape=(batch, *found)) for found in sizes]
        model = keras.Model(inputs, model(*inputs))
    return tf.lite.TFLiteConverter.from_keras_model(model)


def _interpreted(interpreter: Any, images: np.ndarray) -> np.ndarray:
    interpreter.allocate_tensors()
    given, answered = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    (scale, zero), (last_scale, last_zero) = given["quantization"], answered["quantization"]
    found = []
    for image in images:
        steps = np.rint(image[None] / np.float32(scale)) + zero
        bounds = np.iinfo(given["dtype"])
        interpreter.set_tensor(given["index"], np.clip(steps, bounds.min, bounds.max).astype(given["dtype"]))
        interpreter.invoke()
        found.append((interpreter.get_tensor(answered["index"])[0].astype("float32") - last_zero) * np.float32(last_scale))
    return np.stack(found)


def _write_onnx(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], weights: list[Any]) -> None:
    import onnx
    from onnx import helper

    graph = helper.make_graph(nodes, "model", inputs, outputs, weights)
    domains = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)]
    model = helper.make_model(graph, opset_imports=domains, ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _zip(source: Path, target: Path, top: str) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for parent, _folders, files in os.walk(source):
            for name in files:
                path = Path(parent, name)
                archive.write(path, Path(top, path.relative_to(source)))
