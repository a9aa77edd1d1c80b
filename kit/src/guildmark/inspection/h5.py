"""`.h5`: one HDF5 file with the configuration in an attribute and the weights in a group, as Keras 2 and 3 write it."""

import mmap
from pathlib import Path
from typing import Any

from guildmark.inspection import config, hdf5
from guildmark.inspection.findings import Finding, Inspection, Unfit
from guildmark.inspection.limits import Limits
from guildmark.inspection.shapes import findings_on, input_names, input_shapes, output_shapes
from guildmark.rules.contract import Contract, ModelFormat

_WEIGHTS = "model_weights"


def inspect(path: Path, contract: Contract) -> Inspection:
    """What an HDF5 file holds. Raises `Unfit` where reading cannot go on."""
    try:
        with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data, _opened(path) as file:
            if findings := hdf5.findings_in(file, data, Limits(contract.size_limit)):
                return Inspection(ModelFormat.H5, findings)
            parsed, has_weights = hdf5.model_config(file), _WEIGHTS in file
            version = hdf5.keras_version(file)
    except hdf5.DAMAGE as error:
        raise Unfit("file.corrupt") from error
    inputs, outputs = input_shapes(parsed), output_shapes(parsed)
    findings = (*config.findings_in(parsed, contract.forbidden_layers), *config.missing_vocabularies(parsed))
    if not has_weights:
        findings += (Finding("file.corrupt"),)
    return Inspection(
        format=ModelFormat.H5,
        findings=(*findings, *findings_on(inputs, outputs, contract, input_names(parsed))),
        layers=config.layers_in(parsed),
        input_shapes=inputs,
        output_shapes=outputs,
        keras_version=version,
        config=parsed,
    )


def rewrite(path: Path, inspection: Inspection, target: Path) -> None:
    """Write a new file to `target`: the parsed configuration, and the weights by value."""
    import h5py

    with _opened(path) as old, h5py.File(target, "w") as new:
        new.attrs["model_config"] = config.dump(inspection.config or {})
        new.attrs["keras_version"] = inspection.keras_version or ""
        new.attrs["backend"] = "tensorflow"
        hdf5.copy_weights(old[_WEIGHTS], new.create_group(_WEIGHTS), Limits.of_inspected(path.stat().st_size))


def _opened(path: Path) -> Any:
    import h5py

    return h5py.File(path, "r", locking=False)
