"""Runs a starter as a candidate gets it: it must load its data and come as far as saying that there is no model yet."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.names import model_names
from guildmark.packs.reader import Form
from guildmark.rules.contract import ModelFormat
from guildmark_grader.authoring.lint.markdown import Text

STARTER_LIMIT_S = 120
_STARTER = "starter.py"
_TRACEBACK = "Traceback (most recent call last):"
_IN_STARTER = re.compile(r'File "[^"]*starter\.py", line (\d+)')


def starter_problems(folder: Path, form: Form, files: Mapping[str, bytes]) -> Iterator[PackProblem]:
    """What happens when the starter of `form` is run unchanged in `files`, all that a candidate gets.

    `folder` is the pack's. Nothing is said of a starter that imports what is not installed here.
    """
    file = (form.folder / _STARTER).relative_to(folder).as_posix()
    with tempfile.TemporaryDirectory(prefix="guildmark-starter-") as scratch:
        room = Path(scratch)
        for name, content in files.items():
            (room / name).parent.mkdir(parents=True, exist_ok=True)
            (room / name).write_bytes(content)
        if not _can_run(room):
            return
        try:
            done = _run(room)
        except subprocess.TimeoutExpired:
            message = _("It ran for more than {limit} s without a model in it. Let it do less before the candidate's code.")
            yield PackProblem(file, None, message.format(limit=STARTER_LIMIT_S))
            return
        saved = [name for name in model_names(ModelFormat) if (room / name).exists()]
    yield from (PackProblem(file, line, message) for line, message in _findings(form, done, saved))


def _can_run(room: Path) -> bool:
    """Whether everything that the files import can be imported here; what is no Python at all is reported elsewhere."""
    try:
        scripts = [ast.parse(path.read_bytes()) for path in room.glob("*.py")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    own = {path.stem for path in room.glob("*.py")}
    names = {name for tree in scripts for node in ast.walk(tree) for name in _imported(node)} - own
    return all(_is_installed(name) for name in names)


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # it is loaded, and came from no file: __main__
        return True


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _run(room: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-B", _STARTER]
    return subprocess.run(
        command,
        cwd=room,
        env=environment,
        timeout=STARTER_LIMIT_S,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _findings(form: Form, done: subprocess.CompletedProcess[str], saved: list[str]) -> Iterator[tuple[int | None, str]]:
    if _TRACEBACK in done.stderr:
        lines = _IN_STARTER.findall(done.stderr)
        last = done.stderr.strip().rsplit("\n", 1)[-1]
        message = _("It does not run as it is handed out: {reason}. It must come as far as saying that there is no model yet.")
        yield int(lines[-1]) if lines else None, message.format(reason=last)
        return
    if saved:
        yield None, _("It saves {names} as it is handed out. Leave the model to the candidate.").format(names=", ".join(saved))
    elif done.returncode == 0:
        yield None, _("It ends as if all were well, but there is no model. Let it say so and end with another status than 0.")
    headings = Text(form.instructions.get("en", "")).headings
    if headings and headings[0][1].text not in done.stdout:
        message = _("It does not print its category: {title}. Print that first.")
        yield None, message.format(title=repr(headings[0][1].text))
