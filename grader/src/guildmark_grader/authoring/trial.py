"""One form and variant, built and looked over: the public files and the hidden arrays.

`build.py` runs in a process of its own that is told the derived seed, a folder with the sources that the task names, and two
empty folders. What it leaves there is checked against the task before it goes anywhere (see `output`).
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

BUILD_LIMIT_S = 600
_IN_SCRIPT = re.compile(r'File "[^"]*build\.py", line (\d+)')


@dataclass(frozen=True)
class Variant:
    """What `build.py` made: the candidate's files by path, and what stays with the grader."""

    public: dict[str, bytes]
    hidden: Hidden


def derived_seed(secret: bytes, exam: ExamSpec, form: str, variant: int) -> bytes:
    """The seed of one variant: nobody gets from it to the secret or to another variant's."""
    message = f"{exam.id}|{exam.version}|{form}|{variant}"
    return hmac.new(secret, message.encode(), hashlib.sha256).digest()


def built_variant(pack: Pack, form: Form, variant: int, *, secret: bytes) -> Variant:
    """Build `variant` of `form`. Raises `PackUnreadable` with every problem of what was built."""
    script = f"{form.category}/{form.task.id}/build.py"
    with tempfile.TemporaryDirectory(prefix="guildmark-build-") as scratch:
        sources, public, hidden = (Path(scratch, name) for name in ("data", "public", "hidden"))
        for folder in (sources, public, hidden):
            folder.mkdir()
        _provide(pack, form, sources)
        _run(pack, form, script, derived_seed(secret, pack.exam, form.task.id, variant), (sources, public, hidden))
        files = public_files(public)
        arrays = hidden_arrays(hidden, form.task)
        files, doubles = {**pack.public, **files}, sorted(set(pack.public) & set(files))
        problems = [_("It made {name}, which the pack's folder public/ has too.").format(name=name) for name in doubles]
        problems += output_problems(form.task, files, arrays)
        if problems:
            raise _unbuildable(form, [PackProblem(script, None, problem) for problem in problems])
    if not isinstance(arrays, Hidden):  # output_problems has reported it
        raise TypeError
    return Variant(files, arrays)


def _provide(pack: Pack, form: Form, sources: Path) -> None:
    """Let `build.py` see what its task names, and nothing else: so a digest of that says when data have changed."""
    for name in form.task.data:
        place = sources / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.symlink_to((pack.sources / name).resolve())


def _run(pack: Pack, form: Form, script: str, seed: bytes, folders: tuple[Path, Path, Path]) -> None:
    paths = [form.folder / "build.py", pack.modules, *folders]
    command = [sys.executable, "-P", "-s", "-B", "-m", "guildmark_grader.authoring.seeded", *(str(p.resolve()) for p in paths)]
    # A cleared environment: no secret by accident, and one order of hashing for the same bytes on every run.
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=seed.hex(),
            env=environment,
            cwd=folders[0].parent,
            timeout=BUILD_LIMIT_S,
            capture_output=True,
            text=True,
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
