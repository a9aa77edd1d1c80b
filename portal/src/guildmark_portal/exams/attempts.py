"""The course of an attempt: opened, prepared, finished (`beginning`: begun). Each is one transaction with an audit entry."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.errors import AttemptClosed, NotStarted
from guildmark.protocol import BundleOffer
from guildmark.rules.attempt import ExamClock, accepts_uploads, phase
from guildmark.rules.credential import stated_level
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import bundles, queries, storage
from guildmark_portal.exams.admitting import entitlement_for, renewed
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.conditions import require_to_open
from guildmark_portal.exams.entitling import claim
from guildmark_portal.exams.facts import exam_clock, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, ExamVersion, Program, Upload
from guildmark_portal.exams.pilots import invitation_of, right_of
from guildmark_portal.exams.policies import in_force
from guildmark_portal.exams.readiness import readiness, warnings
from guildmark_portal.exams.refusals import NotReady, ProgramNotOpen
from guildmark_portal.exams.registering import require_steps
from guildmark_portal.exams.retakes import require_wait_over
from guildmark_portal.identity.provided import level_reached
from guildmark_portal.jobs import services as jobs

DECIDE = "decide"
_AFTER_LAST_BYTE = timedelta(seconds=1)


@transaction.atomic
def open_attempt(*, user: User, program: str, now: datetime) -> Attempt:
    """Register `user` for the program with the slug `program`; with an attempt under way, that one is answered.

    If that one has not begun and its entitlement is over, it gets another one (`admitting`). The attempt keeps the version
    that is live now, whatever goes live later, and what the program settles now. Who is invited to a pilot gets that.

    Raises `Program.DoesNotExist` for an unknown program, `Refused` where no new attempt may be opened.
    """
    chosen = Program.objects.select_for_update().get(slug=program)
    standing = queries.attempt_under_way(user=user, program=chosen, now=now)
    if standing is not None:
        return queries.attempt_with(standing.pk) if renewed(standing, now=now) else standing
    invitation = invitation_of(user=user, program=chosen)
    version = _version(chosen) if invitation is None else invitation.exam_version
    settled = in_force(chosen, now=now)
    if invitation is None or settled.policy.pilot_certifies:
        require_wait_over(user=user, program=chosen, now=now)
    claim(user=user, now=now)  # what was granted to them before the close of registration counts
    require_to_open(user=user, program=chosen, now=now)
    require_steps(user=user, program=chosen, now=now)
    for decided in Attempt.objects.filter(user=user, program=chosen, ended_at=None):
        end(decided, at=timeline(decided).closes_at or now)
    if invitation is None:
        right = entitlement_for(user=user, program=chosen, now=now)
    else:
        right = right_of(invitation, user=user, now=now)
    attempt = Attempt.objects.create(
        user=user,
        program=chosen,
        exam_version=version,
        entitlement=right,
        policy_version=settled,
        is_pilot=invitation is not None,
        identity_check=stated_level(asked=settled.policy.identity_check, reached=level_reached(user)).value,
        opened_at=now,
    )
    _record(
        attempt,
        "attempt.opened",
        program=chosen.slug,
        version=version.version,
        policy=settled.number,
        **({} if invitation is None else {"pilot": True}),
    )
    return queries.attempt_with(attempt.pk)


def _version(program: Program) -> ExamVersion:
    """The live version, in the candidate's language where there is one. Raises `ProgramNotOpen`."""
    if not (program.is_open or program.is_rehearsal):
        raise ProgramNotOpen
    try:
        return queries.current_version(program, language=current())
    except ExamVersion.DoesNotExist:
        raise ProgramNotOpen from None


def end(attempt: Attempt, *, at: datetime) -> None:
    """Write down when a decided attempt ended, once; the caller knows that it is decided."""
    Attempt.objects.filter(pk=attempt.pk, ended_at=None).update(ended_at=at)


def prepare(*, attempt: Attempt, now: datetime) -> BundleOffer:
    """Make the encrypted bundle, or offer the one that is there, whole. Nothing can be read from it before `begin`."""
    _refuse_closed(attempt, now=now)
    if not _is_whole(attempt):
        attempt = _make_bundle(attempt, now=now)
    return BundleOffer(
        url=f"/api/v1/attempts/{attempt.pk}/bundle",
        sha256=attempt.bundle_sha256,
        size=attempt.bundle_size or 0,
        requirements=attempt.exam_version.bank.requirements,
    )


def _is_whole(attempt: Attempt) -> bool:
    path = storage.bundle(attempt.pk, attempt.bundle_sha256)
    return bool(attempt.bundle_sha256) and path.exists() and storage.digest(path) == attempt.bundle_sha256


def _make_bundle(attempt: Attempt, *, now: datetime) -> Attempt:
    content = bundles.sealed(attempt)
    digest = hashlib.sha256(content).hexdigest()
    storage.write(storage.bundle(attempt.pk, digest), content)
    with transaction.atomic():
        # Of two that prepare at once, the first to write wins; the other offers the winner's file.
        won = Attempt.objects.filter(pk=attempt.pk, bundle_sha256=attempt.bundle_sha256).update(
            bundle_sha256=digest, bundle_size=len(content), prepared_at=attempt.prepared_at or now
        )
        if won:
            _record(attempt, "attempt.prepared", bundle_sha256=digest, bundle_size=len(content))
            announce(attempt.pk)
    if not won:
        storage.bundle(attempt.pk, digest).unlink(missing_ok=True)
    return queries.attempt_with(attempt.pk)


@transaction.atomic
def finish(*, attempt: Attempt, confirm: bool, now: datetime) -> Attempt:
    """End the attempt before its time. Raises `NotReady` with warnings and without `confirm`; open uploads are abandoned."""
    fresh = locked(attempt)
    require_running(fresh, now=now)
    listed = warnings(readiness(fresh, now=now))
    if listed and not confirm:
        raise NotReady(_("Before you finish: ") + " ".join(listed))
    if not Attempt.objects.filter(pk=fresh.pk, finished_at=None).update(finished_at=now):
        raise AttemptClosed
    abandoned = abandon_open(fresh, now=now)
    _record(fresh, "attempt.finished", warnings=list(listed), abandoned=abandoned)
    enqueue_decision(fresh, run_at=now)
    announce(fresh.pk)
    return queries.attempt_with(fresh.pk)


def workspace_zip(attempt: Attempt) -> bytes:
    """The plain zip archive of the workspace, for a browser. Raises `NotStarted` before the clock runs."""
    if attempt.started_at is None:
        raise NotStarted
    return bundles.plain(attempt)


def locked(attempt: Attempt) -> Attempt:
    """The attempt as it is now, which nobody else changes before this transaction ends."""
    Attempt.objects.select_for_update().get(pk=attempt.pk)
    return queries.attempt_with(attempt.pk)


def locked_row(attempt: Attempt) -> Attempt:
    """Like `locked`, the row alone: enough for what hangs on the time, and read in one query."""
    return Attempt.objects.select_for_update(of=("self",)).select_related("program", "exam_version", "user").get(pk=attempt.pk)


def require_running(attempt: Attempt, *, now: datetime) -> ExamClock:
    """The clock of an attempt that takes uploads at `now`. Raises `NotStarted` or `AttemptClosed` otherwise."""
    facts = exam_clock(attempt)
    if facts.started_at is None:
        raise NotStarted
    if attempt.ended_at is not None or not accepts_uploads(facts, now=now):
        raise AttemptClosed
    return facts


def abandon_open(attempt: Attempt, *, now: datetime, category: str | None = None) -> list[str]:
    """Abandon the open uploads, all or those of one category; their ids. Their bytes are removed after the commit."""
    open_ones = Upload.objects.filter(attempt=attempt, completed_at=None, abandoned_at=None)
    chosen = list(open_ones if category is None else open_ones.filter(category=category))
    Upload.objects.filter(pk__in=[upload.pk for upload in chosen], completed_at=None).update(abandoned_at=now)
    for upload in chosen:
        part = storage.part(upload.pk)
        transaction.on_commit(lambda part=part: part.unlink(missing_ok=True))  # type: ignore[misc]
    return [str(upload.pk) for upload in chosen]


def enqueue_when_due(attempt: Attempt) -> datetime | None:
    """Have the attempt decided at its deadline, and once no more bytes can come. The deadline; None before the start."""
    facts = exam_clock(attempt)
    if facts.deadline is None or facts.last_byte_at is None:
        return None
    for due in (facts.deadline, facts.last_byte_at + _AFTER_LAST_BYTE):
        enqueue_decision(attempt, run_at=due)
    return facts.deadline


def enqueue_decision(attempt: Attempt, *, run_at: datetime) -> None:
    """Have the attempt decided at `run_at`, or found undecidable yet; asking twice for one instant asks once."""
    key = f"{attempt.pk}:{run_at.isoformat()}"
    jobs.enqueue(kind=DECIDE, key=key, payload={"attempt": str(attempt.pk)}, run_at=run_at)


def _refuse_closed(attempt: Attempt, *, now: datetime) -> None:
    if phase(timeline(attempt), now=now).is_over:
        raise AttemptClosed


def _record(attempt: Attempt, action: str, **detail: object) -> None:
    audit.record(actor=attempt.user, action=action, subject=attempt, detail=detail)
