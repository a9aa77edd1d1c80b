"""What the grader asks of a worker: one small document of JSON, sent with the descriptors that the job needs.

The descriptors, in this order: where the reply goes, where prints go, the model file; then for an inspection one to write the
parsed model to, and for a run one `.npy` file for each input of the contract.
"""

import json
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from guildmark.rules.contract import Contract, ModelFormat, TensorContract


class Program(str, Enum):
    """What a zygote imports before it forks workers. `PROBE` runs an attack of the self-check."""

    INSPECT = "inspect"
    TENSORFLOW = "tensorflow"
    ONNX = "onnx"
    TFLITE = "tflite"
    TORCH = "torch"
    PROBE = "probe"


class Loader(str, Enum):
    """Which code loads a model that passed inspection: a module of `worker.runtimes`, by name."""

    KERAS = "keras3"
    KERAS_2 = "keras2"
    SAVED_MODEL = "saved_model"
    ONNX = "onnx"
    TFLITE = "tflite"
    TORCH = "torch_export"

    @property
    def program(self) -> Program:
        """The zygote whose workers have it."""
        others = {Loader.ONNX: Program.ONNX, Loader.TFLITE: Program.TFLITE, Loader.TORCH: Program.TORCH}
        return others.get(self, Program.TENSORFLOW)


@dataclass(frozen=True)
class Allowance:
    """What one job may use, over what the worker had used when the job came: seconds of processor time, and bytes."""

    cpu_s: int
    memory: int
    file_size: int


@dataclass(frozen=True)
class Request:
    """A job: the task's contract, and for a run what the file is, how it is loaded and whether it has recurrent layers."""

    contract: Contract
    allowance: Allowance
    format: ModelFormat | None = None
    loader: Loader | None = None
    is_recurrent: bool = False

    def to_json(self) -> bytes:
        """The document."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Request":
        """The request in a document that the grader wrote."""
        fields = json.loads(text)
        contract = fields["contract"]
        return cls(
            contract=Contract(
                formats=tuple(map(ModelFormat, contract["formats"])),
                size_limit=contract["size_limit"],
                inputs=tuple(map(_tensor, contract["inputs"])),
                output=_tensor(contract["output"]),
                forbidden_layers=tuple(contract["forbidden_layers"]),
                either=contract["either"],
                predict_ms=contract["predict_ms"],
            ),
            allowance=Allowance(**fields["allowance"]),
            format=None if fields["format"] is None else ModelFormat(fields["format"]),
            loader=None if fields["loader"] is None else Loader(fields["loader"]),
            is_recurrent=fields["is_recurrent"],
        )


def _tensor(fields: dict[str, Any]) -> TensorContract:
    return TensorContract(shape=tuple(fields["shape"]), dtype=fields["dtype"], name=fields["name"])
