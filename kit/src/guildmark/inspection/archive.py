"""`.keras`: a zip archive of a configuration, a note on versions, an HDF5 file of weights, and vocabularies. Nothing else."""

import io
import json
import re
from pathlib import Path
from typing import Final

from guildmark.inspection import config, hdf5, zipped
from guildmark.inspection.findings import Finding, Inspection, JsonObject, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.inspection.shapes import findings_on, input_names, input_shapes, output_shapes
from guildmark.rules.contract import Contract, ModelFormat

CONFIG: Final = "config.json"
_METADATA, _WEIGHTS = "metadata.json", "model.weights.h5"
_VOCABULARY: Final = re.compile(r"assets/(?:[A-Za-z0-9_]+/){1,20}vocabulary\.txt")
_METADATA_LIMIT: Final = 64 * 1024


def inspect(path: Path, contract: Contract) -> Inspection:
    """What a `.keras` archive holds. Raises `Unfit` where reading cannot go on."""
    limits = Limits(contract.size_limit)
    with zipped.opened(path, limits) as archive:
        findings = archive.findings(_is_expected)
        if CONFIG not in archive.names:
            raise Unfit("file.weights_only" if _WEIGHTS in archive.names else "file.not_a_model")
        if _WEIGHTS in archive.names:
            findings += _weights_findings(archive.read(_WEIGHTS), limits)
        else:
            findings.append(Finding("file.corrupt"))
        parsed = config.parse(archive.read(CONFIG, config.BYTES_LIMIT, beyond="config.too_complex"))
        version = _version(archive.read(_METADATA, _METADATA_LIMIT)) if _METADATA in archive.names else None
    inputs, outputs = input_shapes(parsed), output_shapes(parsed)
    findings = [*config.findings_in(parsed, contract.forbidden_layers), *findings]
    return Inspection(
        format=ModelFormat.KERAS,
        findings=(*findings, *findings_on(inputs, outputs, contract, input_names(parsed))),
        layers=config.layers_in(parsed),
        input_shapes=inputs,
        output_shapes=outputs,
        keras_version=version,
        config=parsed,
    )


def rewrite(path: Path, inspection: Inspection, target: Path) -> None:
    """Write a new archive to `target`: the parsed configuration, the weights and the vocabularies by value.

    `inspection` is that of the file at `path`. Raises `Unfit` if the file became another one meanwhile.
    """
    import h5py

    weights = io.BytesIO()
    limits = Limits.of_inspected(path.stat().st_size)
    with zipped.opened(path, limits) as archive:
        original = io.BytesIO(archive.read(_WEIGHTS))
        vocabularies = {name: archive.read(name) for name in archive.names if _VOCABULARY.fullmatch(name)}
    with h5py.File(original, "r") as old, h5py.File(weights, "w") as new:
        hdf5.copy_weights(old, new, limits)
    metadata = {"keras_version": inspection.keras_version or "", "date_saved": ""}
    parts = {_METADATA: json.dumps(metadata).encode(), CONFIG: config.dump(inspection.config or {}).encode()}
    zipped.write(target, {**parts, _WEIGHTS: weights.getvalue(), **vocabularies})


def _is_expected(name: str) -> bool:
    return name in {CONFIG, _METADATA, _WEIGHTS} or _VOCABULARY.fullmatch(name) is not None


def _weights_findings(content: bytes, limits: Limits) -> tuple[Finding, ...]:
    import h5py

    if not content.startswith(hdf5.MAGIC):
        return (Finding("file.corrupt"),)
    with h5py.File(io.BytesIO(content), "r") as weights:
        return hdf5.findings_in(weights, content, limits)


def _version(content: bytes) -> str | None:
    try:
        metadata: JsonObject = json.loads(content)
    except (ValueError, RecursionError):
        return None
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return printable(version, 20) if isinstance(version, str) else None
