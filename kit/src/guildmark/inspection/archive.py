"""`.keras`: a zip archive of a configuration, a note on versions, and an HDF5 file of weights. Nothing else.

The end of the archive is read by hand first, because a reader of zip archives believes a directory of any length. What the
archive declares is then compared with what a saved model has: these three entries, plain files, within bounds.
"""

import io
import json
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

from guildmark.inspection import config, hdf5
from guildmark.inspection.findings import Finding, Inspection, JsonObject, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.inspection.shapes import findings_on, input_shapes, output_shapes
from guildmark.rules.contract import Contract, ModelFormat

MAGIC: Final = b"PK\x03\x04"

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_EXPECTED: Final = frozenset({_CONFIG, _METADATA, _WEIGHTS})
_METADATA_LIMIT: Final = 64 * 1024
_ENCRYPTED: Final = 0x1

_END: Final = struct.Struct("<4s4H2LH")
_END_MAGIC: Final = b"PK\x05\x06"
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE: Final = 20

_DAMAGE: Final = (
    *hdf5.DAMAGE,
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, EOFError, struct.error),
)


def inspect(path: Path, contract: Contract) -> Inspection:
    """What a zip archive holds. Raises `Unfit` where reading cannot go on."""
    limits = Limits(contract.size_limit)
    try:
        with path.open("rb") as file:
            entries = _entry_count(file, limits)
            with zipfile.ZipFile(file) as archive:
                return _inspect_archive(archive, entries, contract, limits)
    except _DAMAGE as error:
        raise Unfit("file.corrupt") from error


def rewrite(path: Path, inspection: Inspection, target: Path) -> None:
    """Write a new archive to `target`: the parsed configuration, and the weights by value."""
    import h5py

    weights = io.BytesIO()
    with zipfile.ZipFile(path) as archive:
        original = io.BytesIO(archive.read(_WEIGHTS))
    with h5py.File(original, "r") as old, h5py.File(weights, "w") as new:
        hdf5.copy_weights(old, new)
    metadata = {"keras_version": inspection.keras_version or "", "date_saved": ""}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_METADATA, json.dumps(metadata))
        archive.writestr(_CONFIG, config.dump(inspection.config or {}))
        archive.writestr(_WEIGHTS, weights.getbuffer())


def _inspect_archive(archive: zipfile.ZipFile, entries: int, contract: Contract, limits: Limits) -> Inspection:
    infos = archive.infolist()
    if len(infos) != entries:
        raise Unfit("file.corrupt")
    names = [info.filename for info in infos]
    findings = list(_unsafe_entries(infos, limits))
    if any(finding.code == "archive.expands" for finding in findings):
        raise Unfit("archive.expands")
    if _CONFIG not in names:
        raise Unfit("file.weights_only" if _WEIGHTS in names else "file.not_a_model")
    if _WEIGHTS not in names:
        findings.append(Finding("file.corrupt"))
    else:
        findings += _weights_findings(archive, limits)
    parsed = config.parse(_read(archive, _CONFIG, config.BYTES_LIMIT))
    inputs, outputs = input_shapes(parsed), output_shapes(parsed)
    findings = [*config.findings_in(parsed, contract.forbidden_layers), *findings, *findings_on(inputs, outputs, contract)]
    return Inspection(
        format=ModelFormat.KERAS,
        findings=tuple(findings),
        layers=config.layers_in(parsed),
        input_shapes=inputs,
        output_shapes=outputs,
        keras_version=_version(archive) if _METADATA in names else None,
        config=parsed,
    )


def _entry_count(file: io.BufferedReader, limits: Limits) -> int:
    """The number of entries that the archive's last bytes declare; its directory is within bounds."""
    size = file.seek(0, io.SEEK_END)
    tail_size = _END.size + _ZIP64_LOCATOR_SIZE
    if size < tail_size:
        raise Unfit("file.corrupt")
    file.seek(-tail_size, io.SEEK_END)
    tail = file.read(tail_size)
    magic, disk, first_disk, here, entries, directory_size, offset, comment = _END.unpack(tail[-_END.size :])
    if magic != _END_MAGIC or comment or disk or first_disk or here != entries:
        raise Unfit("file.corrupt")
    if offset + directory_size > size or tail.startswith(_ZIP64_LOCATOR):
        raise Unfit("file.corrupt")
    if entries > limits.entries or directory_size > limits.entries * 1024:
        raise Unfit("archive.unsafe", {"name": f"{entries} entries"})
    file.seek(0)
    return int(entries)


def _unsafe_entries(infos: list[zipfile.ZipInfo], limits: Limits) -> list[Finding]:
    findings, seen = [], set[str]()
    for info in infos:
        mode = info.external_attr >> 16
        is_plain = stat.S_IFMT(mode) in (0, stat.S_IFREG) and not info.flag_bits & _ENCRYPTED
        if info.filename not in _EXPECTED or info.filename in seen or not is_plain:
            findings.append(Finding("archive.unsafe", {"name": printable(info.orig_filename)}))
        seen.add(info.filename)
    expanded = sum(info.file_size for info in infos)
    if expanded > limits.expanded_bytes or any(_is_squeezed(info, limits) for info in infos):
        findings.append(Finding("archive.expands"))
    return findings


def _is_squeezed(info: zipfile.ZipInfo, limits: Limits) -> bool:
    return info.file_size > limits.ratio_floor and info.file_size > limits.ratio * max(1, info.compress_size)


def _weights_findings(archive: zipfile.ZipFile, limits: Limits) -> tuple[Finding, ...]:
    import h5py

    content = _read(archive, _WEIGHTS, limits.expanded_bytes)
    if not content.startswith(hdf5.MAGIC):
        return (Finding("file.corrupt"),)
    with h5py.File(io.BytesIO(content), "r") as weights:
        return hdf5.findings_in(weights, limits)


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as entry:
        content = entry.read(limit + 1)
    if len(content) > limit:
        raise Unfit("config.too_complex" if name == _CONFIG else "archive.expands")
    return content


def _version(archive: zipfile.ZipFile) -> str | None:
    try:
        metadata: JsonObject = json.loads(_read(archive, _METADATA, _METADATA_LIMIT))
    except (ValueError, RecursionError):
        return None
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return printable(version, 20) if isinstance(version, str) else None
