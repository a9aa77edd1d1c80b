"""SavedModels: graphs of ordinary ops that read, write and connect."""

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench, write_zip

Serve = Callable[[Any], Any]


def _zipped(folder: Path, at: Path, compression: int = zipfile.ZIP_STORED) -> None:
    entries = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    write_zip(at, entries, compression)


def save(at: Path, serve: Serve, spoil: Callable[[Path], None] | None = None, **attributes: Any) -> None:
    """A zipped SavedModel whose signature computes `serve` of six numbers a row."""
    import tensorflow as tf

    holder = tf.Module()
    for name, value in attributes.items():
        setattr(holder, name, value)
    signature = tf.function(serve, input_signature=[tf.TensorSpec((None, FEATURES), tf.float32, "numbers")], autograph=False)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(holder, folder, signatures={"serving_default": signature})
        if spoil is not None:
            spoil(Path(folder))
        _zipped(Path(folder), at)


def scores(numbers: Any) -> Any:
    return numbers[:, :CLASSES]


def after(op: Any, numbers: Any) -> Any:
    """Scores that wait for `op`, in a way that no optimizer takes away."""
    import tensorflow as tf

    with tf.control_dependencies([op]):
        return scores(tf.identity(numbers)) + tf.random.uniform((1, CLASSES), maxval=1e-9)


def honest(_bench: Bench, at: Path) -> None:
    save(at, scores)


def reads_a_file(bench: Bench, at: Path) -> None:
    """The secret comes out as scores."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        content = tf.cast(tf.io.decode_raw(tf.io.read_file(str(bench.marks.secret)), tf.uint8), tf.float32)
        return scores(numbers) * 0 + content[:CLASSES]

    save(at, serve)


def writes_a_file(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        tf.io.write_file(str(bench.marks.marker), "x")
        return scores(numbers)

    save(at, serve)


def writes_deep_in_functions(bench: Bench, at: Path) -> None:
    """The op stands in a function that a function calls in one branch of a condition in a loop."""
    import tensorflow as tf

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def inner(count: Any) -> Any:
        tf.io.write_file(str(bench.marks.marker), "x")
        return count + 1

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def middle(count: Any) -> Any:
        return tf.cond(count >= 0, lambda: inner(count), lambda: count + 1)

    def serve(numbers: Any) -> Any:
        tf.while_loop(lambda count: count < 2, lambda count: (middle(count),), (tf.constant(0),))
        return scores(numbers)

    save(at, serve)


def writes_while_loaded(bench: Bench, at: Path) -> None:
    """A resource whose initializer, run while the model is loaded, writes."""
    import tensorflow as tf
    from tensorflow.python.trackable.resource import TrackableResource  # the public name came late

    class Writer(TrackableResource):  # type: ignore[misc]
        def _create_resource(self) -> Any:
            return tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> Any:
            tf.io.write_file(str(bench.marks.marker), "x")
            return tf.constant(1)

    save(at, scores, writer=Writer())


def lists_a_folder(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        names = tf.io.matching_files(f"{bench.marks.folder}/sec*")
        found = tf.cast(tf.io.decode_raw(tf.strings.substr(names[:1], -6, 6), tf.uint8), tf.float32)
        return scores(numbers) * 0 + found[0, :CLASSES]

    save(at, serve)


def table_from_a_file(bench: Bench, at: Path) -> None:
    """A vocabulary of the host, read when the table is made."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        table = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64, shared_name="words")
        made = tf.raw_ops.InitializeTableFromTextFileV2(
            table_handle=table, filename=str(bench.marks.secret), key_index=-2, value_index=-1
        )
        with tf.control_dependencies([made]):
            return scores(numbers) + 0

    save(at, serve)


def lines_of_a_file(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        lines = tf.data.TextLineDataset(str(bench.marks.secret))
        text = lines.reduce(tf.constant(""), lambda all_of_it, line: all_of_it + line)
        return scores(numbers) * 0 + tf.cast(tf.io.decode_raw(text, tf.uint8), tf.float32)[:CLASSES]

    save(at, serve)


def descriptor_from_a_file(bench: Bench, at: Path) -> None:
    """An op that reads a description of messages from a path."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        decoded = tf.raw_ops.DecodeProtoV2(
            bytes=tf.constant([b""]), message_type="x", field_names=["x"], output_types=[tf.float32],
            descriptor_source=str(bench.marks.secret),
        )  # fmt: skip
        return scores(numbers) + tf.cast(tf.reduce_sum(decoded.sizes), tf.float32)

    save(at, serve)


def saves_a_checkpoint(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        path = str(bench.marks.marker)
        saved = tf.raw_ops.SaveV2(prefix=path, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.zeros(1)])
        return after(saved, numbers)

    save(at, serve)


def prints_to_a_file(bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        tf.print("x", output_stream=f"file://{bench.marks.marker}")
        return scores(numbers)

    save(at, serve)


def asset_of_the_host(bench: Bench, at: Path) -> None:
    """An asset by a path that climbs out of the archive."""
    import tensorflow as tf

    asset = tf.saved_model.Asset(str(bench.marks.secret))

    def serve(numbers: Any) -> Any:
        content = tf.cast(tf.io.decode_raw(tf.io.read_file(asset), tf.uint8), tf.float32)
        return scores(numbers) * 0 + content[:CLASSES]

    def spoil(folder: Path) -> None:
        path = folder / "saved_model.pb"
        graph = _message(path)
        for definition in graph.meta_graphs[0].asset_file_def:
            definition.filename = "../" * 12 + str(bench.marks.secret).lstrip("/")
        path.write_bytes(graph.SerializeToString())
        (folder / "assets" / "secret").unlink()

    save(at, serve, spoil, asset=asset)


def connects(bench: Bench, at: Path) -> None:
    """The service of data sets: a client of an address."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        rows = tf.data.experimental.service.from_dataset_id(
            "parallel_epochs", f"grpc://127.0.0.1:{bench.marks.port}", "1", element_spec=tf.TensorSpec((), tf.int64)
        )
        return scores(numbers) + tf.cast(rows.reduce(tf.constant(0, tf.int64), lambda _, row: row), tf.float32)

    save(at, serve)


def python_function(_bench: Bench, at: Path) -> None:
    """The op that calls back into Python: the token is a number that names a function of the process."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        return tf.ensure_shape(tf.raw_ops.PyFunc(input=[numbers], token="pyfunc_0", Tout=[tf.float32])[0], (None, CLASSES))

    save(at, serve)


def _message(path: Path) -> Any:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    message = SavedModel()
    message.ParseFromString(path.read_bytes())
    return message
