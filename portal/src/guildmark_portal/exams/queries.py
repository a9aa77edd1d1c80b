"""Named reads of exams and attempts. Nothing here writes, and no answer depends on a job having run."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from guildmark.packs.model import text_in
from guildmark.protocol import AttemptSummary, CategoryHeading, ExamKind, ProgramView
from guildmark.rules.attempt import Phase, deadline_at, phase
from guildmark.rules.exam_stage import Stage
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Credit, ExamStage, ExamVersion, Program, Submission, Upload
from guildmark_portal.exams.readiness import readiness
from guildmark_portal.exams.results import result_of
from guildmark_portal.exams.stages import live_stages

__all__ = [
    "announced",
    "attempt_of",
    "attempt_under_way",
    "attempt_with",
    "attempts_of",
    "current_version",
    "every_attempt",
    "explained_version",
    "known_version",
    "offered",
    "open_programs",
    "own_attempt",
    "program_view",
    "readiness",
    "submission_of",
    "timeline",
    "upload_of",
    "was_offered",
]


def current_version(program: Program, *, language: str = "") -> ExamVersion:
    """The version that a new attempt gets: the live one, in that language if there is one.

    Raises `ExamVersion.DoesNotExist` where none is live.
    """
    live = [one.exam_version for one in live_stages(program)]
    if not live:
        raise ExamVersion.DoesNotExist
    return next((version for version in live if language in version.bank.exam.languages), live[0])


def known_version(program: Program) -> ExamVersion | None:
    """The live version; without one, the version of which candidates knew last, else the newest. For the names of things."""
    try:
        return current_version(program)
    except ExamVersion.DoesNotExist:
        return _offered_before(program).first() or program.versions.first()


def explained_version(program: Program) -> ExamVersion:
    """The version of which handbook and guide speak: the live one, else the last that was.

    Raises `ExamVersion.DoesNotExist` where none ever was.
    """
    try:
        return current_version(program)
    except ExamVersion.DoesNotExist:
        version = _offered_before(program).first()
        if version is None:
            raise
        return version


def was_offered(program: Program) -> bool:
    """Whether a version of the program is live, or ever was."""
    return _offered_before(program).exists()


def _offered_before(program: Program) -> QuerySet[ExamVersion]:
    return program.versions.filter(stages__stage=Stage.LIVE.value).order_by("-stages__entered_at", "-stages__pk")


def announced() -> list[Program]:
    """The open programs of which anybody may know: those of which nothing but drafts and pilots is there are left out."""
    stands = ExamStage.objects.filter(exam_version__program=OuterRef("pk"), left_at=None)
    hidden = Exists(stands) & ~Exists(stands.filter(stage=Stage.LIVE.value))
    return list(Program.objects.filter(is_open=True).exclude(hidden))


def offered() -> list[Program]:
    """The programs that take new attempts and have a live version, from the first level to the last."""
    live = Program.objects.filter(is_open=True, versions__stages__stage=Stage.LIVE.value, versions__stages__left_at=None)
    return sorted(live.distinct(), key=lambda program: (program.policy.level_number, program.slug))


def open_programs() -> tuple[ProgramView, ...]:
    """The programs that take new attempts, each with the version that is offered."""
    return tuple(program_view(current_version(program, language=current())) for program in offered())


def program_view(version: ExamVersion) -> ProgramView:
    """What is published of a version."""
    program, exam, language = version.program, version.bank.exam, current()
    return ProgramView(
        slug=program.slug,
        title=text_in(exam.title, language),
        level=exam.level,
        framework=exam.framework,
        kind=program.exam_kind,
        exam_version=version.version,
        duration_s=exam.duration_minutes * 60,
        categories=tuple(
            CategoryHeading(id=c.id, number=c.number, title=text_in(c.title, language), weight=c.weight)
            for c in exam.categories
        ),
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        requirements=version.bank.requirements,
    )


def _attempts() -> QuerySet[Attempt]:
    return Attempt.objects.select_related(
        "program", "policy_version__program", "exam_version", "user", "entitlement", "decision"
    ).prefetch_related(
        Prefetch("credits", queryset=Credit.objects.select_related("outage")),
        "decision__revisions",
        "pins",
        Prefetch("uploads", queryset=Upload.objects.filter(completed_at=None, abandoned_at=None), to_attr="open_uploads"),
        Prefetch("submissions", queryset=Submission.objects.prefetch_related("reports", "rulings")),
    )


def attempt_of(*, user: User, attempt_id: UUID | str) -> Attempt:
    """The attempt `attempt_id` of `user`. Raises `Attempt.DoesNotExist` for a stranger's, an unknown or a malformed id."""
    return _attempts().get(pk=_uuid(attempt_id, Attempt.DoesNotExist), user=user)


def own_attempt(*, user: User, attempt_id: UUID | str) -> Attempt:
    """Like `attempt_of`, the row alone: for who reads it anew anyway, under a lock."""
    return Attempt.objects.select_related("user").get(pk=_uuid(attempt_id, Attempt.DoesNotExist), user=user)


def attempt_with(attempt_id: UUID) -> Attempt:
    """The attempt `attempt_id`, read afresh, whoever's it is."""
    return _attempts().get(pk=attempt_id)


def every_attempt(*, user: User, program: Program) -> QuerySet[Attempt]:
    """All attempts of `user` at the program, decided or not."""
    return _attempts().filter(user=user, program=program)


def upload_of(*, user: User, upload_id: UUID | str) -> Upload:
    """The upload `upload_id` of `user`. Raises `Upload.DoesNotExist` for a stranger's."""
    identifier = _uuid(upload_id, Upload.DoesNotExist)
    return Upload.objects.select_related("attempt").get(pk=identifier, attempt__user=user)


def submission_of(*, user: User, submission_id: UUID | str) -> Submission:
    """The submission `submission_id` of `user`. Raises `Submission.DoesNotExist` for a stranger's."""
    identifier = _uuid(submission_id, Submission.DoesNotExist)
    return Submission.objects.select_related("attempt").get(pk=identifier, attempt__user=user)


def _uuid(value: UUID | str, missing: type[Exception]) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value)
    except ValueError:
        raise missing from None


def attempts_of(*, user: User, now: datetime) -> tuple[AttemptSummary, ...]:
    """The attempts of `user`, the newest first, without those of rehearsals."""
    real = _attempts().filter(user=user).exclude(program__kind=ExamKind.REHEARSAL.value)
    return tuple(_summary(attempt, now=now) for attempt in real)


def _summary(attempt: Attempt, *, now: datetime) -> AttemptSummary:
    facts = timeline(attempt)
    stands = phase(facts, now=now)
    return AttemptSummary(
        id=str(attempt.pk),
        program=attempt.program.slug,
        exam_title=text_in(attempt.exam_version.bank.exam.title, current()),
        exam_version=attempt.exam_version.version,
        kind=attempt.program.exam_kind,
        phase=stands,
        deadline=deadline_at(facts, now=now),
        passed=result_of(attempt).passed if stands is Phase.DECIDED else None,
        ended_at=facts.closes_at if stands.is_over else None,
        begin_until=attempt.entitlement.valid_until if attempt.started_at is None else None,
    )


def attempt_under_way(*, user: User, program: Program, now: datetime) -> Attempt | None:
    """The attempt of `user` at `program` that is not decided at `now`."""
    attempt = _attempts().filter(user=user, program=program, ended_at=None).first()
    return None if attempt is None or phase(timeline(attempt), now=now) is Phase.DECIDED else attempt
