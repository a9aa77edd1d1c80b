"""`.pt2`: what `torch.export.save` writes. A zip archive of one program as JSON, and of tensors as plain bytes.

PyTorch also keeps samples of the inputs, and now and then a tensor, as pickles; it may keep objects and compiled code. The
samples are left out when the archive is written again, and everything else of that kind is refused: a pickle is code.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from guildmark.inspection import bounded_json, graph, pt2_program, zipped
from guildmark.inspection.findings import Finding, Inspection, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.inspection.pt2_operators import name_of
from guildmark.inspection.shapes import findings_on
from guildmark.rules.contract import Contract, ModelFormat

_PROGRAM: Final = re.compile(r"(?P<top>[^/]+)/models/(?P<model>[^/]+)\.json")
_TENSOR: Final = re.compile(r"data/(?:weights/weight|constants/tensor)_\d+")
_JSON_LIMIT: Final = 16 * 1024 * 1024
_SMALL: Final = 1024
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_FOLDERS: Final = ("weights", "constants")
_TOP: Final = "model"
_ITEM_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 2, 7: 4, 8: 8, 9: 4, 10: 8, 11: 16, 12: 1, 13: 2}


def inspect(path: Path, contract: Contract) -> Inspection:
    """What an archive of `torch.export` holds. Raises `Unfit` where reading cannot go on."""
    limits = Limits(contract.size_limit)
    with zipped.opened(path, limits) as archive:
        programs = [found for name in archive.names if (found := _PROGRAM.fullmatch(name))]
        if len(programs) != 1:
            raise Unfit("file.not_a_model")
        top, model = programs[0]["top"], programs[0]["model"]
        findings = archive.findings(lambda name: _is_expected(name.removeprefix(f"{top}/"), model))
        program = pt2_program.cleaned(bounded_json.parse(archive.read(f"{top}/models/{model}.json"), _JSON_LIMIT))
        byteorder = archive.read(f"{top}/byteorder", _SMALL)
        configs = {
            folder: bounded_json.parse(archive.read(f"{top}/data/{folder}/{model}_{folder}_config.json"), _JSON_LIMIT)
            for folder in _FOLDERS
        }
        tensors = [name.removeprefix(f"{top}/") for name in archive.names if _TENSOR.fullmatch(name.removeprefix(f"{top}/"))]
        stored = {name: archive.read(f"{top}/{name}") for name in tensors}
    if byteorder != b"little":
        raise Unfit("file.corrupt")
    findings += graph.unique(
        [
            *pt2_program.findings_in(program),
            *(one for folder in _FOLDERS for one in _config_findings(folder, configs[folder], stored, limits)),
        ]
    )
    names, inputs, outputs = pt2_program.ends(program)
    layers = tuple(sorted(map(name_of, pt2_program.operators_in(program))))
    findings += graph.forbidden(layers, contract)
    return Inspection(
        format=ModelFormat.PT2,
        findings=(*findings, *findings_on(inputs, outputs, contract, names)),
        layers=tuple(map(printable, layers)),
        input_shapes=inputs,
        output_shapes=outputs,
        parts=_parts(program, configs, stored),
    )


def _parts(program: Mapping[str, Any], configs: Mapping[str, Any], stored: Mapping[str, bytes]) -> dict[str, bytes]:
    inner = {
        "archive_format": b"pt2",
        "archive_version": b"0",
        ".data/version": b"3\n",
        "byteorder": b"little",
        "models/model.json": json.dumps(program).encode(),
        "data/sample_inputs/model.pt": b"",
        **{f"data/{folder}/model_{folder}_config.json": json.dumps(configs[folder]).encode() for folder in _FOLDERS},
        **stored,
    }
    return {f"{_TOP}/{name}": content for name, content in inner.items()}


def _is_expected(name: str, model: str) -> bool:
    known = {
        *("archive_format", "archive_version", "byteorder", "version", ".data/version", ".data/serialization_id"),
        *(f"models/{model}.json", f"data/sample_inputs/{model}.pt"),
        *(f"data/{folder}/{model}_{folder}_config.json" for folder in _FOLDERS),
    }
    return name in known or _TENSOR.fullmatch(name) is not None


def _config_findings(folder: str, config: Mapping[str, Any], stored: Mapping[str, bytes], limits: Limits) -> Iterator[Finding]:
    entries = config.get("config")
    if not isinstance(entries, dict) or len(config) != 1:
        raise Unfit("config.unreadable")
    declared = 0
    for name, entry in entries.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("path_name"), str):
            raise Unfit("config.unreadable")
        if not _NAME.fullmatch(name):
            yield Finding("graph.expression", {"name": printable(name)})
        if entry.get("use_pickle") is not False:
            yield Finding("file.pickle", {"name": printable(name)})
            continue
        content = stored.get(f"data/{folder}/{entry['path_name']}")
        if content is None:
            raise Unfit("file.corrupt")
        declared += _declared(entry.get("tensor_meta"), len(content))
        if declared > limits.expanded_bytes:
            raise Unfit("archive.expands")


def _declared(meta: Any, stored: int) -> int:
    """The bytes that a tensor declares. Raises `Unfit` if it reaches beyond those that are stored."""
    try:
        item = _ITEM_BYTES[meta["dtype"]]
        sizes, strides = ([one["as_int"] for one in meta[key]] for key in ("sizes", "strides"))
        reach = meta["storage_offset"]["as_int"] + 1 + sum((n - 1) * by for n, by in zip(sizes, strides, strict=True))
        is_whole = all(isinstance(n, int) and n >= 0 for n in (*sizes, *strides, reach)) and meta["device"]["type"] == "cpu"
    except (KeyError, TypeError, ValueError):
        raise Unfit("config.unreadable") from None
    if not is_whole or (0 not in sizes and reach * item > stored):
        raise Unfit("file.corrupt")
    return graph.declared_bytes(sizes, item)
