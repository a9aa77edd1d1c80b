"""Where a command's words go: results to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from guildmark.cli.wrapping import wrapped
from guildmark.client.tus import Progress as Report
from guildmark.errors import ConfirmationNeeded, GuildmarkError
from guildmark.i18n import _
from guildmark.rules.wording import size_text


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
                if isinstance(line, (str, Text)):
                    _print(self.out, Text(line) if isinstance(line, str) else line)
                else:
                    self.out.print(line)

    def note(self, sentence: str, *, style: str = "dim") -> None:
        """A diagnostic."""
        _print(self.err, Text(sentence, style=style))

    def answer(self, document: dict[str, Any]) -> None:
        """The one JSON object of a command; silent without `--json`."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=True) + "\n")
            sys.stdout.flush()

    def fail(self, error: GuildmarkError) -> int:
        """Say what went wrong and the next step; the exit status."""
        self.answer({"error": {"code": error.code, "message": error.message, "next_step": error.next_step}})
        if not self.as_json:
            _print(self.err, Text(error.message, style="bold red"))
            _print(self.err, Text(error.next_step))
        return error.exit_code

    @property
    def can_ask(self) -> bool:
        """Whether a person is at the other end of standard input."""
        return sys.stdin.isatty()

    def confirm(self, question: str, *, yes: bool) -> bool:
        """The person's word. Raises `ConfirmationNeeded` where nobody can be asked, `KeyboardInterrupt` for Ctrl+C."""
        if yes:
            return True
        if not self.can_ask:
            raise ConfirmationNeeded
        try:
            sys.stderr.write(_("{question} [y/N] ").format(question=question))
            sys.stderr.flush()
            word = sys.stdin.readline()
        except KeyboardInterrupt:
            self.err.print()
            raise
        if not word.endswith("\n"):
            self.err.print()
        return word.strip().lower() in ("y", "yes", _("y"), _("yes"))

    @contextmanager
    def transfer(self, title: str) -> Iterator[Report]:
        """A progress bar in bytes, on standard error; what it gives is called with (done, total).

        The bar appears with the first call: what is refused before a byte was sent shows none.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[sizes]}"),
            TimeRemainingColumn(),
        )
        bar = Progress(*columns, console=self.err, disable=not self.err.is_terminal)

        def report(done: int, total: int) -> None:
            if not bar.tasks:
                bar.add_task(title, total=None, sizes="")
                bar.start()
            sizes = _("{done} of {total}").format(done=size_text(done), total=size_text(total))
            bar.update(bar.tasks[0].id, completed=done, total=total, sizes=sizes)

        try:
            yield report
        finally:
            if bar.tasks:
                bar.stop()

    @contextmanager
    def waiting(self, sentence: str) -> Iterator[Any]:
        """A spinner on standard error; what it gives is called with a new sentence."""
        if not self.err.is_terminal:
            yield lambda _sentence: None
            return
        with self.err.status(sentence) as status:
            yield status.update


def _print(console: Console, text: Text) -> None:
    """In whole words where people read; never folded where it is piped, nor where the text says so."""
    if console.is_terminal and not text.no_wrap:
        text = wrapped(text, console.width)
    console.print(text, soft_wrap=True)
