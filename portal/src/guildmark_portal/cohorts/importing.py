"""What a roster would change in a cohort, and changing it: all of it, or nothing where the file has any problem.

A row is known by its address. The same file again changes nothing; one with more rows adds them; rows that are missing from it
stay as they are. Of somebody who has accepted, nothing is changed here: what they were granted stands, and is changed at
the desk of accommodations.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark_portal.audit import services as audit
from guildmark_portal.cohorts.links import digest_of, new_nonce, token_of
from guildmark_portal.cohorts.models import Cohort, Invitation, Seat
from guildmark_portal.cohorts.refusals import CohortOver, RosterRefused
from guildmark_portal.cohorts.roster import Roster, Row

Actor = AbstractBaseUser | str
_SAID: Final = ("name", "language", "percent", "breaks", "break_minutes")


class Does(str, Enum):
    """What importing a row does."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    """They have accepted, so that nothing is changed."""
    WITHDRAWN = "withdrawn"
    """It was withdrawn, and stays so until it is sent again."""


@dataclass(frozen=True)
class Outcome:
    """What importing a roster does, row by row; `seats` there are, and `invited` people there will be."""

    rows: tuple[tuple[Row, Does], ...] = ()
    seats: int = 0
    invited: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def changes_something(self) -> bool:
        """Whether anything would be written."""
        return bool(self.counts.get(Does.NEW.value) or self.counts.get(Does.CHANGED.value))

    @property
    def short_of(self) -> int:
        """How many seats are missing, if everybody accepts."""
        return max(0, self.invited - self.seats)


def outcome(*, cohort: Cohort, roster: Roster) -> Outcome:
    """What importing it would do. Nothing is written."""
    known = _known(cohort)
    rows = tuple((row, _does(row, known.get(row.email))) for row in roster.rows)
    counts = {does.value: sum(found is does for _row, found in rows) for does in Does}
    standing = sum(one.withdrawn_at is None for one in known.values())
    return Outcome(rows, Seat.objects.filter(cohort=cohort).count(), standing + counts[Does.NEW.value], counts)


@transaction.atomic
def import_roster(*, cohort: Cohort, roster: Roster, actor: Actor, now: datetime) -> Outcome:
    """Write it down; nobody is mailed yet. Raises `RosterRefused` where the file has problems, and `CohortOver`."""
    if roster.problems:
        raise RosterRefused(
            _("Nothing was imported: {problems}").format(problems=" ".join(str(problem) for problem in roster.problems))
        )
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if held.ended_at is not None or held.closes_at <= now:
        raise CohortOver
    found = outcome(cohort=held, roster=roster)
    known = _known(held)
    new = [row for row, does in found.rows if does is Does.NEW]
    Invitation.objects.bulk_create(_made(held, row, actor=actor, now=now) for row in new)
    for row, does in found.rows:
        if does is Does.CHANGED:
            changed = known[row.email]
            for name in _SAID:
                setattr(changed, name, getattr(row, name))
            changed.imported_by = audit.name_of(actor)
            changed.save(update_fields=[*_SAID, "imported_by"])
    if found.changes_something:
        detail = {name: found.counts[name] for name in (Does.NEW.value, Does.CHANGED.value)}
        audit.record(actor=actor, action="cohort.imported", subject=held, detail=detail)
    return found


def _known(cohort: Cohort) -> dict[str, Invitation]:
    return {one.email: one for one in Invitation.objects.filter(cohort=cohort).exclude(email="")}


def _does(row: Row, known: Invitation | None) -> Does:
    if known is None:
        return Does.NEW
    if all(getattr(known, name) == getattr(row, name) for name in _SAID):
        return Does.SAME
    if known.accepted_at is not None:
        return Does.ACCEPTED
    return Does.CHANGED if known.withdrawn_at is None else Does.WITHDRAWN


def _made(cohort: Cohort, row: Row, *, actor: Actor, now: datetime) -> Invitation:
    nonce = new_nonce()
    return Invitation(
        cohort=cohort,
        email=row.email,
        nonce=nonce,
        digest=digest_of(token_of(nonce)),
        imported_at=now,
        imported_by=audit.name_of(actor),
        **{name: getattr(row, name) for name in _SAID},
    )
