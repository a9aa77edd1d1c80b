"""What the grader asks of the worker: a small file of JSON beside the model and the inputs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildmark.rules.contract import Contract, ModelFormat, TensorContract

FOLDER = Path("/job")
MODEL, INPUTS, REQUEST = "model", "inputs.npy", "request.json"


@dataclass(frozen=True)
class Request:
    """The task's contract, and how many threads may compute."""

    contract: Contract
    threads: int

    def to_json(self) -> bytes:
        """The bytes of the file."""
        contract = self.contract
        return json.dumps(
            {
                "formats": [allowed.value for allowed in contract.formats],
                "size_limit": contract.size_limit,
                "input": [list(contract.input.shape), contract.input.dtype],
                "output": [list(contract.output.shape), contract.output.dtype],
                "forbidden_layers": list(contract.forbidden_layers),
                "threads": self.threads,
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Request":
        """The request in a file that the grader wrote."""
        fields = json.loads(text)
        return cls(
            contract=Contract(
                formats=tuple(map(ModelFormat, fields["formats"])),
                size_limit=fields["size_limit"],
                input=_tensor(fields["input"]),
                output=_tensor(fields["output"]),
                forbidden_layers=tuple(fields["forbidden_layers"]),
            ),
            threads=fields["threads"],
        )


def _tensor(fields: list[Any]) -> TensorContract:
    return TensorContract(shape=tuple(fields[0]), dtype=fields[1])
