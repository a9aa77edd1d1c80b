"""TensorFlow Lite, by LiteRT. Quantised inputs and outputs are converted by the scale that the model declares for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import Array, Predictor, tiny
from guildmark_grader.worker.runtimes.batches import Arrays, batch_size, predict_in_batches
from guildmark_grader.worker.runtimes.fitting import Declared, Feeding, convert, feeding
from guildmark_grader.worker.runtimes.memory import named_memory_errors

OUT_OF_MEMORY: Final = (MemoryError,)

_MEMORY_SIGNS: Final = ("bad_alloc", "failed to allocate", "Failed to allocate")


@dataclass
class _Settings:
    threads: int = 1


@dataclass(frozen=True)
class Tensor:
    """An input or output of the interpreter. `scale` is 0 for what is not quantised."""

    index: int
    dtype: Any
    scale: float
    zero_point: int

    @classmethod
    def of(cls, details: dict[str, Any]) -> "Tensor":
        """The tensor that the interpreter describes."""
        scale, zero_point = details["quantization"]
        return cls(details["index"], details["dtype"], float(scale), int(zero_point))

    def quantised(self, rows: Array) -> Array:
        """Numbers as the model takes them."""
        if rows.dtype.kind in "SU":
            texts: Array = np.char.encode(rows, "utf-8") if rows.dtype.kind == "U" else rows
            return texts.astype(object)
        if not self.scale:
            return convert(rows, self.dtype)
        bounds = np.iinfo(self.dtype)
        steps = np.rint(rows.astype(np.float32) / self.scale) + self.zero_point
        quantised: Array = np.clip(steps, bounds.min, bounds.max).astype(self.dtype)
        return quantised

    def dequantised(self, rows: Array) -> Array:
        """The numbers that the model means."""
        if not self.scale:
            return rows
        real: Array = (rows.astype(np.float32) - self.zero_point) * np.float32(self.scale)
        return real


@dataclass(frozen=True)
class LiteModel:
    """An interpreter, its inputs and outputs, and how it is fed."""

    interpreter: Any
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    feeding: Feeding


_settings = _Settings()


def use_threads(count: int) -> None:
    """See `Runtime.use_threads`."""
    _settings.threads = count


def warm() -> None:
    """See `Runtime.warm`."""
    content = tiny.tflite_model()
    interpreter = Interpreter(model_content=content, num_threads=_settings.threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.zeros((1, 2), np.float32))
    interpreter.invoke()


def load(path: Path, contract: Contract) -> LiteModel:
    """See `Runtime.load`. What comes out is only known once a batch has been computed."""
    with named_memory_errors(*_MEMORY_SIGNS):
        # From a path: of bytes, the interpreter would keep the address and no reference.
        interpreter = Interpreter(model_path=str(path), num_threads=_settings.threads)
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    names = _signature_names(interpreter)
    declared = [Declared(names.get(entry["index"], entry["name"]), _shape(entry), is_text=False) for entry in inputs]
    fed = feeding(declared, contract)
    return LiteModel(interpreter, tuple(map(Tensor.of, inputs)), tuple(map(Tensor.of, outputs)), fed)


def predictor(model: LiteModel, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """See `Runtime.predictor`."""
    interpreter = model.interpreter
    ordered = model.feeding.ordered(inputs)
    batch = model.feeding.batch or batch_size(ordered, is_recurrent=is_recurrent)
    with named_memory_errors(*_MEMORY_SIGNS):
        for tensor, array in zip(model.inputs, ordered, strict=True):
            interpreter.resize_tensor_input(tensor.index, (batch, *array.shape[1:]))
        interpreter.allocate_tensors()

    @named_memory_errors(*_MEMORY_SIGNS)
    def run(arrays: Arrays) -> Sequence[Any]:
        for tensor, array in zip(model.inputs, arrays, strict=True):
            interpreter.set_tensor(tensor.index, tensor.quantised(array))
        interpreter.invoke()
        return [tensor.dequantised(interpreter.get_tensor(tensor.index)) for tensor in model.outputs]

    return lambda inputs: predict_in_batches(run, model.feeding.ordered(inputs), batch, contract.output)


def _shape(details: dict[str, Any]) -> tuple[int | None, ...]:
    """The shape, with None for each dimension that the signature leaves free."""
    signature = details["shape_signature"]
    sizes = signature if len(signature) else details["shape"]
    return tuple(None if size < 0 else int(size) for size in sizes)


def _signature_names(interpreter: Any) -> dict[int, str]:
    """The names of the inputs in the only signature, by the number of their tensor."""
    signatures = list(interpreter.get_signature_list())
    if len(signatures) != 1:
        return {}
    details = interpreter.get_signature_runner(signatures[0]).get_input_details()
    return {entry["index"]: name for name, entry in details.items()}
