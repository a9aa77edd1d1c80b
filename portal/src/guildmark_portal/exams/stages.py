"""The stages of exam versions (rule P2): what a step needs, and taking it.

    draft → proven    every form of a live exam has the author's calibration record, made of the form as it is
    → pilot           proven; and its answers are not known: a private pack, no variant that was given out for practice
    → live            the same; so many decided sittings of the pilot as the program settles; the rules of what is live beside
                      it in other languages. What was live in the same languages retires in the same transaction
    → retired         nothing: attempts that were opened stay, and go on; certificates too

What is missing may be overridden by an owner with a reason, which stays here and in the audit table; that two live versions
have different rules may not. Of two who step at once, the database lets one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guildmark.packs.calibration import shortfalls
from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage, may_step, steps_from
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import pilot_letters
from guildmark_portal.exams.changes import program_changed
from guildmark_portal.exams.going_live import Override, known_answers
from guildmark_portal.exams.models import Attempt, Entitlement, ExamStage, ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.refusals import StageMoved, StepMissing, StepRefused

Actor = AbstractBaseUser | str
LONGEST_REASON: Final = 500
"""Characters, as many as the row takes."""


@dataclass(frozen=True)
class Need:
    """Something that a step needs and does not have, in words. What is `fixed` nobody overrides."""

    text: str
    fixed: bool = False


def standing(version: ExamVersion) -> ExamStage:
    """The stage at which a version stands, with since when and why. Raises `ExamStage.DoesNotExist` for one without any."""
    return version.stages.get(left_at=None)


def stage_of(version: ExamVersion) -> Stage:
    """The stage at which a version stands; a draft where nothing was written."""
    found = version.stages.filter(left_at=None).first()
    return Stage.DRAFT if found is None else found.value


def was_live(version: ExamVersion) -> bool:
    """Whether a version is live, or was."""
    return version.stages.filter(stage=Stage.LIVE.value).exists()


def is_told(version: ExamVersion) -> bool:
    """Whether everybody may read of a version: one that never went live is known to those who make it and try it."""
    return was_live(version) or not version.stages.exists()


def steps(version: ExamVersion) -> tuple[Stage, ...]:
    """The stages that may follow on where the version stands."""
    return steps_from(stage_of(version), was_live=was_live(version))


def languages_of(version: ExamVersion) -> str:
    """The set of languages of a version, as the constraint compares it."""
    return ",".join(sorted(set(version.bank.exam.languages)))


def missing(version: ExamVersion, to: Stage) -> tuple[Need, ...]:
    """Everything that the step to `to` needs and does not have. A demonstration, a mock exam and a rehearsal prove nothing."""
    if to is Stage.RETIRED or (to is Stage.PROVEN and stage_of(version) is not Stage.DRAFT):
        return ()
    return (*_of_its_bank(version, to), *_of_its_program(version, to))


def _of_its_bank(version: ExamVersion, to: Stage) -> tuple[Need, ...]:
    if version.program.exam_kind is not ExamKind.LIVE:
        return ()
    known = known_answers(version.bank) if to in {Stage.PILOT, Stage.LIVE} else ()
    return tuple(map(Need, (*unproven(version), *known)))


def _of_its_program(version: ExamVersion, to: Stage) -> tuple[Need, ...]:
    return (*_too_few_sittings(version), *_other_rules(version)) if to is Stage.LIVE else ()


def unproven(version: ExamVersion) -> tuple[str, ...]:
    """What the proof of each form lacks: the record that the author's pack held for it."""
    return tuple(f"{form.task.id}: {lack}" for form in version.bank.forms for lack in shortfalls(form.calibration))


def pilot_sittings(version: ExamVersion) -> int:
    """How many attempts of its pilot are decided."""
    return Attempt.objects.filter(exam_version=version, is_pilot=True, decision__isnull=False).count()


def _too_few_sittings(version: ExamVersion) -> list[Need]:
    asked = 0 if was_live(version) else version.program.policy.pilot_sittings
    lack = asked - pilot_sittings(version) if asked else 0
    if lack <= 0:
        return []
    said = ngettext(
        "its pilot has %(count)s decided sitting too few of the %(asked)s that the program settles",
        "its pilot has %(count)s decided sittings too few of the %(asked)s that the program settles",
        lack,
    )
    return [Need(said % {"count": lack, "asked": asked})]


def _other_rules(version: ExamVersion) -> list[Need]:
    """What is live at once has one handbook, and so the same rules."""
    beside = live_stages(version.program).exclude(exam_version=version).exclude(languages=languages_of(version))
    mine = _rules(version)
    return [
        Need(
            _("version %(version)s, which is live in other languages, has other rules: retire it, or give both the same")
            % {"version": one.exam_version.version},
            fixed=True,
        )
        for one in beside
        if _rules(one.exam_version) != mine
    ]


def _rules(version: ExamVersion) -> object:
    exam = version.bank.exam
    weights = tuple(sorted(exam.weights.items()))
    times = (exam.duration_minutes, exam.grace_minutes, exam.validity_months)
    return weights, times, exam.pass_rule, exam.pass_mark, exam.counts, exam.feedback


def live_stages(program: Program) -> QuerySet[ExamStage]:
    """What is live of a program, the one that went live last on top."""
    live = ExamStage.objects.filter(exam_version__program=program, stage=Stage.LIVE.value, left_at=None)
    return live.select_related("exam_version__program").order_by("-entered_at", "-pk")


@dataclass(frozen=True)
class Why:
    """Who lets a version enter a stage, and why; what an owner `overrode`; the version for which it retires."""

    actor: Actor
    reason: str = ""
    overrode: tuple[str, ...] = ()
    successor: ExamVersion | None = None


def has_live(program: Program) -> bool:
    """Whether a version of the program is live."""
    return live_stages(program).exists()


@transaction.atomic
def register(version: ExamVersion, *, actor: Actor, now: datetime) -> ExamStage:
    """The draft that every version begins as."""
    return _entered(version, Stage.DRAFT, Why(actor), now=now)


@transaction.atomic
def step(  # noqa: PLR0913 - which version, where to, by whom, and why
    *,
    version: ExamVersion,
    to: Stage,
    actor: Actor,
    reason: str,
    now: datetime,
    override: Override | None = None,
    seen: Stage | None = None,
) -> ExamStage:
    """Let a version enter a stage, for a reason. `seen` is the stage that whoever asks believes it to stand at.

    Raises `StepRefused` for a step that there is not, `StepMissing` with everything that is missing and not overridden, and
    `StageMoved` where somebody else was quicker.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON or (override and len(override.reason) > LONGEST_REASON):
        raise StepRefused(_("A step has a reason."), next_step=_("Say in a sentence why: it stays in the history."))
    _locked(version)
    if seen is not None and seen is not stage_of(version):
        raise StageMoved
    return _step(version, to, Why(actor, reason.strip()), lack=missing(version, to), override=override, now=now)


@transaction.atomic
def advance(  # noqa: PLR0913 - as above
    *,
    version: ExamVersion,
    way: Iterable[Stage],
    actor: Actor,
    now: datetime,
    lacks: Iterable[str],
    override: Override | None = None,
) -> ExamVersion:
    """Let a version take several steps at once, as publishing does, which has looked at its bank and found what it `lacks`."""
    _locked(version)
    found = tuple(map(Need, lacks))
    for to in way:
        _step(version, to, Why(actor), lack=(*found, *_of_its_program(version, to)), override=override, now=now)
    return version


def _locked(version: ExamVersion) -> None:
    """Nobody else takes a step in its program before this transaction ends."""
    version.program = Program.objects.select_for_update().get(pk=version.program_id)


def _step(  # noqa: PLR0913 - as above
    version: ExamVersion, to: Stage, why: Why, *, lack: tuple[Need, ...], override: Override | None, now: datetime
) -> ExamStage:
    before = stage_of(version)
    if not may_step(before, to, was_live=was_live(version)):
        raise StepRefused(
            _("A version that is %(stage)s cannot become %(to)s.") % {"stage": name_of(before), "to": name_of(to)},
            next_step=_next_of(version),
        )
    refused = [need.text for need in lack if need.fixed or override is None]
    if refused:
        said = {"version": version.version, "to": name_of(to), "missing": "; ".join(refused)}
        raise StepMissing(_("Version %(version)s cannot become %(to)s: %(missing)s.") % said)
    if lack and override is not None:
        why = Why(override.owner, override.reason, tuple(need.text for need in lack))
    if to is Stage.LIVE:
        _take_the_place(version, actor=why.actor, now=now)
    entered = _entered(version, to, why, now=now)
    if to is Stage.PILOT:
        pilot_letters.tell_all(version)
    if to in {Stage.LIVE, Stage.RETIRED}:
        _forget_unused(version)
    if Stage.LIVE in {to, before}:
        _tell(version, went_live=to is Stage.LIVE, now=now)
    return entered


def _forget_unused(version: ExamVersion) -> None:
    """The addresses of those who never sat its pilot: nobody can any more."""
    for invitation in PilotInvitation.objects.filter(exam_version=version):
        if not Entitlement.objects.filter(once=invitation.once).exists():
            invitation.delete()


def _take_the_place(version: ExamVersion, *, actor: Actor, now: datetime) -> None:
    """Retire what is live in the same languages."""
    for one in live_stages(version.program).filter(languages=languages_of(version)).exclude(exam_version=version):
        _entered(one.exam_version, Stage.RETIRED, Why(actor, successor=version), now=now)


def _entered(version: ExamVersion, stage: Stage, why: Why, *, now: datetime) -> ExamStage:
    before = version.stages.filter(left_at=None).first()
    if before is not None:
        now = max(now, before.entered_at)
        if not ExamStage.objects.filter(pk=before.pk, left_at=None).update(left_at=now):
            raise StageMoved
    try:
        with transaction.atomic():
            row = ExamStage.objects.create(
                exam_version=version,
                program_id=version.program_id,
                languages=languages_of(version),
                stage=stage.value,
                entered_at=now,
                actor=audit.name_of(why.actor),
                reason=why.reason,
                overridden=list(why.overrode),
                successor=why.successor,
            )
    except IntegrityError as error:  # another process was quicker
        raise StageMoved from error
    detail = {"from": None if before is None else before.stage, "to": stage.value, "overridden": list(why.overrode)}
    audit.record(actor=why.actor, action="exam.stage", subject=version, detail=detail)
    return row


def _tell(version: ExamVersion, *, went_live: bool, now: datetime) -> None:
    """What the program is called follows the version that is live; handbooks are written afresh."""
    program = version.program
    if went_live:
        exam = version.bank.exam
        program.title, program.level, program.framework = exam.title["en"], exam.level, exam.framework
        program.save(update_fields=["title", "level", "framework"])
    if not program.is_rehearsal:  # it has no handbook
        program_changed.send(sender=Program, program=program, now=now)


def _next_of(version: ExamVersion) -> str:
    following = ", ".join(name_of(stage) for stage in steps(version))
    if not following:
        return _("Publish a bank as a new version.")
    return _("From there it can become: %(stages)s.") % {"stages": following}


def name_of(stage: Stage) -> str:
    """The stage in a word."""
    return {
        Stage.DRAFT: _("draft"),
        Stage.PROVEN: _("proven"),
        Stage.PILOT: _("pilot"),
        Stage.LIVE: _("live"),
        Stage.RETIRED: _("retired"),
    }[stage]
