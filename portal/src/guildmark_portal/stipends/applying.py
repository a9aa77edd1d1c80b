"""Applying for a stipend, as often a year as the program settles (rule G7). What is written is sealed first."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import get_language

from guildmark.rules.case import answer_due
from guildmark.rules.stipend import may_apply, next_application
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Program
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.stipends import letters
from guildmark_portal.stipends.models import Application
from guildmark_portal.stipends.refusals import ApplicantGone, AppliedBefore, NoStipend, NothingSaid, TooMuchSaid
from guildmark_portal.stipends.remembered import applied

MOST_CHARACTERS: Final = 2000
_PURPOSE: Final = "stipend"


@dataclass(frozen=True)
class Words:
    """What an applicant writes: what the exam would change, and their circumstances with what they can carry themselves."""

    reasons: str
    circumstances: str

    @property
    def tidy(self) -> "Words":
        """Without the space around. Raises `NothingSaid` or `TooMuchSaid`."""
        found = Words(self.reasons.strip(), self.circumstances.strip())
        if not found.reasons or not found.circumstances:
            raise NothingSaid
        if max(len(found.reasons), len(found.circumstances)) > MOST_CHARACTERS:
            raise TooMuchSaid(MOST_CHARACTERS)
        return found


def has_stipends(program: Program) -> bool:
    """Whether there is help with the fee of this program."""
    return program.is_open and not program.is_free and program.policy.stipend_use_days is not None


def again_at(*, user: User, program: Program, now: datetime) -> datetime | None:
    """From when on they may apply again; None: now."""
    instants, a_year = applied(user=user, program=program), program.policy.stipend_applications_a_year
    return None if may_apply(instants, a_year=a_year, now=now) else next_application(instants, a_year=a_year)


def apply(*, user: User, program: Program, words: Words, now: datetime, application_id: UUID | None = None) -> Application:
    """Apply, and have applicant and staff told. `application_id` is the form's: sent twice, it is one application.

    Raises `NoStipend`, `AppliedBefore`, `NothingSaid`, `TooMuchSaid` or `ApplicantGone`.
    """
    number, written = application_id or uuid4(), words.tidy
    if not has_stipends(program):
        raise NoStipend
    with transaction.atomic():
        if (before := Application.objects.filter(pk=number).first()) is not None:
            if before.user_id == user.pk:
                return before
            number = uuid4()  # somebody else's: theirs stays theirs
        if not User.objects.select_for_update().filter(pk=user.pk, is_active=True).exists():
            raise ApplicantGone
        if (again := again_at(user=user, program=program, now=now)) is not None:
            raise AppliedBefore(again)
        application = Application.objects.create(
            id=number,
            user=user,
            program=program,
            words=vault.seal(content=json.dumps(asdict(written)).encode(), purpose=_PURPOSE),
            applied_at=now,
            answer_due=answer_due(now, days=program.policy.answer_days),
            language=get_language() or "",
        )
        audit.record(actor=user, action="stipend.applied", subject=application, detail={"program": program.slug})
        letters.applied(application)
        letters.remind(application, at=now)
    return application


def words_of(sealed: Sealed) -> Words | None:
    """What was written; None once it was destroyed. Raises `Unreadable`."""
    try:
        return Words(**json.loads(vault.unseal(sealed)))
    except vault.Shredded:
        return None
