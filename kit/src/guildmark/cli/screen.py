"""Where a command's words go: results to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.text import Text

from guildmark.client.tus import Progress as Report
from guildmark.errors import ConfirmationNeeded, GuildmarkError
from guildmark.i18n import _


class Screen:
    """The two streams of one command. Nothing from a file or a server is read as markup."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        self.err = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)

    @property
    def for_people(self) -> Console:
        """Where people read: standard output, unless JSON has it."""
        return self.err if self.as_json else self.out

    def say(self, *what: RenderableType) -> None:
        """Tell people something that is part of the answer; silent with `--json`."""
        if not self.as_json:
            for line in what:
                # Addresses and commands stay whole; what is piped is never folded.
                is_whole = isinstance(line, str) or (isinstance(line, Text) and not self.out.is_terminal)
                self.out.print(line, soft_wrap=is_whole)

    def note(self, sentence: str, *, style: str = "dim") -> None:
        """A diagnostic."""
        self.err.print(Text(sentence, style=style), soft_wrap=True)

    def answer(self, document: dict[str, Any]) -> None:
        """The one JSON object of a command; silent without `--json`."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=True) + "\n")
            sys.stdout.flush()

    def fail(self, error: GuildmarkError) -> int:
        """Say what went wrong and the next step; the exit status."""
        self.answer({"error": {"code": error.code, "message": error.message, "next_step": error.next_step}})
        if not self.as_json:
            self.err.print(Text(error.message, style="bold red"), soft_wrap=True)
            self.err.print(error.next_step, soft_wrap=True)
        return error.exit_code

    @property
    def can_ask(self) -> bool:
        """Whether a person is at the other end of standard input."""
        return sys.stdin.isatty()

    def confirm(self, question: str, *, yes: bool) -> bool:
        """The person's word. Raises `ConfirmationNeeded` where nobody can be asked."""
        if yes:
            return True
        if not self.can_ask:
            raise ConfirmationNeeded
        self.err.print(_("{question} [y/N] ").format(question=question), end="")
        return sys.stdin.readline().strip().lower() in ("y", "yes", _("y"), _("yes"))

    @contextmanager
    def transfer(self, title: str) -> Iterator[Report]:
        """A progress bar in bytes, on standard error; what it gives is called with (done, total)."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.err, disable=not self.err.is_terminal) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    @contextmanager
    def waiting(self, sentence: str) -> Iterator[Any]:
        """A spinner on standard error; what it gives is called with a new sentence."""
        if not self.err.is_terminal:
            yield lambda _sentence: None
            return
        with self.err.status(sentence) as status:
            yield status.update
