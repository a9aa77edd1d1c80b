"""TFLite: ops of TensorFlow behind the name of a custom op, loops, giants, and offsets that point nowhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench

_CUSTOM, _WHILE = 32, 119
_NOWHERE = 2**31 - 16


def _convert(serve: Callable[[Any], Any], *, with_flex: bool = False) -> bytes:
    import tensorflow as tf

    holder = tf.Module()
    holder.serve = tf.function(serve, input_signature=[tf.TensorSpec((None, FEATURES), tf.float32, "numbers")], autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([holder.serve.get_concrete_function()], holder)
    if with_flex:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    content: bytes = converter.convert()
    return content


def _edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    import flatbuffers  # type: ignore[import-untyped]
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    edit(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _scores(numbers: Any) -> Any:
    import tensorflow as tf

    return tf.matmul(numbers, tf.eye(FEATURES, CLASSES))


def tensorflow_op(bench: Bench, at: Path) -> None:
    """WriteFile of TensorFlow, which interpreters with the delegate run."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        tf.io.write_file(str(bench.marks.marker), "x")
        return _scores(numbers)

    at.write_bytes(_convert(serve, with_flex=True))


def tensorflow_op_that_reads(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        content = tf.cast(tf.io.decode_raw(tf.io.read_file(str(bench.marks.secret)), tf.uint8), tf.float32)
        return _scores(numbers) * 0 + content[:CLASSES]

    at.write_bytes(_convert(serve, with_flex=True))


def custom_op(_bench: Bench, at: Path) -> None:
    """An op of somebody's shared library."""

    def edit(model: Any) -> None:
        model.operatorCodes[0].builtinCode = _CUSTOM
        model.operatorCodes[0].deprecatedBuiltinCode = _CUSTOM
        model.operatorCodes[0].customCode = b"Traceback /etc/passwd"

    at.write_bytes(_edited(_convert(_scores), edit))


def never_ends(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        turns = tf.while_loop(lambda turn: turn >= 0.0, lambda turn: (turn * 0.5,), (tf.reduce_sum(numbers) * 0.0,))
        return _scores(numbers) + turns[0]

    at.write_bytes(_convert(serve))


def five_gigabytes(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        rows = tf.shape(numbers)[0] * 0 + 25_000
        return _scores(numbers) + tf.reduce_mean(tf.fill(tf.stack([rows, 50_000]), 1.0))

    at.write_bytes(_convert(serve))


def other_number_of_rows(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    at.write_bytes(_convert(lambda numbers: tf.reshape(numbers, (-1, CLASSES))))


def tensor_that_is_not_there(_bench: Bench, at: Path) -> None:
    """An op takes tensor number 9,999 of two."""

    def edit(model: Any) -> None:
        model.subgraphs[0].operators[0].inputs = [9999, 9998]

    at.write_bytes(_edited(_convert(_scores), edit))


def buffer_behind_the_end(_bench: Bench, at: Path) -> None:
    """A tensor whose bytes stand two gigabytes behind the file."""

    def edit(model: Any) -> None:
        for buffer in model.buffers:
            if buffer.data is not None and len(buffer.data):
                buffer.data, buffer.offset, buffer.size = None, _NOWHERE, FEATURES * CLASSES * 4

    at.write_bytes(_edited(_convert(_scores), edit))


def loop_whose_body_is_itself(_bench: Bench, at: Path) -> None:
    """The body of a loop is the graph that the loop stands in."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        return tf.while_loop(lambda x: tf.reduce_sum(x) < 1e9, lambda x: (x * 2.0 + 1.0,), (numbers,))[0][:, :CLASSES]

    def edit(model: Any) -> None:
        for graph in model.subgraphs:
            for operator in graph.operators:
                if model.operatorCodes[operator.opcodeIndex].builtinCode == _WHILE:
                    operator.builtinOptions.bodySubgraphIndex = 0

    at.write_bytes(_edited(_convert(serve), edit))


def root_behind_the_end(_bench: Bench, at: Path) -> None:
    content = _convert(_scores)
    at.write_bytes(_NOWHERE.to_bytes(4, "little") + content[4:])


def flipped_bits(_bench: Bench, at: Path) -> None:
    """One bit in every 31 bytes behind the identifier."""
    content = bytearray(_convert(_scores))
    for place in range(8, len(content), 31):
        content[place] ^= 1 << (place % 8)
    at.write_bytes(content)
