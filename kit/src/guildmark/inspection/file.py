"""The way in: how large the file is, and which format its first bytes say."""

from pathlib import Path

from guildmark.inspection import archive, h5, hdf5
from guildmark.inspection.findings import Finding, Inspection, Unfit
from guildmark.rules.contract import Contract, ModelFormat

_MAGIC = {ModelFormat.KERAS: archive.MAGIC, ModelFormat.H5: hdf5.MAGIC}
_MAGIC_BYTES = 8
_EXTENSIONS = {ModelFormat.KERAS: ".keras", ModelFormat.H5: ".h5"}


def inspect_file(path: Path, contract: Contract) -> Inspection:
    """Everything that speaks against the file at `path` under `contract`, and what it learnt of the model.

    A bad file is never an error here: it is an inspection with findings. A path that cannot be read raises `OSError`.
    """
    size = path.stat().st_size
    if size == 0:
        return Inspection(None, (Finding("file.empty"),))
    found = _format_of(path)
    if size > contract.size_limit:
        return Inspection(found, (Finding("file.too_large", {"found": size, "limit": contract.size_limit}),))
    if found is None:
        return Inspection(None, (Finding("file.not_a_model"),))
    if found not in contract.formats:
        expected = ", ".join(_EXTENSIONS[allowed] for allowed in contract.formats)
        return Inspection(found, (Finding("file.format_not_allowed", {"found": _EXTENSIONS[found], "expected": expected}),))
    try:
        return archive.inspect(path, contract) if found is ModelFormat.KERAS else h5.inspect(path, contract)
    except Unfit as unfit:
        return Inspection(found, (unfit.finding,))


def rewrite(path: Path, inspection: Inspection, folder: Path) -> Path:
    """Write what was parsed to a new file in `folder`, for a loader. `inspection` is that of `path`, without findings.

    Raises `ValueError` for an inspection with findings, and `OSError` if the folder is full.
    """
    if inspection.findings or inspection.format is None or inspection.config is None:
        raise ValueError("only a file that passed inspection is written out again")
    target = folder / f"model{_EXTENSIONS[inspection.format]}"
    module = archive if inspection.format is ModelFormat.KERAS else h5
    module.rewrite(path, inspection, target)
    return target


def _format_of(path: Path) -> ModelFormat | None:
    with path.open("rb") as file:
        start = file.read(_MAGIC_BYTES)
    return next((kind for kind, magic in _MAGIC.items() if start.startswith(magic)), None)
