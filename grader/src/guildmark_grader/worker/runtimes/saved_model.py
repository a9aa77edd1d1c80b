"""TensorFlow's SavedModel, as a zip archive: its signature `serving_default`, and nothing else of it."""

import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import tensorflow as tf

from guildmark.rules.contract import Contract, Shape
from guildmark_grader.worker.runtimes import Predictor, tensorflow_calls
from guildmark_grader.worker.runtimes.batches import Arrays
from guildmark_grader.worker.runtimes.fitting import Declared, Feeding, check_outputs, feeding
from guildmark_grader.worker.runtimes.tensorflow_calls import OUT_OF_MEMORY, use_threads

__all__ = ["OUT_OF_MEMORY", "load", "predictor", "use_threads", "warm"]

_SIGNATURE: Final = "serving_default"
_GRAPH: Final = "saved_model.pb"
_FILES: Final = frozenset({_GRAPH, "fingerprint.pb", "keras_metadata.pb"})
_FOLDERS: Final = frozenset({"assets", "variables"})
_SEED: Final = 0


@dataclass(frozen=True, eq=False)
class SavedModel:
    """A signature, how it is fed, and the names of its arguments. `root` keeps alive the variables that it refers to."""

    root: Any
    signature: Any
    names: tuple[str, ...]
    feeding: Feeding

    def __call__(self, *tensors: Any) -> Any:
        """The signature's outputs for one tensor an input."""
        return self.signature(**dict(zip(self.names, tensors, strict=True)))


def warm() -> None:
    """See `Runtime.warm`."""
    rows = tf.zeros((1, 2))
    tensorflow_calls.traced(lambda x: tf.linalg.matmul(x, tf.ones((2, 1))), [tf.TensorSpec((1, 2))])(rows)


def load(path: Path, contract: Contract) -> SavedModel:
    """See `Runtime.load`. Raises `ValueError` if the archive holds anything but a SavedModel with that signature."""
    tf.random.set_seed(_SEED)
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        root = tf.saved_model.load(folder)
    if _SIGNATURE not in root.signatures:
        raise ValueError(f"the SavedModel has no signature {_SIGNATURE}")
    signature = root.signatures[_SIGNATURE]
    named = dict(sorted(signature.structured_input_signature[1].items(), key=lambda item: _counted(item[0])))
    inputs = [_declared(name, spec) for name, spec in named.items()]
    fed = feeding(inputs, contract)
    check_outputs([Declared(name, _shape(spec)) for name, spec in signature.structured_outputs.items()], contract)
    return SavedModel(root, signature, tuple(named), fed)


def predictor(model: SavedModel, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """See `Runtime.predictor`."""
    return tensorflow_calls.predictor(model, model.feeding, inputs, contract, is_recurrent=is_recurrent)


def _declared(name: str, spec: Any) -> Declared:
    is_number = _is_number(spec)
    return Declared(name, _shape(spec), spec.dtype.as_numpy_dtype if is_number else None, is_text=not is_number)


def _counted(name: str) -> list[tuple[bool, str | int]]:
    """A key that sorts `input_9` before `input_10`: a signature knows no order but that of its names."""
    return [(part.isdigit(), int(part) if part.isdigit() else part) for part in re.split(r"(\d+)", name)]


def _shape(spec: Any) -> Shape | None:
    return None if spec.shape.rank is None else tuple(spec.shape)


def _is_number(spec: Any) -> bool:
    return bool(spec.dtype.is_floating or spec.dtype.is_integer)


def _unpack(path: Path, folder: Path) -> None:
    """Write the model's files to `folder`, without the folder that a packer may have put around them."""
    with zipfile.ZipFile(path) as archive:
        entries = [info for info in archive.infolist() if not info.is_dir()]
        top = _top(entries)
        for info in entries:
            target = folder.joinpath(*_checked_parts(info, top))
            target.parent.mkdir(exist_ok=True)
            with archive.open(info) as source, target.open("xb") as file:
                for part in _chunks(source):
                    file.write(part)


def _top(entries: list[zipfile.ZipInfo]) -> str:
    found = [PurePosixPath(info.filename) for info in entries if PurePosixPath(info.filename).name == _GRAPH]
    if len(found) != 1:
        raise ValueError(f"the archive holds {len(found)} files {_GRAPH}")
    return "" if found[0].parent == PurePosixPath() else found[0].parent.name


def _checked_parts(info: zipfile.ZipInfo, top: str) -> tuple[str, ...]:
    parts = tuple(info.filename.split("/"))
    if top and parts[0] == top:
        parts = parts[1:]
    match parts:
        case (name,):
            is_known = name in _FILES
        case (folder, name):
            is_known = folder in _FOLDERS and name not in ("", ".", "..")
        case _:
            is_known = False
    is_plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
    if not is_known or not is_plain:
        raise ValueError("the archive holds something that is no part of a SavedModel")
    return parts


def _chunks(source: Any) -> Iterator[bytes]:
    while part := source.read(1024 * 1024):
        yield part
