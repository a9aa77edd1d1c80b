"""`%guildmark`: the panel, a submission of a variable, or any command of the terminal."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from guildmark.client.interpreters import command_of
from guildmark.client.nearby import exam_near, only_exam_near
from guildmark.errors import GuildmarkError, UsageError
from guildmark.i18n import _
from guildmark.notebook.as_magic import as_magic
from guildmark.notebook.widget import ExamPanel
from guildmark.scripting import HandedIn, submit

_ENDS_S = 10
_UNCHECKED = frozenset({"--no-check"})
_ACTS = ("submit", "pin", "unpin", "break", "finish")
"""What changes an exam: where two run, which one must be said."""


@magics_class
class GuildmarkMagics(Magics):  # type: ignore[misc]  # IPython's magics have no types
    """See the module."""

    _panel: ExamPanel | None = None

    @line_magic  # type: ignore[untyped-decorator]
    def guildmark(self, line: str) -> ExamPanel | HandedIn | None:
        """Show the panel, or do what `line` says: `submit 3 model`, `status`, `check 3`."""
        try:
            words = _words_of(line)
            if not words:
                return self._one_panel()
            place = _place_for(words[0])
            if words[0] == "submit" and _UNCHECKED.issuperset(word for word in words if word.startswith("-")):
                return self._submit(words[1:])
        except GuildmarkError as error:
            sys.stderr.write(as_magic(f"{error.message}\n{error.next_step}\n"))
            return None
        _run(words, place)
        return None

    def _one_panel(self) -> ExamPanel:
        """The panel, in as many cells as it is asked for: it follows the exam once."""
        if self._panel is None:
            self._panel = ExamPanel()
        return self._panel

    def _submit(self, words: list[str]) -> HandedIn:
        category, *model = [word for word in words if word not in _UNCHECKED] or [""]
        if not category:
            raise UsageError(_("Which category?"), next_step=_("Run: %guildmark submit 3 model"))
        if len(model) > 1:
            raise UsageError(
                _("One model is handed in at a time, not {names}.").format(names=", ".join(model)), next_step=_quoted()
            )
        return submit(category, self._named(model[0]) if model else None, check=_UNCHECKED.isdisjoint(words))

    def _named(self, name: str) -> Any:
        """The variable `name`, else the file. Raises `UsageError`."""
        if name in self.shell.user_ns:
            return self.shell.user_ns[name]
        if Path(name).exists():
            return Path(name)
        raise UsageError(
            _("There is no variable and no file {name}.").format(name=name),
            next_step=_("Run the cell that makes the model, or name a file."),
        )


def _quoted() -> str:
    return _('Put the name of a file between double quotation marks: %guildmark submit 3 "my model.keras"')


def _words_of(line: str) -> list[str]:
    """What stands in `line`. Raises `UsageError` where a quotation is not closed, as after an apostrophe."""
    try:
        return shlex.split(line, posix=os.name != "nt")
    except ValueError as error:
        raise UsageError(_("A quotation mark in this line has no partner."), next_step=_quoted()) from error


def _place_for(command: str) -> Path:
    """The exam folder in which `command` works. Raises `UsageError` where it is not clear which one is meant."""
    here = Path()
    return only_exam_near(here, next_step=_("Go to its folder first: %cd {folder}")) if command in _ACTS else exam_near(here)


def _run(words: list[str], place: Path) -> None:
    """A command of the terminal in `place`, its lines as they come. The cell's Stop ends it."""
    with subprocess.Popen(
        command_of("guildmark.cli", *words),
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},  # a sign-in shows its code, then waits
    ) as running:
        try:
            for line in running.stdout or ():
                sys.stdout.write(as_magic(line))
        except KeyboardInterrupt:
            running.terminate()
            running.wait(_ENDS_S)
