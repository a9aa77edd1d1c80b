"""A dry run: the candidate's own interpreter loads the model and predicts on two rows of zeros.

It sees what no look at the file can: whether the model loads and runs there, and the shapes that really go in and out. The
interpreter is the active virtual environment's, else that of the exam folder, wherever the tool was started, else the Python on
PATH, else the one that runs us: the first that has TensorFlow. It is the candidate's model on the candidate's machine, so
nothing is boxed here.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.environment import whole_environment
from guildmark.client.interpreters import NOT_FROM_HERE
from guildmark.inspection import Finding
from guildmark.rules.contract import Contract, Shape, TensorContract, note_alternatives, shape_text, takes

_SCRIPT = Path(__file__).with_name("dry_run_script.py")
_PROBE = f"{NOT_FROM_HERE}import importlib.util; sys.exit(0 if importlib.util.find_spec('tensorflow') else 9)"
_PROBE_TIMEOUT_S = 20
_TIMEOUT_S = 180
_LAST_WORDS = 300


@dataclass(frozen=True)
class DryRun:
    """How it went. `findings` is empty for a model that passed; `python` is None where no interpreter has TensorFlow.

    `finished` is False where nothing can be said of the model, because TensorFlow did not start or took too long.
    `detail` is what the framework said last, for the candidate's eyes.
    """

    python: Path | None
    framework: str | None = None
    finished: bool = False
    findings: tuple[Finding, ...] = ()
    detail: str | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Literal["started", "framework", "loaded", "predicted"] = "started"
    version: str | None = None
    inputs: tuple[tuple[int | None, ...], ...] = ()
    outputs: tuple[tuple[int | None, ...], ...] = ()
    predicted: tuple[tuple[int | None, ...], ...] = ()


def dry_run(model: Path, contract: Contract, *, exam: Path | None = None, python: Path | None = None) -> DryRun:
    """Run `model` in the candidate's interpreter for the folder `exam`, or in `python`; hold the result against `contract`."""
    interpreter = python or interpreter_with_tensorflow(exam)
    if interpreter is None:
        return DryRun(python=None)
    with tempfile.TemporaryDirectory(prefix="guildmark-") as place:
        answer_path = Path(place) / "answer.json"
        job = {
            "model": str(model.resolve()),
            "inputs": [{"name": one.name, "shape": list(one.shape), "dtype": one.dtype} for one in contract.inputs],
            "either": contract.either,
            "answer": str(answer_path),
        }
        try:
            done = subprocess.run(
                [str(interpreter), "-", json.dumps(job)],
                input=_SCRIPT.read_bytes(),
                capture_output=True,
                cwd=place,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return DryRun(python=interpreter, detail=str(error)[:_LAST_WORDS])
        answer = _read(answer_path)
    detail = None if done.returncode == 0 else _last_line(done.stderr)
    findings = _findings(answer, contract)
    return DryRun(interpreter, answer.version, answer.stage != "started", findings, detail if findings or detail else None)


def interpreter_with_tensorflow(exam: Path | None = None) -> Path | None:
    """The first of the candidate's interpreters that has TensorFlow, or None. `exam` is the exam folder, else where we are."""
    for interpreter in dict.fromkeys(_interpreters(exam or Path.cwd())):
        try:
            probe = subprocess.run([str(interpreter), "-c", _PROBE], capture_output=True, timeout=_PROBE_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if probe.returncode == 0:
            return interpreter
    return None


def _interpreters(exam: Path) -> Iterator[Path]:
    binary = Path("Scripts", "python.exe") if os.name == "nt" else Path("bin", "python")
    if active := os.environ.get("VIRTUAL_ENV"):
        yield Path(active) / binary
    if conda := os.environ.get("CONDA_PREFIX"):
        yield Path(conda) / ("python.exe" if os.name == "nt" else binary)
    for folder in (exam.resolve(), *exam.resolve().parents):
        if own := whole_environment(folder):
            yield own
    for name in ("python3", "python"):
        if found := shutil.which(name):
            yield Path(found)
    if sys.executable:
        yield Path(sys.executable)


def _read(path: Path) -> _Answer:
    try:
        return _Answer.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _Answer()


def _findings(answer: _Answer, contract: Contract) -> tuple[Finding, ...]:
    if answer.stage == "started":
        return ()
    if answer.stage == "framework":
        return (Finding("model.not_loadable", {}),)
    wanted = [contract.inputs] if contract.either else [(one,) for one in contract.inputs]
    mismatch = _mismatch("input", wanted, answer.inputs) if answer.inputs else None
    if mismatch is not None:
        return (mismatch,)
    if answer.stage == "loaded":
        return (Finding("model.raised", {}),)
    mismatch = _mismatch("output", [(contract.output,)], answer.predicted)
    return () if mismatch is None else (mismatch,)


def _mismatch(side: str, expected: Sequence[tuple[TensorContract, ...]], found: tuple[Shape, ...]) -> Finding | None:
    """The first shape that fits none of the tensors in its place; the script brought inputs into the contract's order."""
    if len(found) != len(expected):
        return Finding(f"contract.{side}_count", {"found": len(found), "expected": len(expected)})
    for tensors, (_batch, *rest) in zip(expected, found, strict=True):
        if not any(takes(tuple(rest), tensor) for tensor in tensors):
            shapes = {"found": shape_text(tuple(rest)), "expected": note_alternatives(tensors)}
            return Finding(f"contract.{side}_shape", shapes)
    return None


def _last_line(output: bytes) -> str | None:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:_LAST_WORDS] if lines else None
