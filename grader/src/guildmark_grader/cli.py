"""The command `guildmark-grader`: grade a file, serve the portal, check this host, make packs.

Exit status of `grade`: 0 graded, 3 a verdict that is the candidate's to mend, 1 an error of ours, 2 wrong usage. Of `doctor`:
0 the box is whole, 1 it is not.
"""

import io
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from guildmark.errors import GuildmarkError, PackUnreadable, UsageError
from guildmark.i18n import _
from guildmark.protocol import GradeReport
from guildmark.rules.scoring import MAX_SCORE
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe
from guildmark_grader import catalogue  # noqa: F401 - before the first sentence is said
from guildmark_grader.authoring.cli import app as pack_app
from guildmark_grader.banks import Bank, HiddenStore, open_bank
from guildmark_grader.grade import Grader
from guildmark_grader.pool import Pool
from guildmark_grader.reports import fault_report
from guildmark_grader.sandbox import Box
from guildmark_grader.selfcheck import doctor as selfcheck
from guildmark_grader.selfcheck import host, shown
from guildmark_grader.service import Service

app = typer.Typer(help=_("Grade models in a box, and make exam packs."), no_args_is_help=True, add_completion=False)
app.add_typer(pack_app, name="pack")

_GRADED, _OURS, _CANDIDATES = 0, 1, 3
_PRACTICE_SECRET = b"practice"
_PACK, _BANK = "exam.toml", "bank.json"

_AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]
_Insecure = Annotated[
    bool, typer.Option("--insecure", help=_("Do without the box, on a host where none can stand. For your own models alone."))
]


def main() -> None:
    """Run the command."""
    logging.basicConfig(level=os.environ.get("GUILDMARK_LOG", "WARNING"), format="%(name)s: %(message)s", stream=sys.stderr)
    app()


@app.command(help=_("Grade a model file in a box, on hidden data."))
def grade(  # noqa: PLR0913 - one parameter an option
    pack: Annotated[Path, typer.Argument(help=_("A bank of variants, or a pack's source folder."))],
    task: Annotated[str, typer.Argument(help=_("A category such as category2, or the id of a form."))],
    model: Annotated[Path, typer.Argument(help=_("The model file."), exists=True, dir_okay=False, readable=True)],
    *,
    variant: Annotated[int, typer.Option(help=_("Which variant of the hidden data."), min=0)] = 0,
    as_json: _AsJson = False,
    insecure: _Insecure = False,
) -> None:
    """Grade a model file in a box, on hidden data."""
    box = _box(insecure=insecure)
    signal.signal(signal.SIGTERM, _leave)  # so that what was unpacked is cleared away
    try:
        with tempfile.TemporaryDirectory(prefix="guildmark-grade-") as scratch:
            report = _graded(box, pack, task, model=model, variant=variant, scratch=Path(scratch))
    except UsageError as error:
        _refuse(error, as_json=as_json)
    except (GuildmarkError, OSError) as error:
        typer.echo(str(error), err=True)
        report = fault_report()
    _show(report, as_json=as_json)
    raise typer.Exit(_exit_status(report))


@app.command(help=_("Serve the portal: one grading job a connection. It refuses to start where the box is not whole."))
def serve(
    socket: Annotated[Path, typer.Option(help=_("Where to listen: the path of a Unix socket."))],
    banks: Annotated[
        Path, typer.Option(help=_("The folder of banks, each named by its digest."), exists=True, file_okay=False)
    ],
    *,
    slots: Annotated[int, typer.Option(help=_("How many jobs run at once."), min=1)] = 1,
    insecure: _Insecure = False,
) -> None:
    """Serve the portal: one grading job a connection. It refuses to start where the box is not whole."""
    box = _box(insecure=insecure)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        if not insecure:
            selfcheck.require_whole(box)
        for _ready in Service(socket, banks, slots=slots, box=box).serve():
            typer.echo("ready")
    except GuildmarkError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from error


@app.command(help=_("Try on this host what a hostile model would try, and say what the box stands on here."))
def doctor(*, as_json: _AsJson = False) -> None:
    """Try on this host what a hostile model would try, and say what the box stands on here."""
    box, console = Box(), Console()
    screen = Console(file=io.StringIO()) if as_json else console
    tried: list[selfcheck.Tried] = []
    fault = ""
    try:
        tried = shown.examine(box, screen)
    except (GuildmarkError, OSError) as error:
        fault = str(error)
        typer.echo(fault, err=True)
    if as_json:
        typer.echo(json.dumps(shown.as_json(tried, host.facts(box), host.weaknesses(), fault), ensure_ascii=False))
    else:
        shown.show_host(host.facts(box), host.weaknesses(), console)
        shown.show_verdict(console, tried)
    raise typer.Exit(0 if tried and all(result.is_held for result in tried) else 1)


def _box(*, insecure: bool) -> Box:
    if insecure:
        warning = _(
            "WITHOUT THE BOX: a model is a program, and this one may do here whatever you may. Grade your own models alone."
        )
        Console(stderr=True).print(Text(warning, style="bold red"))
    return Box(is_insecure=insecure)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _graded(  # noqa: PLR0913 - all that a grade takes
    box: Box, pack: Path, task: str, *, model: Path, variant: int, scratch: Path
) -> GradeReport:
    with _bank(pack, task, variant) as bank:
        form = bank.form(task)
        with Pool(box, threads=min(2, os.cpu_count() or 1)) as pool:
            return Grader(pool, HiddenStore(scratch)).grade(bank, form, variant, model)


@contextmanager
def _bank(pack: Path, task: str, variant: int) -> Iterator[Bank]:
    """The bank in `pack`, or one with `task` alone that is built from the pack's sources and thrown away afterwards."""
    if (pack / _BANK).is_file():
        yield open_bank(pack)
        return
    if not (pack / _PACK).is_file():
        raise PackUnreadable(
            _("{pack} is neither a pack nor a bank: it has no {exam} and no {bank}.").format(pack=pack, exam=_PACK, bank=_BANK),
            next_step=_("Name the folder that holds one of them."),
        )
    from guildmark.packs.reader import read_pack
    from guildmark_grader.authoring.build import build_bank

    form = next((f.task.id for f in read_pack(pack).forms if task in (f.task.id, f.category)), task)
    with tempfile.TemporaryDirectory(prefix="guildmark-bank-") as folder:
        out = Path(folder, "bank")
        yield open_bank(build_bank(pack, out, variants=variant + 1, secret=_PRACTICE_SECRET, forms={form}))


def _refuse(error: GuildmarkError, *, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"error": {"code": error.code, "message": error.message, "next_step": error.next_step}}))
    else:
        typer.echo(str(error), err=True)
    raise typer.Exit(error.exit_code) from error


def _exit_status(report: GradeReport) -> int:
    if report.verdict is Verdict.GRADED:
        return _GRADED
    return _OURS if report.verdict.is_ours else _CANDIDATES


def _show(report: GradeReport, *, as_json: bool) -> None:
    message = describe(report.reason, report.params)
    if report.verdict.is_ours:
        message = _("Nothing was graded, and the model is not to blame: mend what is said above, and run the command again.")
    if as_json:
        shown = report.model_dump(mode="json", include={"verdict", "score", "metric", "reason", "timings_ms"})
        typer.echo(json.dumps({**shown, "params": report.params, "message": message}, ensure_ascii=False))
        return
    console = Console()
    if report.score is not None and report.metric is not None:
        metric = f"{report.metric.name} {report.metric.value:g} {report.metric.unit}".strip()
        console.print(_marks(report.score, console), Text(metric, style="dim"))
    else:
        console.print(Text(_verdict(report.verdict), style="bold red"))
    console.print(Text(message))


def _marks(score: int, console: Console) -> Text:
    full, empty = ("◆", "◇") if "utf" in (console.encoding or "").lower() else ("#", "-")
    style = "green" if score == MAX_SCORE else "yellow"
    return Text(f"{full * score}{empty * (MAX_SCORE - score)}  {score}", style=style)


def _verdict(verdict: Verdict) -> str:
    return {
        Verdict.REJECTED: _("Not accepted"),
        Verdict.FAILED: _("The model failed"),
        Verdict.TIMED_OUT: _("Out of time"),
        Verdict.OUT_OF_MEMORY: _("Out of memory"),
    }.get(verdict, _("Our fault"))


if __name__ == "__main__":
    main()
