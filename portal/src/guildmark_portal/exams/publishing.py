"""Publishing a bank: everything is checked before anything is registered.

Public archives go to the portal's blobs; the manifest and the hidden archives go to `banks/DIGEST`, which only the grading
service opens: the portal copies hidden archives by name and digest and never looks inside.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from guildmark.errors import BundleDamaged, PackUnreadable
from guildmark.packs.bank import BankManifest, Blob, VariantEntry
from guildmark.packs.bundle import iter_zip
from guildmark.packs.names import is_hidden_name
from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage, way_to_live, way_to_pilot
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import policies, stages, storage
from guildmark_portal.exams.going_live import Override, unready_for_live, variants_in_use
from guildmark_portal.exams.models import ExamVersion, Program
from guildmark_portal.exams.refusals import PublishRefused

_WAYS: Final[Mapping[Stage, Callable[[Stage], tuple[Stage, ...]]]] = {
    Stage.DRAFT: lambda _stage: (),
    Stage.PILOT: way_to_pilot,
    Stage.LIVE: way_to_live,
}
_NEEDED = ("instructions.en.md", "starter.py", "task.json")


def publish(bank: Path, kind: ExamKind, actor: str, *, override: Override | None = None, to: Stage = Stage.LIVE) -> ExamVersion:
    """Register the bank in folder `bank` as a version, and let it go as far as `to`: a draft, a pilot, or live at once.

    A bank that is there already, and as far or retired, is answered as it is. An exam that is not ready for a live program
    needs an owner's `override`, which is written into the audit table. Raises `PackUnreadable` with every problem of the
    folder, `PublishRefused` for what may not be published, and `StepMissing` for a stage that needs more.
    """
    content = _read(bank / "bank.json")
    manifest = _parse(content)
    overridden = () if to is Stage.DRAFT else _refuse_unready(manifest, kind, override)
    _refuse_to_give_away(manifest, kind)
    problems = [*_missing_forms(manifest), *_damaged(bank, manifest)]
    if problems:
        raise PackUnreadable(_("The bank cannot be used: ") + "; ".join(problems) + ".", next_step=_rebuild())
    digest = sha256(content).hexdigest()
    for variant in _variants(manifest):
        _copy_public(bank, variant)
    _copy_hidden(bank, manifest, content, digest)
    with transaction.atomic():
        version = _register(manifest, content, digest, kind=kind, actor=actor)
        way = _WAYS[to](stages.stage_of(version))
        stages.advance(version=version, way=way, actor=actor, now=clock.now(), lacks=overridden, override=override)
        if way and overridden and override is not None:
            detail = {"bank": digest, "reason": override.reason, "missing": list(overridden)}
            audit.record(actor=override.owner, action="exam.readiness_overridden", subject=version, detail=detail)
    return version


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PackUnreadable(
            _("%(path)s cannot be read: this folder is not a bank.") % {"path": path}, next_step=_rebuild()
        ) from error


def _parse(content: bytes) -> BankManifest:
    try:
        return BankManifest.model_validate_json(content)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        raise PackUnreadable(_("bank.json is not a manifest: ") + found, next_step=_rebuild()) from error


def _rebuild() -> str:
    return _("Build the bank again: guildmark-grader pack build PACK --out BANK --variants N")


def _refuse_unready(manifest: BankManifest, kind: ExamKind, override: Override | None) -> tuple[str, ...]:
    """What is missing for a live exam, where an owner overrides it. Raises `PublishRefused` where nobody does."""
    missing = unready_for_live(manifest) if kind is ExamKind.LIVE else ()
    if missing and override is None:
        raise PublishRefused(
            _("This exam cannot go live: %(missing)s.") % {"missing": "; ".join(missing)},
            next_step=_(
                "Calibrate a private pack (guildmark-grader pack calibrate PACK) and build a bank for the live exam alone, "
                "with a secret of its own; or publish with --kind demo or --kind mock. An owner may override it: "
                "--owner EMAIL --override REASON."
            ),
        )
    return missing


def _refuse_to_give_away(manifest: BankManifest, kind: ExamKind) -> None:
    """Practice hands out what candidates of a live exam must not have seen. Raises `PublishRefused`; nobody overrides it."""
    if kind is not ExamKind.LIVE and (live := variants_in_use(manifest, [ExamKind.LIVE])):
        raise PublishRefused(
            _("%(count)s of these variants belong to a live exam, and practice would give them away.") % {"count": live},
            next_step=_("Build another bank for practice, with another secret: guildmark-grader pack build PACK --out BANK"),
        )


def _variants(manifest: BankManifest) -> Iterator[VariantEntry]:
    for form in manifest.forms:
        yield from form.variants


def _missing_forms(manifest: BankManifest) -> Iterator[str]:
    for category in manifest.exam.categories:
        if not manifest.forms_of(category.id):
            yield _("%(category)s has no form") % {"category": category.id}
    known = {category.id for category in manifest.exam.categories}
    for form in manifest.forms:
        if form.category not in known:
            yield _("form %(form)s belongs to no category") % {"form": form.task.id}
        if not form.variants:
            yield _("form %(form)s has no variant") % {"form": form.task.id}


def _damaged(bank: Path, manifest: BankManifest) -> Iterator[str]:
    """What is wrong with the archives; a bank has hundreds, and all of their digests are checked."""
    for variant in _variants(manifest):
        for folder, blob in (("public", variant.public), ("hidden", variant.hidden)):
            problem = _problem_of(bank / folder / f"{blob.sha256}.zip", blob)
            if problem:
                yield problem
            elif folder == "public":
                yield from _unfit(bank / folder / f"{blob.sha256}.zip")


def _problem_of(path: Path, blob: Blob) -> str | None:
    if not path.is_file():
        return _("%(path)s is missing") % {"path": path}
    if path.stat().st_size != blob.size or storage.digest(path) != blob.sha256:
        return _("%(path)s is not what bank.json says") % {"path": path}
    return None


def _unfit(path: Path) -> Iterator[str]:
    try:
        names = {str(name) for name, _content in iter_zip(path.read_bytes())}
    except BundleDamaged:
        yield _("%(path)s is not an archive that can be unpacked") % {"path": path}
        return
    yield from (_("%(path)s has no %(name)s") % {"path": path, "name": name} for name in _NEEDED if name not in names)
    found = sorted(filter(is_hidden_name, names))
    yield from (_("%(path)s holds %(name)s") % {"path": path, "name": name} for name in found)


def _copy_public(bank: Path, variant: VariantEntry) -> None:
    target = storage.public_archive(variant.public.sha256)
    if not target.exists():
        storage.copy(bank / "public" / target.name, target)


def _copy_hidden(bank: Path, manifest: BankManifest, content: bytes, digest: str) -> None:
    """Put the grading service's part in place, whole or not at all."""
    target = storage.bank(digest)
    if target.exists():
        return
    storage.make_private_folder(settings.BANKS_DIR)
    staging = Path(tempfile.mkdtemp(dir=settings.BANKS_DIR, prefix=".publishing-"))
    try:
        for variant in _variants(manifest):
            name = f"{variant.hidden.sha256}.zip"
            storage.copy(bank / "hidden" / name, staging / "hidden" / name)
        storage.write(staging / "bank.json", content)
        staging.rename(target)
        storage.sync_folder(target.parent)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _register(manifest: BankManifest, content: bytes, digest: str, *, kind: ExamKind, actor: str) -> ExamVersion:
    now = clock.now()
    program = _program(manifest, kind, actor=actor, now=now)
    published = program.versions.filter(bank_sha256=digest).first()
    if published is not None:
        return published
    _refuse_changed_rules(program, manifest)
    version = ExamVersion.objects.create(
        program=program,
        version=manifest.exam.version,
        bank_sha256=digest,
        manifest=content.decode(),
        published_at=now,
        published_by=actor,
    )
    audit.record(actor=actor, action="exam.published", subject=version, detail={"bank": digest, "kind": kind.value})
    stages.register(version, actor=actor, now=now)
    return version


def _program(manifest: BankManifest, kind: ExamKind, *, actor: str, now: datetime) -> Program:
    """The program of that exam and kind; what it is called follows the version that goes live (`stages`)."""
    exam = manifest.exam
    facts = {"title": exam.title["en"], "level": exam.level, "framework": exam.framework}
    program, is_new = Program.objects.get_or_create(
        slug=program_slug(exam.id, kind),
        defaults={**facts, "kind": kind.value, "is_open": kind is not ExamKind.REHEARSAL, "created_at": now},
    )
    if is_new:
        policies.in_force(program, now=now, actor=actor)
    return program


def program_slug(exam_id: str, kind: ExamKind) -> str:
    """The program's name in addresses: the exam's id; others carry their kind, `practitioner-demo`."""
    return exam_id if kind is ExamKind.LIVE else f"{exam_id}-{kind.value}"


def _refuse_changed_rules(program: Program, manifest: BankManifest) -> None:
    """A version means the same rules for everybody: more variants may follow under it, other rules may not."""
    rules = [(form.category, form.task) for form in manifest.forms]
    for published in program.versions.filter(version=manifest.exam.version):
        before = published.bank
        if before.exam != manifest.exam or [(form.category, form.task) for form in before.forms] != rules:
            raise PublishRefused(
                _("Version %(version)s is published already, with other rules or tasks.") % {"version": manifest.exam.version},
                next_step=_("Raise the version in exam.toml, build the bank again, and publish it."),
            )
