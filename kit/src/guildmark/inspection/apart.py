"""The inspection in a process of its own, for a machine without a box: a file can make HDF5 loop, or fill the memory.

What cannot be stopped from within is stopped from without: the process has a time limit and, where the system has such
limits, a bound on memory and on processor time. However it ends, there is an inspection; a file that brings it down is called
damaged.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from guildmark.inspection.file import inspect_file
from guildmark.inspection.findings import Finding, Inspection
from guildmark.rules.contract import Contract, ModelFormat, TensorContract

TIME_LIMIT_S: Final = 20
_MEMORY_LIMIT: Final = 3 * 1024**3
_CHILD: Final = "import sys; sys.path[:] = sys.argv[1:]; from guildmark.inspection.apart import main; main()"
"""The modules that we have, and none that lies in the folder where the person happens to be."""


def inspect_apart(path: Path, contract: Contract, *, time_limit_s: float = TIME_LIMIT_S) -> Inspection:
    """What `inspect_file` says of the file at `path`, without what a loader would be given.

    Raises `OSError` for a path that cannot be read, and `ModuleNotFoundError` where numpy or h5py is needed and missing.
    """
    with path.open("rb"):
        job = json.dumps({"path": str(path.resolve()), "contract": asdict(contract)})
    search = [place for place in sys.path if place]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *search],
            input=job.encode(),
            capture_output=True,
            timeout=time_limit_s,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return Inspection(None, (Finding("file.corrupt"),))
    if "missing" in answer:
        raise ModuleNotFoundError(answer["missing"], name=answer["missing"])
    return _inspection(answer)


def main() -> None:
    """The child's side: a job on standard input, an inspection on standard output."""
    _limit_itself()
    job = json.load(sys.stdin)
    try:
        answer = _document(inspect_file(Path(job["path"]), _contract(job["contract"])))
    except ModuleNotFoundError as error:
        answer = {"missing": error.name}
    except MemoryError:
        answer = _document(Inspection(None, (Finding("archive.expands"),)))
    json.dump(answer, sys.stdout)


def _limit_itself() -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limits
        return
    for name, limit in (("RLIMIT_AS", _MEMORY_LIMIT), ("RLIMIT_CPU", TIME_LIMIT_S), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
        except (OSError, ValueError):  # macOS knows some of them by name only
            continue


def _document(inspection: Inspection) -> dict[str, Any]:
    return {
        "format": inspection.format,
        "findings": [[finding.code, dict(finding.params)] for finding in inspection.findings],
        "layers": inspection.layers,
        "shapes": [inspection.input_shapes, inspection.output_shapes],
        "keras_version": inspection.keras_version,
    }


def _inspection(answer: dict[str, Any]) -> Inspection:
    inputs, outputs = (tuple(map(tuple, shapes)) for shapes in answer["shapes"])
    return Inspection(
        format=None if answer["format"] is None else ModelFormat(answer["format"]),
        findings=tuple(Finding(code, params) for code, params in answer["findings"]),
        layers=tuple(answer["layers"]),
        input_shapes=inputs,
        output_shapes=outputs,
        keras_version=answer["keras_version"],
    )


def _contract(fields: dict[str, Any]) -> Contract:
    inputs = tuple(TensorContract(**{**one, "shape": tuple(one["shape"])}) for one in fields["inputs"])
    output = TensorContract(**{**fields["output"], "shape": tuple(fields["output"]["shape"])})
    formats, forbidden = tuple(map(ModelFormat, fields["formats"])), tuple(fields["forbidden_layers"])
    rest = {"either": fields["either"], "predict_ms": fields["predict_ms"]}
    return Contract(formats, fields["size_limit"], inputs, output, forbidden, **rest)
