"""Finding an attempt by what a person knows of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from guildmark.packs.model import text_in
from guildmark.protocol import ExamKind
from guildmark.rules.attempt import Phase, phase
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.results import result_of

SHORTEST: Final = 3
SHORTEST_ELSEWHERE: Final = 2
"""Letters of an address or a name, so that nobody lists everybody; beyond ASCII two are a whole name."""
LONGEST: Final = 254
"""As long as an address can be; the database takes no pattern without end."""
MOST: Final = 20


@dataclass(frozen=True)
class Found:
    """An attempt, the title of its exam, and where it stands. `passed` is None before it is decided."""

    attempt: Attempt
    exam: str
    phase: Phase
    passed: bool | None


def attempts(sought: str, *, now: datetime) -> list[Found]:
    """The newest attempts whose candidate has that in name or address, or that, or whose submission, has this id.

    Practice attempts are found by an id alone.
    """
    found = Attempt.objects.filter(_meant(sought)).order_by("-opened_at").distinct().values_list("pk", flat=True)[:MOST]
    return [_found(attempt_with(number), now=now) for number in found]


def attempts_of(user: User) -> QuerySet[Attempt]:
    """The attempts of `user`, the newest first; rehearsals are none."""
    return user.attempts.exclude(program__kind=ExamKind.REHEARSAL.value).select_related("exam_version").order_by("-opened_at")


def _meant(sought: str) -> Q:
    try:
        number = UUID(sought)
    except ValueError:
        if not (SHORTEST if sought.isascii() else SHORTEST_ELSEWHERE) <= len(sought) <= LONGEST:
            return Q(pk=None)
        return (Q(user__email__icontains=sought) | Q(user__name__icontains=sought)) & ~Q(program__kind=ExamKind.REHEARSAL.value)
    return Q(pk=number) | Q(submissions__pk=number)


def _found(attempt: Attempt, *, now: datetime) -> Found:
    stands = phase(timeline(attempt), now=now)
    passed = result_of(attempt).passed if stands is Phase.DECIDED else None
    return Found(attempt, text_in(attempt.exam_version.bank.exam.title, current()), stands, passed)
