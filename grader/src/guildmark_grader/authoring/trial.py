"""One form and variant, built and looked over: the public files and the hidden arrays.

A copy of `build.py` runs in a process of its own that is told the derived seed, a folder with the sources that the task names,
and two empty folders. What it leaves there is checked against the task before it goes anywhere (see `output`).
"""

import hashlib
import hmac
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.packs.model import ExamSpec
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.output import Hidden, hidden_arrays, output_problems, public_files
from guildmark_grader.authoring.recipe import Kitchen, laid_out

BUILD_LIMIT_S = 600
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
    problems = [_("It made {name}, which the pack's folder public/ has too.").format(name=name) for name in doubles]
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
        return public_files(public), hidden_arrays(hidden, form.task)


def _script(form: Form) -> str:
    return f"{form.category}/{form.folder.name}/build.py"


def _run(form: Form, seed: bytes, kitchen: Kitchen, public: Path, hidden: Path) -> None:
    script = _script(form)
    paths = [kitchen.script, kitchen.modules, kitchen.data, public, hidden]
    command = [sys.executable, "-P", "-s", "-B", "-m", "guildmark_grader.authoring.seeded", *(str(p.resolve()) for p in paths)]
    try:
        done = subprocess.run(
            command,
            input=seed.hex(),
            env={"PATH": os.defpath, **_SAME_EVERYWHERE},
            cwd=public.parent,
            timeout=BUILD_LIMIT_S,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = _("It ran for more than {limit} seconds.").format(limit=BUILD_LIMIT_S)
        raise _unbuildable(form, [PackProblem(script, None, message)]) from error
    if done.returncode != 0:
        lines = _IN_SCRIPT.findall(done.stderr)
        last = done.stderr.strip().rsplit("\n", 1)[-1] or _("It ended with status {status}.").format(status=done.returncode)
        raise _unbuildable(form, [PackProblem(script, int(lines[-1]) if lines else None, last)])


def _unbuildable(form: Form, problems: list[PackProblem]) -> PackUnreadable:
    return PackUnreadable(_("The form {form} cannot be built.").format(form=form.task.id), problems=tuple(problems))
