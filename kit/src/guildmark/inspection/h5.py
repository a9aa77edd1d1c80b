"""`.h5`: one HDF5 file with the configuration in an attribute and the weights in a group, as Keras 2 and 3 write it."""

from pathlib import Path

from guildmark.inspection import config, hdf5
from guildmark.inspection.findings import Finding, Inspection, Unfit
from guildmark.inspection.limits import Limits
from guildmark.inspection.shapes import findings_on, input_shapes, output_shapes
from guildmark.rules.contract import Contract, ModelFormat

_WEIGHTS = "model_weights"


def inspect(path: Path, contract: Contract) -> Inspection:
    """What an HDF5 file holds. Raises `Unfit` where reading cannot go on."""
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            findings = list(hdf5.findings_in(file, Limits(contract.size_limit)))
            parsed = hdf5.model_config(file)
            if _WEIGHTS not in file:
                findings.append(Finding("file.corrupt"))
            version = hdf5.keras_version(file)
    except hdf5.DAMAGE as error:
        raise Unfit("file.corrupt") from error
    inputs, outputs = input_shapes(parsed), output_shapes(parsed)
    findings = [*config.findings_in(parsed, contract.forbidden_layers), *findings, *findings_on(inputs, outputs, contract)]
    return Inspection(
        format=ModelFormat.H5,
        findings=tuple(findings),
        layers=config.layers_in(parsed),
        input_shapes=inputs,
        output_shapes=outputs,
        keras_version=version,
        config=parsed,
    )


def rewrite(path: Path, inspection: Inspection, target: Path) -> None:
    """Write a new file to `target`: the parsed configuration, and the weights by value."""
    import h5py

    with h5py.File(path, "r", locking=False) as old, h5py.File(target, "w") as new:
        new.attrs["model_config"] = config.dump(inspection.config or {})
        new.attrs["keras_version"] = inspection.keras_version or ""
        new.attrs["backend"] = "tensorflow"
        hdf5.copy_weights(old[_WEIGHTS], new.create_group(_WEIGHTS))
