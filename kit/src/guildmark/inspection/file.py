"""The way in: how large the file is, and which format its content says, whatever its name says."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guildmark.inspection import archive, h5, hdf5, onnx, pt2, saved_model, tflite, zipped
from guildmark.inspection.findings import Finding, Inspection, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.rules.contract import Contract, ModelFormat

_START_BYTES: Final = 16
_CODE_BYTES: Final = 64 * 1024
_CODE: Final = re.compile(rb'^(import|from) [A-Za-z_.]+|^def \w+\(|"nbformat"|"cell_type"', re.MULTILINE)
_INSPECTIONS: Final[Mapping[ModelFormat, Callable[[Path, Contract], Inspection]]] = {
    ModelFormat.KERAS: archive.inspect,
    ModelFormat.H5: h5.inspect,
    ModelFormat.SAVED_MODEL: saved_model.inspect,
    ModelFormat.ONNX: onnx.inspect,
    ModelFormat.TFLITE: tflite.inspect,
    ModelFormat.PT2: pt2.inspect,
}


def inspect_file(path: Path, contract: Contract) -> Inspection:
    """Everything that speaks against the file at `path` under `contract`, and what it learnt of the model.

    A bad file is never an error here: it is an inspection with findings. A path that cannot be read raises `OSError`.
    """
    size = path.stat().st_size
    if size == 0:
        return Inspection(None, (Finding("file.empty"),))
    found = None
    try:
        found = _format_of(path, Limits(max(size, contract.size_limit)))
        if size > contract.size_limit:
            return Inspection(found, (Finding("file.too_large", {"found": size, "limit": contract.size_limit}),))
        if found is None:
            return Inspection(None, (Finding("file.code" if _is_code(path) else "file.not_a_model"),))
        if found not in contract.formats:
            expected = ", ".join(map(name_of, contract.formats))
            return Inspection(found, (Finding("file.format_not_allowed", {"found": name_of(found), "expected": expected}),))
        return _INSPECTIONS[found](path, contract)
    except Unfit as unfit:
        return Inspection(found, (unfit.finding,))


def rewrite(path: Path, inspection: Inspection, folder: Path) -> Path:
    """Write what was parsed to a new file in `folder`, for a loader. `inspection` is that of `path`, without findings.

    Raises `ValueError` for an inspection with findings, `OSError` if the folder is full, and `Unfit` if reading the weights
    goes beyond what a model has.
    """
    if inspection.findings or inspection.format is None:
        raise ValueError("only a file that passed inspection is written out again")
    target = folder / f"model{inspection.format.suffix}"
    match inspection.format:
        case ModelFormat.KERAS:
            archive.rewrite(path, inspection, target)
        case ModelFormat.H5:
            h5.rewrite(path, inspection, target)
        case ModelFormat.SAVED_MODEL | ModelFormat.PT2:
            zipped.write(target, inspection.parts)
        case ModelFormat.ONNX | ModelFormat.TFLITE:
            target.write_bytes(inspection.parts[""])
    return target


def name_of(kind: ModelFormat) -> str:
    """A format as candidates know it: by the ending of its files."""
    return "SavedModel (.zip)" if kind is ModelFormat.SAVED_MODEL else kind.suffix


def _format_of(path: Path, limits: Limits) -> ModelFormat | None:
    """The format, or None for what is no model. Raises `Unfit` for an archive that is damaged, or refused as a whole."""
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith(hdf5.MAGIC):
        return ModelFormat.H5
    if start[tflite.MAGIC_AT :].startswith(tflite.MAGIC):
        return ModelFormat.TFLITE
    if start.startswith(zipped.MAGIC):
        with zipped.opened(path, limits) as found:
            return _archive_format(found.names)
    return ModelFormat.ONNX if onnx.may_be(start) else None


def _is_code(path: Path) -> bool:
    """Whether the file is a Python program or a notebook, as one is when it is taken for what it saves."""
    with path.open("rb") as file:
        start = file.read(_CODE_BYTES)
    return b"\0" not in start and _CODE.search(start) is not None


def _archive_format(names: tuple[str, ...]) -> ModelFormat | None:
    if saved_model.top_folder(names) is not None:
        return ModelFormat.SAVED_MODEL
    if any(name.endswith("/archive_format") for name in names):
        return ModelFormat.PT2
    pickles = [name for name in names if name.endswith(("/data.pkl", "serialized_state_dict.pt"))]
    if pickles and archive.CONFIG not in names:
        raise Unfit("file.pickle", {"name": printable(pickles[0])})
    return ModelFormat.KERAS
