"""SavedModels that end the process, never end, take too much, say too much, or answer with something else; and damaged ones."""

import zipfile
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import Bench, write_zip
from tests.hostile.files.saved_model import after, honest, save, scores
from tests.hostile.files.wire import field, number


def ends_with_status_0(_bench: Bench, at: Path) -> None:
    """An op that leaves the process, with status 0 and no answer."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        return after(tf.raw_ops.Abort(error_msg="", exit_without_error=True), numbers)

    save(at, serve)


def aborts(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        return after(tf.raw_ops.Abort(error_msg="canary", exit_without_error=False), numbers)

    save(at, serve)


def never_ends(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        turns = tf.while_loop(lambda turn: turn >= 0, lambda turn: ((turn + 1) % 1000,), (tf.constant(0),))
        return scores(numbers) + tf.cast(turns[0] * 0, tf.float32)

    save(at, serve)


def hundred_gigabytes(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        return scores(numbers) + tf.reduce_mean(tf.ones(tf.stack([tf.shape(numbers)[0] * 0 + 25_000, 1_000_000])))

    save(at, serve)


def grows(_bench: Bench, at: Path) -> None:
    """A tensor that doubles in every turn of a loop."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        _, grown = tf.while_loop(
            lambda turn, _: turn < 40,
            lambda turn, grown: (turn + 1, tf.concat([grown, grown], 0)),
            (tf.constant(0), tf.reshape(numbers, (-1,))),
            shape_invariants=(tf.TensorShape(()), tf.TensorShape((None,))),
        )
        return scores(numbers) + tf.reduce_mean(grown)

    save(at, serve)


def says_much(bench: Bench, at: Path) -> None:
    """100 MB of words on the error stream, then honest scores."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        def say(turn: Any) -> tuple[Any]:
            tf.print((bench.marks.word + " ") * 1000)
            return (turn + 1,)

        tf.while_loop(lambda turn: turn < 2000, say, (tf.constant(0),), parallel_iterations=1)
        return scores(numbers)

    save(at, serve)


def fails_with_words(bench: Bench, at: Path) -> None:
    """An assertion whose message is the payload."""
    import tensorflow as tf

    def serve(numbers: Any) -> Any:
        false = tf.reduce_sum(numbers) < -1e9
        with tf.control_dependencies([tf.debugging.Assert(false, [f"Traceback /etc/passwd {bench.marks.word}"])]):
            return scores(numbers) + 0

    save(at, serve)


def one_row(_bench: Bench, at: Path) -> None:
    save(at, lambda numbers: scores(numbers)[:1])


def texts_as_scores(_bench: Bench, at: Path) -> None:
    import tensorflow as tf

    save(at, lambda numbers: tf.strings.as_string(scores(numbers)))


def linked_variables(bench: Bench, at: Path) -> None:
    """The file of variables is a link."""
    honest(bench, at)
    with zipfile.ZipFile(at) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    link = zipfile.ZipInfo("variables/variables.data-00000-of-00001")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(at, "w") as archive:
        for name, content in parts.items():
            if name != link.filename:
                archive.writestr(name, content)
        archive.writestr(link, str(bench.marks.secret))


def cut_short(bench: Bench, at: Path) -> None:
    honest(bench, at)
    with zipfile.ZipFile(at) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    write_zip(at, parts | {"saved_model.pb": parts["saved_model.pb"][:-40]})


def deep_message(bench: Bench, at: Path) -> None:
    """A graph whose one attribute is a list in a list in a list: 2,000 deep."""
    nested = b""
    for _ in range(2000):
        nested = field(10, field(2, field(1, b"x") + field(2, nested)))  # a function, its attribute, the attribute's value
    node = field(1, b"n") + field(2, b"NoOp") + field(5, field(1, b"f") + field(2, nested))
    honest(bench, at)
    with zipfile.ZipFile(at) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    write_zip(at, parts | {"saved_model.pb": number(1, 1) + field(2, field(2, field(1, node)))})
