"""`guildmark-grader pack …`: the author's commands. People read tables, programs ask for `--json`."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from guildmark.errors import GuildmarkError, PackProblem, PackUnreadable, Refused, UsageError
from guildmark.i18n import _
from guildmark.packs.reader import load_manifest, read_pack
from guildmark_grader.authoring.build import MANIFEST, bank_digest, build_bank
from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.prove import Proof, proofs

app = typer.Typer(help=_("Make exam packs: check them, build banks of variants, prove them."), no_args_is_help=True)

SECRET_BYTES = 32

PackFolder = Annotated[Path, typer.Argument(help=_("The folder of the pack."), metavar="PACK")]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


@app.command()
def check(pack: PackFolder, *, as_json: AsJson = False) -> None:
    """Report everything that is wrong with PACK, and try one build of every form."""
    with _reported(as_json=as_json):
        problems = pack_problems(pack)
        if problems:
            message = _("{count} problem(s) found.").format(count=len(problems))
            raise PackUnreadable(message, next_step=_("Mend them and run the same command again."), problems=problems)
        _say({"pack": pack.resolve().name, "problems": []}, _("No problem found; every form builds."), as_json=as_json)


@app.command()
def build(
    pack: PackFolder,
    *,
    out: Annotated[Path, typer.Option(help=_("The folder of the bank; it must not exist yet."), metavar="BANK")],
    variants: Annotated[int, typer.Option(min=1, help=_("How many variants of each form."))] = 8,
    secret: Annotated[
        Path | None,
        typer.Option(help=_("A file with the secret that the variants are drawn from; fresh, and not kept, if not given.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a bank of variants from PACK, ahead of the exam."""
    with _reported(as_json=as_json):
        key = _secret(secret)
        total = len(read_pack(pack).forms) * variants
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
            task = bar.add_task(_("Building"), total=total)
            build_bank(
                pack,
                out,
                variants=variants,
                secret=key,
                progress=lambda form, number: bar.update(task, advance=1, description=f"{form} {number}"),
            )
        manifest = load_manifest(out / MANIFEST)
        digest = bank_digest(out)
        forms = {entry.task.id: len(entry.variants) for entry in manifest.forms}
        content = {
            "bank": str(out),
            "digest": digest,
            "exam": manifest.exam.id,
            "version": manifest.exam.version,
            "forms": forms,
        }
        text = _("Built {count} variants of {exam} {version} in {out}\nDigest: {digest}").format(
            count=total, exam=manifest.exam.id, version=manifest.exam.version, out=out, digest=digest
        )
        _say(content, text, as_json=as_json)


@app.command()
def prove(
    pack: PackFolder,
    *,
    form: Annotated[str | None, typer.Option(help=_("One form alone, by its id."))] = None,
    variants: Annotated[int, typer.Option(min=1, help=_("How many variants to try."))] = 1,
    as_json: AsJson = False,
) -> None:
    """Train every reference of PACK, grade it in the box, and compare with what its author expects."""
    with _reported(as_json=as_json):
        read = read_pack(pack)
        forms = tuple(entry for entry in read.forms if form in (None, entry.task.id))
        if not forms:
            raise UsageError(_("The pack has no form {forms}.").format(forms=form))
        rows: list[Mapping[str, object]] = []
        held = True
        for proof in proofs(read, forms, secret=secrets.token_bytes(SECRET_BYTES), variants=variants):
            rows.append(_proof_row(proof))
            held = held and proof.holds
            if not as_json:
                typer.echo("  ".join(str(value) for value in rows[-1].values()))
        if as_json:
            typer.echo(json.dumps({"holds": held, "proofs": rows}))
    if not held:
        raise typer.Exit(Refused.exit_code)


def _proof_row(proof: Proof) -> Mapping[str, object]:
    report = proof.report
    return {
        "form": proof.form,
        "variant": proof.variant,
        "solution": proof.reference.solution,
        "verdict": report.verdict.value,
        "score": report.score,
        "metric": report.metric.value if report.metric else None,
        "reason": report.reason,
        "holds": proof.holds,
    }


def _secret(path: Path | None) -> bytes:
    if path is None:
        return secrets.token_bytes(SECRET_BYTES)
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            _("The secret in {path} cannot be read.").format(path=path), next_step=_("Name a file with the secret.")
        ) from error
    if len(key) < SECRET_BYTES:
        raise UsageError(
            _("The secret in {path} is shorter than {count} bytes.").format(path=path, count=SECRET_BYTES),
            next_step=_("Write a longer one, for example with: openssl rand -hex 32"),
        )
    return key


@contextmanager
def _reported(*, as_json: bool) -> Iterator[None]:
    """Errors as people or programs read them, with the exit status of their kind."""
    try:
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


def _as_json(problem: PackProblem) -> dict[str, str | int | None]:
    return {"file": problem.file, "line": problem.line, "message": problem.message}


def _say(content: Mapping[str, object], text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(content) if as_json else text)
