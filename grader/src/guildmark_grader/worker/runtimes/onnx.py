"""ONNX, by onnxruntime on the processor."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # its thread would start with the import, and a zygote forks after that

import numpy as np
import onnxruntime

from guildmark.rules.contract import Contract, Shape
from guildmark_grader.worker.runtimes import Array, Predictor, tiny
from guildmark_grader.worker.runtimes.batches import Arrays, batch_size, predict_in_batches
from guildmark_grader.worker.runtimes.fitting import Declared, Feeding, check_outputs, feeding
from guildmark_grader.worker.runtimes.memory import named_memory_errors

OUT_OF_MEMORY: Final = (MemoryError,)

_MEMORY_SIGNS: Final = ("bad_alloc", "Failed to allocate memory", "exceeds the supported maximum of")
_TYPES: Final = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int8)": np.int8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(uint32)": np.uint32,
    "tensor(uint64)": np.uint64,
    "tensor(bool)": np.bool_,
    "tensor(string)": None,
}


@dataclass
class _Settings:
    threads: int = 1


@dataclass(frozen=True)
class OnnxModel:
    """A session, and how it is fed."""

    session: Any
    names: tuple[str, ...]
    feeding: Feeding


_settings = _Settings()


def use_threads(count: int) -> None:
    """See `Runtime.use_threads`."""
    _settings.threads = count


def warm() -> None:
    """See `Runtime.warm`."""
    session = _session(tiny.onnx_model())
    session.run(None, {session.get_inputs()[0].name: np.zeros((1, 2), np.float32)})


def load(path: Path, contract: Contract) -> OnnxModel:
    """See `Runtime.load`."""
    with named_memory_errors(*_MEMORY_SIGNS):
        session = _session(path.read_bytes())
    declared = session.get_inputs()
    unknown = [entry.type for entry in declared if entry.type not in _TYPES]
    if unknown:
        raise ValueError(f"the model takes {unknown[0]}")
    fed = feeding(
        [Declared(entry.name, _shape(entry.shape), _TYPES[entry.type], _TYPES[entry.type] is None) for entry in declared],
        contract,
    )
    check_outputs([Declared(entry.name, _shape(entry.shape)) for entry in session.get_outputs()], contract)
    return OnnxModel(session, tuple(entry.name for entry in declared), fed)


def predictor(model: OnnxModel, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """See `Runtime.predictor`."""

    @named_memory_errors(*_MEMORY_SIGNS)
    def run(arrays: Arrays) -> list[Any]:
        fed = map(_text, model.feeding.converted(arrays))
        answered: list[Any] = model.session.run(None, dict(zip(model.names, fed, strict=True)))
        return answered

    batch = model.feeding.batch or batch_size(model.feeding.ordered(inputs), is_recurrent=is_recurrent)
    return lambda inputs: predict_in_batches(run, model.feeding.ordered(inputs), batch, contract.output)


def _session(content: bytes) -> Any:
    # From bytes and not from a path: there is no folder then in which a tensor of another file could be looked for.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _settings.threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.load_model_format", "ONNX")  # not its own format, whatever the bytes say
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _shape(sizes: Any) -> Shape | None:
    """Free dimensions have a name, or nothing. Outputs whose shape is not inferred have none at all."""
    return tuple(size if isinstance(size, int) and size > 0 else None for size in sizes) if sizes else None


def _text(array: Array) -> Array:
    """Text as Python's own strings, which is how onnxruntime takes it."""
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    return array.astype(object) if array.dtype.kind == "U" else array
