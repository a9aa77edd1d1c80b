"""When a seat can be begun: what speaks against starting the clock, and what the candidate's pages show of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from guildmark.errors import Refused
from guildmark.rules.cohort import WindowStands
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts.models import Cohort, Taking
from guildmark_portal.cohorts.refusals import SeatEarly, SeatOver
from guildmark_portal.cohorts.rights import taking_of
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.exams.admitting import whom_to_write_to
from guildmark_portal.exams.conditions import condition_of_beginning
from guildmark_portal.exams.models import Attempt


@dataclass(frozen=True)
class SeatShown:
    """A seat, with the first instant at which it can be begun and the one from which on it cannot any more."""

    cohort: Cohort
    exam: str
    number: int
    starts_at: datetime
    closes_at: datetime
    stands: WindowStands
    ahead: str
    """How long it is until it can be begun; empty once it can."""

    @property
    def is_early(self) -> bool:
        """Whether it cannot be begun yet."""
        return self.stands is WindowStands.EARLY

    @property
    def is_over(self) -> bool:
        """Whether it cannot be begun any more."""
        return self.stands is WindowStands.OVER


def seat_of(attempt: Attempt, *, now: datetime) -> SeatShown | None:
    """The seat that an attempt sits on; None of one that was paid, or that has begun."""
    if attempt.started_at is not None:
        return None
    taking = taking_of(attempt.entitlement)
    return None if taking is None else shown(taking, now=now)


def seats_of(user: User, *, now: datetime) -> list[SeatShown]:
    """The seats that somebody has, of windows that are not over, the one that starts first on top."""
    rows = Taking.objects.filter(invitation__user=user, given_back_at=None, seat__cohort__closes_at__gt=now)
    found = [shown(taking, now=now) for taking in rows.select_related("seat", "invitation__cohort__program")]
    return sorted(found, key=lambda one: one.starts_at)


def shown(taking: Taking, *, now: datetime) -> SeatShown:
    """One seat at `now`."""
    cohort, offset = taking.invitation.cohort, taking.seat.offset
    starts_at, stands = cohort.window.starts_at(offset), cohort.window.stands(now=now, offset=offset)
    ahead = in_words(starts_at - now) if stands is WindowStands.EARLY else ""
    return SeatShown(cohort, title_of(cohort.program), taking.seat.number, starts_at, cohort.closes_at, stands, ahead)


def in_words(ahead: timedelta) -> str:
    """How long it is, in its two largest units, rounded up to minutes."""
    minutes = -(-int(ahead.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    words = [
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes and not days else "",
    ]
    return " ".join(filter(None, words)) or ngettext("%(count)d minute", "%(count)d minutes", 1) % {"count": 1}


@condition_of_beginning
def _inside_of_the_window(attempt: Attempt, now: datetime) -> Refused | None:
    seat = seat_of(attempt, now=now)
    if seat is None:
        return None
    if seat.is_over:
        return SeatOver(seat.closes_at, whom_to_write_to(attempt.program))
    return SeatEarly(seat.starts_at, seat.ahead) if seat.is_early else None
