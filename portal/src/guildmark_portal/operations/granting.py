"""What an accommodation that is granted amounts to, handed on to `exams`, which applies it to every attempt that begins."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from guildmark_portal.accounts.models import User
from guildmark_portal.exams.accommodating import accommodate, revoke
from guildmark_portal.exams.models import Accommodation
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.people import may_look
from guildmark_portal.operations.refusals import AnswerRefused


@dataclass(frozen=True)
class Accommodated:
    """Extra time in percent of the exam's own, breaks with minutes each, and the last day; None: until it is revoked."""

    percent: int = 0
    breaks: int = 0
    break_minutes: int = 0
    ends_on: date | None = None


NOTHING: Final = Accommodated()


def grant(*, case: Case, accommodated: Accommodated, actor: User, now: datetime) -> Accommodation:
    """Grant it for the program that the case is about, or for all. Raises `AccommodationRefused`."""
    return accommodate(
        user=case.user,
        program=case.program or (case.attempt.program if case.attempt else None),
        percent=accommodated.percent,
        breaks=accommodated.breaks,
        break_minutes=accommodated.break_minutes,
        ends_on=accommodated.ends_on,
        actor=actor,
        now=now,
    )


def take_back(*, case: Case, number: int, actor: User, now: datetime) -> bool:
    """End what was granted to the candidate of a case; whether it still held. Raises `AnswerRefused`."""
    if not may_look(case, actor):
        raise AnswerRefused(_("Examiners revoke what was granted, and never for themselves."))
    granted = Accommodation.objects.filter(pk=number, user=case.user).first()
    return granted is not None and revoke(accommodation=granted, actor=actor, now=now)
