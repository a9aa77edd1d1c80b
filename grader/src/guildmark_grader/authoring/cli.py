"""`guildmark-grader pack …`: the author's commands. People read tables, programs ask for `--json`."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from guildmark.errors import GuildmarkError, PackProblem, PackUnreadable, Refused, UsageError
from guildmark.i18n import _
from guildmark.packs.calibration import VARIANTS_NEEDED, CalibrationRecord, record_shortfalls
from guildmark.packs.model import Role
from guildmark.packs.reader import Form, Pack, load_manifest, read_pack
from guildmark.packs.roles import ROLE_TITLES
from guildmark_grader.authoring.bench import Result
from guildmark_grader.authoring.build import MANIFEST, bank_digest, build_bank
from guildmark_grader.authoring.calibrate import calibrate as run_plans
from guildmark_grader.authoring.calibrate import median_training_s, plan
from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.new import new_pack
from guildmark_grader.authoring.plots import plot_record, require_plots
from guildmark_grader.authoring.prove import Proof, proofs
from guildmark_grader.authoring.records import read_record, record_path

app = typer.Typer(help=_("Make exam packs: check them, build banks of variants, prove them."), no_args_is_help=True)

SECRET_BYTES = 32
_SCORED_ROLES = (Role.FULL, Role.PARTIAL, Role.BASELINE)

PackFolder = Annotated[Path, typer.Argument(help=_("The folder of the pack."), metavar="PACK")]
FormOption = Annotated[str | None, typer.Option(help=_("One form alone, by its id."), metavar="FORM")]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help=_("The folder of the new pack; it must be new or empty."))],
    *,
    exam_id: Annotated[
        str | None, typer.Option("--id", help=_("The id of the exam; made of the folder's name if not given."))
    ] = None,
    title: Annotated[str | None, typer.Option(help=_("The title of the exam."))] = None,
    languages: Annotated[str, typer.Option(help=_("The languages of the instructions: en, ko, zh-Hans, with commas."))] = "en",
    as_json: AsJson = False,
) -> None:
    """Make a private pack of one task in FOLDER. It checks, builds and proves as it is, and is there to be edited."""
    with _reported(as_json=as_json):
        chosen = [language.strip() for language in languages.split(",") if language.strip()]
        written = new_pack(folder, exam_id=exam_id, title=title, languages=chosen)
        text = _("Made {folder} with {count} files. Next: guildmark-grader pack check {folder}; then read {readme}.").format(
            folder=folder, count=len(written), readme=folder / "README.md"
        )
        files = [path.relative_to(folder).as_posix() for path in written]
        _say({"pack": folder.resolve().name, "files": files}, text, as_json=as_json)


@app.command()
def check(
    pack: PackFolder,
    *,
    run: Annotated[bool, typer.Option("--run", help=_("Run every starter too, as a candidate gets it."))] = False,
    as_json: AsJson = False,
) -> None:
    """Report everything that is wrong with PACK, and try one build of every form."""
    with _reported(as_json=as_json):
        problems = pack_problems(pack, runs_starters=run)
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
    form: FormOption = None,
    variants: Annotated[int, typer.Option(min=1, help=_("How many variants to try."))] = 1,
    as_json: AsJson = False,
) -> None:
    """Train every reference of PACK, grade it in the box, and compare with what its author expects."""
    with _reported(as_json=as_json):
        read = read_pack(pack)
        forms = _chosen(read, form)
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


@app.command()
def calibrate(  # noqa: PLR0913 - one parameter an option
    pack: PackFolder,
    *,
    form: FormOption = None,
    variants: Annotated[int, typer.Option(min=1, help=_("How many variants of each form."))] = VARIANTS_NEEDED,
    seeds: Annotated[int, typer.Option(min=1, help=_("How many trainings of each reference on each variant."))] = 1,
    jobs: Annotated[int | None, typer.Option(min=1, help=_("How many trainings at once; as many as processors."))] = None,
    as_json: AsJson = False,
) -> None:
    """Train and grade the references on many variants, and write record and plot into PACK. Goes on where it was stopped."""
    with _reported(as_json=as_json):
        require_plots()
        read = read_pack(pack)
        plans = [plan(read, entry, variants=variants, seeds=seeds) for entry in _chosen(read, form)]
        total = sum(len(one.trials) for one in plans)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
            task = bar.add_task(_("Calibrating"), total=total)
            run_plans(
                read,
                plans,
                jobs=jobs,
                told=lambda result: bar.update(task, advance=1, description=_trial_text(result)),
            )
        records = [(one.form, read_record(read, one.form)) for one in plans]
        rows = [_calibrated(read, entry, record) for entry, record in records if record is not None]
        content = {"ready": all(not row["shortfalls"] for row in rows), "forms": rows}
        if as_json:
            typer.echo(json.dumps(content))
        else:
            _show_calibrations(rows)
    if not content["ready"]:
        raise typer.Exit(Refused.exit_code)


def _trial_text(result: Result) -> str:
    trial, score = result.trial, _("none") if result.report.score is None else result.report.score
    return f"{trial.form.task.id} {trial.variant} {trial.reference.solution}: {score}"


def _calibrated(pack: Pack, form: Form, record: CalibrationRecord) -> Mapping[str, object]:
    """Draw the plot of `record`, and sum it up."""
    plot_record(record, form.task, record_path(pack, form).with_suffix(".png"))
    return {
        "form": record.form,
        "variants": record.variants,
        "scores": {
            role.value: dict(sorted(Counter(str(one.score) for one in record.of(role)).items())) for role in _SCORED_ROLES
        },
        "full_share": float(record.full_share),
        "spread": round(float(record.spread), 2),
        "training_s": {role.value: median_training_s(record, role) for role in _SCORED_ROLES},
        "shortfalls": list(record_shortfalls(record)),
    }


def _show_calibrations(rows: list[Mapping[str, Any]]) -> None:
    """A table with a row a form, and below it what keeps a form from a live exam."""
    roles = (_(ROLE_TITLES[role]) for role in _SCORED_ROLES)
    headings = (_("variants"), *roles, _("spread"), _("full trains"))
    table = Table(
        Column(_("form"), no_wrap=True), *headings, title=_("Each score, and how often it was reached"), title_justify="left"
    )
    for row in rows:
        scores = [", ".join(f"{score}: {count}" for score, count in found.items()) for found in row["scores"].values()]
        seconds = _("{seconds} s").format(seconds=row["training_s"]["full"])
        table.add_row(row["form"], str(row["variants"]), *scores, f"{row['spread']:.2f}", seconds)
    Console().print(table)
    for row in rows:
        for shortfall in row["shortfalls"]:
            typer.echo(_("{form} is not ready for a live exam: {shortfall}.").format(form=row["form"], shortfall=shortfall))


def _chosen(pack: Pack, form: str | None) -> tuple[Form, ...]:
    forms = tuple(entry for entry in pack.forms if form in (None, entry.task.id))
    if not forms:
        known = ", ".join(entry.task.id for entry in pack.forms)
        raise UsageError(
            _("The pack has no form {forms}.").format(forms=form), next_step=_("Name one of: {known}").format(known=known)
        )
    return forms


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
        "training_s": round(proof.training_s, 1),
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
