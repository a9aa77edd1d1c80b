"""The loaders that know no box: what anybody does with a model file. Control runs call them, in namespaces of their own.

Each takes the path of a file, sixty rows of six numbers, and the marks; it returns what the model answered, or how far
something expanded. What it raises belongs to the evidence.
"""

import json
import os
import runpy
import stat
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from tests.hostile.effects import RULES_EXPANDED
from tests.hostile.marks import Marks

_CHUNK = 1024 * 1024


def _model(path: Path, ending: str = ".keras") -> Path:
    """Keras looks at the name: a copy with the right one."""
    if path.read_bytes()[:4] == b"\x89HDF":
        ending = ".h5"
    copy = Path(tempfile.mkdtemp(), f"model{ending}")
    copy.write_bytes(path.read_bytes())
    return copy


def keras(path: Path, rows: Any, marks: Marks, *, safe: bool = False) -> Any:
    from keras.models import load_model

    return load_model(_model(path), compile=False, safe_mode=safe)(rows, training=False)


def keras_of_the_archive(path: Path, rows: Any, marks: Marks) -> Any:
    """Who finds an archive by its end, and goes by the name."""
    from keras.models import load_model

    copy = Path(tempfile.mkdtemp(), "model.keras")
    copy.write_bytes(path.read_bytes())
    return load_model(copy, compile=False, safe_mode=False)(rows, training=False)


def keras_unmended(path: Path, rows: Any, marks: Marks) -> Any:
    """Keras as it was before it was mended: any name of any module is looked up, and anything may stand for a layer."""
    _unmend()
    return keras(path, rows, marks)


def keras_unmended_but_safe(path: Path, rows: Any, marks: Marks) -> Any:
    """The same, in its safe mode."""
    _unmend()
    return keras(path, rows, marks, safe=True)


def _unmend() -> None:
    import importlib

    from keras.src import api_export
    from keras.src.models import functional
    from keras.src.saving import serialization_lib

    mended = serialization_lib._retrieve_class_or_fn

    def unmended(name: str, registered: Any, module: Any, *args: Any, **kwargs: Any) -> Any:
        if module and module.partition(".")[0] != "builtins":
            found = api_export.get_symbol_from_name(f"{module}.{name}")
            return found if found is not None else vars(importlib.import_module(module))[name]
        return mended(name, registered, module, *args, **kwargs)

    serialization_lib._retrieve_class_or_fn = unmended
    functional.Operation = object


def tf_keras(path: Path, rows: Any, marks: Marks) -> Any:
    from tf_keras.models import load_model

    return load_model(_model(path), compile=False, safe_mode=False)(rows, training=False)


def unzip(path: Path, rows: Any, marks: Marks) -> Any:
    """Unpacks as the archive says: wherever a name leads, links as links; then reads every file, as far as 64 MiB."""
    _unpack(path)
    return rows


def inflate(path: Path, rows: Any, marks: Marks) -> Any:
    """Inflates what stands where the directory points, whatever it says of names and sizes."""
    content, expanded = path.read_bytes(), 0
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    for info in infos:
        start = content.find(b"PK\x03\x04", info.header_offset)
        start += 30 + int.from_bytes(content[start + 26 : start + 28], "little")
        unpacker = zlib.decompressobj(-15)
        for at in range(start, start + info.compress_size, 4096) if info.compress_type else ():
            expanded += len(unpacker.decompress(content[at : min(at + 4096, start + info.compress_size)]))
            if expanded > 2 * RULES_EXPANDED:
                return expanded
    return expanded


def _unpack(path: Path) -> Path:
    folder, expanded = Path(tempfile.mkdtemp()), 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            place = folder / info.filename
            place.parent.mkdir(parents=True, exist_ok=True)
            if stat.S_ISLNK(info.external_attr >> 16):
                place.symlink_to(archive.read(info).decode())
                continue
            with archive.open(info) as packed, place.open("wb") as unpacked:
                while chunk := packed.read(_CHUNK):
                    unpacked.write(chunk[: 0 if expanded > RULES_EXPANDED else None])
                    expanded += len(chunk)
                    if expanded > 2 * RULES_EXPANDED:
                        raise Swollen(expanded)
    for place in folder.rglob("*"):
        if place.is_file():
            place.read_bytes()
    return folder


class Swollen(Exception):
    """What was unpacked is more than anybody wants."""

    def __init__(self, expanded: int) -> None:
        super().__init__(expanded)
        self.expanded = expanded


def import_beside(path: Path, rows: Any, marks: Marks) -> Any:
    """Puts the archive on the path of modules."""
    sys.path.insert(0, str(path))
    sys.modules.pop("keras", None)
    import keras as beside

    return beside


def pickle(path: Path, rows: Any, marks: Marks) -> Any:
    sys.argv = ["pickle", str(path)]
    runpy.run_module("pickle", run_name="__main__", alter_sys=True)


def pickle_in_zip(path: Path, rows: Any, marks: Marks) -> Any:
    """Unpickles the first entry that is a pickle."""
    with zipfile.ZipFile(path) as archive:
        content = next(content for name in archive.namelist() if (content := archive.read(name)).startswith(b"cos\n"))
    _unpickle(content, rows, marks)


def pickle_in_config(path: Path, rows: Any, marks: Marks) -> Any:
    """Unpickles what the layer would."""
    import base64

    with zipfile.ZipFile(path) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    wrapped = next(layer for layer in layers if layer["class_name"] == "TorchModuleWrapper")
    _unpickle(base64.b64decode(wrapped["config"]["module"]["config"]["value"]), rows, marks)


def evaluate_the_sizes(path: Path, rows: Any, marks: Marks) -> Any:
    """What the parser of expressions does with a size: it is evaluated as Python."""
    with zipfile.ZipFile(path) as archive:
        program = json.loads(archive.read("model/models/model.json"))
    for tensor in program["graph_module"]["graph"]["tensor_values"].values():
        for size in tensor["sizes"]:
            if "as_expr" in size and "Symbol" not in size["as_expr"]["expr_str"]:
                eval(size["as_expr"]["expr_str"])  # noqa: S307 - that it runs is what is shown


def _unpickle(content: bytes, rows: Any, marks: Marks) -> None:
    copy = Path(tempfile.mkdtemp(), "pickle")
    copy.write_bytes(content)
    pickle(copy, rows, marks)


def h5py(path: Path, rows: Any, marks: Marks) -> Any:
    """Walks through all groups by every link, and reads every data set."""
    import h5py as library

    with library.File(path, "r") as file:
        _read_all(file)
        json.loads(file.attrs["model_config"])
    return rows


def h5py_in_zip(path: Path, rows: Any, marks: Marks) -> Any:
    """As Keras does where memory is short: unpacks the weights, and reads them from there."""
    import h5py as library

    with zipfile.ZipFile(path) as archive:
        weights = archive.extract("model.weights.h5", tempfile.mkdtemp())
    with library.File(weights, "r") as file:
        _read_all(file)
    return rows


def _read_all(group: Any, expanded: int = 0) -> int:
    """Reads every data set under `group`; how many bytes they came to."""
    dict(group.attrs)
    for name in group:
        item = group[name]
        expanded = _read_all(item, expanded) if hasattr(item, "keys") else expanded + item[()].nbytes
    if expanded > 2 * RULES_EXPANDED:
        raise Swollen(expanded)
    return expanded


def saved_model(path: Path, rows: Any, marks: Marks) -> Any:
    import tensorflow as tf

    serve = tf.saved_model.load(str(_unpack(path))).signatures["serving_default"]
    return next(iter(serve(numbers=tf.constant(rows)).values()))


def saved_model_in_a_new_process(path: Path, rows: Any, marks: Marks) -> Any:
    """The same in a process that was never forked, whose end nothing holds up."""
    program = (
        f"from tests.hostile.loaders import saved_model; import numpy; saved_model({path!r}, numpy.zeros((60, 6), 'f4'), None)"
    )
    program = f"from pathlib import PosixPath; {program}; raise SystemExit(9)"
    os.execv(sys.executable, [sys.executable, "-c", program])  # noqa: S606 - no shell is what is wanted


def onnx(path: Path, rows: Any, marks: Marks) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"numbers": rows})[0]


def onnx_beside_the_secret(path: Path, rows: Any, marks: Marks) -> Any:
    """The model lies in the folder of the secret."""
    copy = marks.secret.with_name("model.onnx")
    copy.write_bytes(path.read_bytes())
    return onnx(copy, rows, marks)


def tflite(path: Path, rows: Any, marks: Marks) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return _interpret(Interpreter(model_content=path.read_bytes()), rows)


def _interpret(interpreter: Any, rows: Any) -> Any:
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(source["index"], rows.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(source["index"], rows)
    interpreter.invoke()
    return interpreter.get_tensor(target["index"])
