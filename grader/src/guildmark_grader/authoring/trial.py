"""One form and variant, built and looked over: the public files and the hidden arrays.

A copy of `build.py` runs in a process of its own that is told the derived seed, a folder with the sources that the task names,
and two empty folders. What it leaves there is checked against the task before it goes anywhere (see `output`).
"""

import contextlib
import hashlib
import hmac
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.packs.model import ExamSpec
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.output import Hidden, hidden_arrays, output_problems, public_files
from guildmark_grader.authoring.processes import watched
from guildmark_grader.authoring.recipe import Kitchen, laid_out

BUILD_LIMIT_S = 600
_TOLD_BYTES = 64 * 1024
_TOLD_CHARACTERS = 300
# The rest of the environment is cleared: no secret by accident, and the same bytes on every run, whatever the host is set to.
_SAME_EVERYWHERE = {
    "PYTHONHASHSEED": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_IN_SCRIPT = re.compile(r'File "[^"]*build\.py", line (\d+)')


@dataclass(frozen=True)
class Variant:
    """What `build.py` made: the candidate's files by path, and what stays with the grader."""

    public: dict[str, bytes]
    hidden: Hidden


def derived_seed(secret: bytes, exam: ExamSpec, form: str, variant: int, *, drawn_as: str | None = None) -> bytes:
    """The seed of one variant: nobody gets from it to the secret or to another variant's.

    It is another one for every version of the exam; `drawn_as` is the version, if not the present one.
    """
    message = f"{exam.id}|{drawn_as or exam.version}|{form}|{variant}"
    return hmac.new(secret, message.encode(), hashlib.sha256).digest()


def built_variant(pack: Pack, form: Form, variant: int, *, secret: bytes, drawn_as: str | None = None) -> Variant:
    """Build `variant` of `form` and look it over. Raises `PackUnreadable` with every problem of what was built."""
    files, arrays = built_files(pack, form, derived_seed(secret, pack.exam, form.task.id, variant, drawn_as=drawn_as))
    doubles = sorted(set(pack.public) & set(files))
    problems = [] if files or not pack.public else [_("It made no public file.")]
    problems += [_("It made {name}, which the pack's folder public/ has too.").format(name=name) for name in doubles]
    files = {**pack.public, **files}
    problems += output_problems(form.task, files, arrays)
    if problems or not isinstance(arrays, Hidden):
        script = _script(form)
        raise _unbuildable(form, [PackProblem(script, None, problem) for problem in problems])
    return Variant(files, arrays)


def built_files(pack: Pack, form: Form, seed: bytes) -> tuple[dict[str, bytes], Hidden | list[str]]:
    """What the script makes of a seed: the public files, and the hidden arrays or what keeps them from being read.

    Raises `PackUnreadable` if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="guildmark-build-") as scratch:
        public, hidden = Path(scratch, "public"), Path(scratch, "hidden")
        public.mkdir()
        hidden.mkdir()
        _run(form, seed, laid_out(pack, form, Path(scratch)), public, hidden)
        for folder in (public, hidden):
            if folder.is_symlink() or not folder.is_dir():
                message = _("It put something else in the place of the folder {folder}. Write into the folder that is there.")
                raise _unbuildable(form, [PackProblem(_script(form), None, message.format(folder=folder.name))])
        return public_files(public), hidden_arrays(hidden, form.task)


def _script(form: Form) -> str:
    return f"{form.category}/{form.folder.name}/build.py"


def _run(form: Form, seed: bytes, kitchen: Kitchen, public: Path, hidden: Path) -> None:
    script = _script(form)
    paths = [kitchen.script, kitchen.modules, kitchen.data, public, hidden]
    command = [sys.executable, "-P", "-s", "-B", "-m", "guildmark_grader.authoring.seeded", *(str(p.resolve()) for p in paths)]
    with tempfile.TemporaryFile() as said:  # a file, since a pipe ends only when the last daemon does that a script left behind
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={"PATH": os.defpath, **_SAME_EVERYWHERE},
            cwd=public.parent,
            start_new_session=True,
        )
        try:
            with watched(process.kill):
                _tell(process, seed)
                status = process.wait(BUILD_LIMIT_S)
        except subprocess.TimeoutExpired as error:
            message = _("It ran for more than {limit} seconds.").format(limit=BUILD_LIMIT_S)
            raise _unbuildable(form, [PackProblem(script, None, message)]) from error
        finally:
            _end(process)
        if status != 0:
            raise _unbuildable(form, [_failure(script, said, status)])


def _tell(process: subprocess.Popen[bytes], seed: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # it ended before it asked
        if process.stdin is not None:
            process.stdin.write(seed.hex().encode())
            process.stdin.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the script and what it started, unless that left for a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failure(script: str, said: IO[bytes], status: int) -> PackProblem:
    """The last line of what the script said, and its own line that was named last."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - _TOLD_BYTES))
    text = said.read().decode(errors="replace").strip()
    lines = _IN_SCRIPT.findall(text)
    last = text.rsplit("\n", 1)[-1] or _("It ended with status {status}.").format(status=status)
    shown = last if len(last) <= _TOLD_CHARACTERS else last[:_TOLD_CHARACTERS] + " …"
    return PackProblem(script, int(lines[-1]) if lines else None, shown)


def _unbuildable(form: Form, problems: list[PackProblem]) -> PackUnreadable:
    return PackUnreadable(_("The form {form} cannot be built.").format(form=form.task.id), problems=tuple(problems))
