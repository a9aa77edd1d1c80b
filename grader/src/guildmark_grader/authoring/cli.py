"""`guildmark-grader pack …`: the author's commands. People read tables, programs ask for `--json`."""

import json
import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guildmark.errors import PackUnreadable, Refused, UsageError
from guildmark.i18n import _, plural
from guildmark.packs.calibration import VARIANTS_NEEDED, CalibrationRecord, record_shortfalls
from guildmark.packs.model import Role
from guildmark.packs.reader import Form, Pack, load_manifest, read_pack
from guildmark_grader import catalogue  # noqa: F401 - before the first sentence is said
from guildmark_grader.authoring.bench import Result
from guildmark_grader.authoring.build import MANIFEST, bank_digest, build_bank
from guildmark_grader.authoring.calibrate import calibrate as run_plans
from guildmark_grader.authoring.calibrate import median_training_s, plan
from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.new import new_pack
from guildmark_grader.authoring.plots import plot_record, require_plots
from guildmark_grader.authoring.prove import Proof, place_of, proofs, trials_of
from guildmark_grader.authoring.readiness import readiness_notes
from guildmark_grader.authoring.records import read_record, record_path
from guildmark_grader.authoring.reporting import reported, say
from guildmark_grader.authoring.tables import ProofLines, show_calibrations

app = typer.Typer(help=_("Make exam packs: check them, build banks of variants, prove them."), no_args_is_help=True)

SECRET_BYTES = 32
_SCORED_ROLES = (Role.FULL, Role.PARTIAL, Role.BASELINE)

PackFolder = Annotated[Path, typer.Argument(help=_("The folder of the pack."), metavar="PACK")]
FormOption = Annotated[str | None, typer.Option(help=_("One form alone, by its id."), metavar="FORM")]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


@app.command(
    help=_("Make a private pack of one task in FOLDER. It checks, builds and proves as it is, and is there to be edited.")
)
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
    with reported(as_json=as_json):
        chosen = [language.strip() for language in languages.split(",") if language.strip()]
        written = new_pack(folder, exam_id=exam_id, title=title, languages=chosen)
        text = _("Made {folder} with {count} files. Next: guildmark-grader pack check {folder}; then read {readme}.").format(
            folder=folder, count=len(written), readme=folder / "README.md"
        )
        files = [path.relative_to(folder).as_posix() for path in written]
        say({"pack": folder.resolve().name, "files": files}, text, as_json=as_json)


@app.command(help=_("Report everything that is wrong with PACK, and try one build of every form."))
def check(
    pack: PackFolder,
    *,
    run: Annotated[bool, typer.Option("--run", help=_("Run every starter too, as a candidate gets it."))] = False,
    as_json: AsJson = False,
) -> None:
    """Report everything that is wrong with PACK, and try one build of every form."""
    with reported(as_json=as_json):
        problems = pack_problems(pack, runs_starters=run)
        if problems:
            message = plural("{count} problem found.", "{count} problems found.", len(problems)).format(count=len(problems))
            raise PackUnreadable(message, next_step=_("Mend them and run the same command again."), problems=problems)
        notes = readiness_notes(read_pack(pack))
        content = {"pack": pack.resolve().name, "problems": [], "notes": notes}
        say(content, _("No problem found; every form builds."), as_json=as_json, notes=notes)


@app.command(help=_("Build a bank of variants from PACK, ahead of the exam."))
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
    with reported(as_json=as_json):
        key = _secret(secret)
        read = read_pack(pack)
        total = len(read.forms) * variants
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True, disable=as_json or not console.is_terminal) as bar:
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
        notes = readiness_notes(read)
        forms = {entry.task.id: len(entry.variants) for entry in manifest.forms}
        content = {
            "bank": str(out),
            "digest": digest,
            "exam": manifest.exam.id,
            "version": manifest.exam.version,
            "forms": forms,
            "notes": notes,
        }
        built = plural(
            "Built {count} variant of {exam} {version} in {out}", "Built {count} variants of {exam} {version} in {out}", total
        )
        text = built.format(count=total, exam=manifest.exam.id, version=manifest.exam.version, out=out)
        text += "\n" + _("Digest: {digest}").format(digest=digest)
        say(content, text, as_json=as_json, notes=notes)


@app.command(help=_("Train every reference of PACK, grade it in the box, and compare with what its author expects."))
def prove(
    pack: PackFolder,
    *,
    form: FormOption = None,
    variants: Annotated[int, typer.Option(min=1, help=_("How many variants to try."))] = 1,
    as_json: AsJson = False,
) -> None:
    """Train every reference of PACK, grade it in the box, and compare with what its author expects."""
    with reported(as_json=as_json):
        read = read_pack(pack)
        forms = _chosen(read, form)
        trials = trials_of(forms, variants=variants)
        lines = None if as_json else ProofLines(trials)
        found = []
        for proof in proofs(read, forms, secret=secrets.token_bytes(SECRET_BYTES), variants=variants):
            found.append(proof)
            if lines is not None:
                lines.add(proof)
        held = all(proof.holds for proof in found)
        if lines is not None:
            lines.end()
        else:
            order = [place_of(trial) for trial in trials]
            found.sort(key=lambda proof: order.index(proof.place))
            typer.echo(json.dumps({"holds": held, "proofs": [_proof_row(proof) for proof in found]}))
    if not held:
        raise typer.Exit(Refused.exit_code)


@app.command(
    help=_(
        "Train and grade the references on many variants, and write record and plot into PACK. Goes on where it was stopped."
    )
)
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
    kept = total = 0

    def stopped() -> str:
        text = plural(
            "Stopped; {kept} of {count} training is kept. Run the same command again to go on.",
            "Stopped; {kept} of {count} trainings are kept. Run the same command again to go on.",
            total,
        )
        return text.format(kept=kept, count=total)

    with reported(as_json=as_json, stopped=stopped):
        require_plots()
        read = read_pack(pack)
        plans = [plan(read, entry, variants=variants, seeds=seeds) for entry in _chosen(read, form)]
        total = sum(one.total for one in plans)
        kept = total - sum(len(one.trials) for one in plans)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=as_json or not console.is_terminal) as bar:
            task = bar.add_task(_("Calibrating"), total=total, completed=kept)

            def told(result: Result) -> None:
                nonlocal kept
                kept += 1
                bar.update(task, completed=kept, description=_trial_text(result))

            run_plans(read, plans, jobs=jobs, told=told)
        records = [(one.form, read_record(read, one.form)) for one in plans]
        rows = [_calibrated(read, entry, record) for entry, record in records if record is not None]
        content = {"ready": all(not row["shortfalls"] for row in rows), "forms": rows}
        if as_json:
            typer.echo(json.dumps(content))
        else:
            show_calibrations(rows, _SCORED_ROLES)
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
