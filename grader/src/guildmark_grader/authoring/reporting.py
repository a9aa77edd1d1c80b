"""How the author's commands end: with what they have to say, for people or for programs, and with the status of its kind."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer

from guildmark.errors import GuildmarkError, PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark_grader.authoring.processes import Stopped, stoppable


def _nothing_kept() -> str:
    return _("Stopped. Nothing was kept; run the same command again to begin anew.")


@contextmanager
def reported(*, as_json: bool, stopped: Callable[[], str] = _nothing_kept) -> Iterator[None]:
    """Errors as people or programs read them; Ctrl+C as the sentence `stopped`, once everything is cleared away."""
    try:
        with stoppable():
            yield
    except GuildmarkError as error:
        problems = error.problems if isinstance(error, PackUnreadable) else ()
        if as_json:
            details = {"code": error.code, "message": error.message, "next_step": error.next_step}
            typer.echo(json.dumps({"error": details, "problems": [_as_json(problem) for problem in problems]}))
        else:
            for problem in problems:
                typer.echo(str(problem), err=True)
            typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from error
    except Stopped as stop:
        if as_json:
            typer.echo(json.dumps({"error": {"code": "stopped", "message": stopped(), "next_step": ""}, "problems": []}))
        else:
            typer.echo(stopped(), err=True)
        raise typer.Exit(stop.status) from stop


def say(content: Mapping[str, object], text: str, *, as_json: bool, notes: Sequence[str] = ()) -> None:
    """Print the answer, and notes on standard error, where they are in nobody's way; `content` has them already."""
    typer.echo(json.dumps(content) if as_json else text)
    if not as_json:
        for note in notes:
            typer.echo(note, err=True)


def _as_json(problem: PackProblem) -> dict[str, str | int | None]:
    return {"file": problem.file, "line": problem.line, "message": problem.message}
