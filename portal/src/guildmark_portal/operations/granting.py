"""What an accommodation that is granted amounts to, handed on to `exams`, which applies it to every attempt that begins."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.rules.case import MessageKind
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.accommodating import accommodate, revoke
from guildmark_portal.exams.models import Accommodation
from guildmark_portal.operations import letters
from guildmark_portal.operations.admission import checked
from guildmark_portal.operations.conversation import say
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.people import may_look
from guildmark_portal.operations.queries import case_with, granting
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


@transaction.atomic
def take_back(*, case: Case, number: int, reason: str, actor: User, now: datetime) -> bool:
    """End what was granted to the candidate of a case, and tell them why; whether it still held.

    Why stands, sealed, in the case that granted it. Raises `AnswerRefused`, `NothingWritten` or `TooMuchWritten`.
    """
    if not may_look(case, actor):
        raise AnswerRefused(_("Examiners revoke what was granted, and never for themselves."))
    words = checked(reason)
    granted = Accommodation.objects.filter(pk=number, user=case.user).first()
    if granted is None or not revoke(accommodation=granted, actor=actor, now=now):
        return False
    told = granting(granted) or case_with(case.pk)
    say(case=told, kind=MessageKind.REVOKED, by=actor, words=words, now=now)
    letters.revoked(told, granted)
    return True
