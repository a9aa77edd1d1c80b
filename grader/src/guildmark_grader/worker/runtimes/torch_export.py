"""PyTorch's `torch.export` archives (`.pt2`), for the weights and the graph that they hold, and never for an object."""

import math
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch._dynamo  # these three would be imported by the first load, in every fork anew
import torch.export._unlift
import torch.export.pt2_archive._package
from torch.utils import _pytree as pytree

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import Array, Predictor
from guildmark_grader.worker.runtimes.batches import Arrays, batch_size, predict_in_batches
from guildmark_grader.worker.runtimes.fitting import Declared, Feeding, feeding
from guildmark_grader.worker.runtimes.memory import named_memory_errors

OUT_OF_MEMORY: Final = (MemoryError, torch.OutOfMemoryError)

_MEMORY_SIGNS: Final = ("can't allocate memory", "bad_alloc")
_SEED: Final = 0

_ENTRY: Final = re.compile(
    r"""(?x) [^/]+ /  # the archive's own name
    ( models/[^/]+\.json
    | data/weights/(weight_\d+ | [^/]+_weights_config\.json)
    | data/constants/(tensor_\d+ | [^/]+_constants_config\.json)
    | data/sample_inputs/[^/]+\.pt
    | extra/[^/]+
    | archive_format | archive_version | byteorder | version | \.data/(version | serialization_id)
    )"""
)
"""The entries that are numbers or JSON. Compiled code and objects are other ones: the loader would run them."""


@dataclass(frozen=True)
class Bounds:
    """The batch sizes for which a program was exported."""

    smallest: int
    largest: float


@dataclass(frozen=True)
class TorchModel:
    """A program, the structure of its arguments, how it is fed, and the batches that it takes."""

    module: Any
    structure: Any
    feeding: Feeding
    bounds: Bounds


def use_threads(count: int) -> None:
    """See `Runtime.use_threads`."""
    torch.set_num_threads(count)
    torch.set_num_interop_threads(1)


def warm() -> None:
    """See `Runtime.warm`."""
    with torch.inference_mode():
        torch.nn.functional.linear(torch.zeros(1, 2), torch.zeros(3, 2))


def load(path: Path, contract: Contract) -> TorchModel:
    """See `Runtime.load`. Raises `ValueError` if the archive holds more than a graph and tensors."""
    _check_entries(path)
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"  # tensors that the archive keeps as pickles: as data, never as code
    torch.manual_seed(_SEED)
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    with named_memory_errors(*_MEMORY_SIGNS):
        program = torch.export.load(path)
        module = program.module()
    placeholders: dict[str, Any] = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
    found = {name: placeholders[name] for name in program.graph_signature.user_inputs}
    if not all(isinstance(tensor, torch.Tensor) for tensor in found.values()):
        raise ValueError("the program takes an input that is no tensor")
    declared = [Declared(name, _shape(tensor), _dtype(tensor), is_text=False) for name, tensor in found.items()]
    bounds = _bounds(program, [tensor.shape[0] for tensor in found.values() if tensor.dim()])
    return TorchModel(module, program.call_spec.in_spec, feeding(declared, contract), bounds)


def predictor(model: TorchModel, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """See `Runtime.predictor`."""

    def run(arrays: Arrays) -> Sequence[Any]:
        tensors = [torch.from_numpy(np.require(array, requirements=["C", "W"])) for array in model.feeding.converted(arrays)]
        arguments, named = pytree.tree_unflatten(tensors, model.structure)
        return [_as_numbers(output) for output in pytree.tree_leaves(model.module(*arguments, **named))]

    def predict(inputs: Arrays) -> Array:
        with named_memory_errors(*_MEMORY_SIGNS), torch.inference_mode():
            return predict_in_batches(run, model.feeding.ordered(inputs), batch, contract.output)

    suited = batch_size(model.feeding.ordered(inputs), is_recurrent=is_recurrent)
    batch = model.feeding.batch or int(min(max(suited, model.bounds.smallest), model.bounds.largest))
    return predict


def _check_entries(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not _ENTRY.fullmatch(name):
                raise ValueError("the archive holds more than a graph and tensors")


def _shape(tensor: Any) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) else None for size in tensor.shape)


def _dtype(tensor: Any) -> Any:
    return torch.empty(0, dtype=tensor.dtype).numpy().dtype


def _bounds(program: Any, sizes: list[Any]) -> Bounds:
    """The range of the dimension that is the batch, as it was declared for the export."""
    ranges = [program.range_constraints.get(size.node.expr) for size in sizes if not isinstance(size, int)]
    known = [(float(found.lower), float(found.upper)) for found in ranges if found is not None]
    smallest = max((lower for lower, _ in known), default=1.0)
    largest = min((upper for _, upper in known), default=math.inf)
    return Bounds(max(1, int(smallest)), largest)


def _as_numbers(output: Any) -> Any:
    return output.to(torch.float32).numpy() if isinstance(output, torch.Tensor) else output
