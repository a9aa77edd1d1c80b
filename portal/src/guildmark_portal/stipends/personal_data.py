"""A person's own applications: read out to them with what they wrote, and erased with their account.

When they applied outlives the account for as long as it counts, under a digest of their address (`remembered`).
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, Final, TypeVar

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.rules.stipend import YEAR
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.identity import vault
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.stipends import shredding
from guildmark_portal.stipends.applying import words_of
from guildmark_portal.stipends.deciding import decision_words
from guildmark_portal.stipends.models import Application
from guildmark_portal.stipends.queries import Stands, applications_of
from guildmark_portal.stipends.remembered import recent_of, remember

_LOG: Final = logging.getLogger(__name__)
Found = TypeVar("Found")


def kept(user: User) -> Iterator[str]:
    """When they applied, while it counts."""
    for one in recent_of(user, now=clock.now()):
        yield _(
            "When you applied for a stipend, under a digest of your address that nobody can read back, until %(day)s: until "
            "then an account with the same address cannot apply once more."
        ) % {"day": date_format(localtime(one.applied_at + YEAR), "DATE_FORMAT")}


def lost(user: User) -> Iterator[str]:
    """Applications that nobody decided yet."""
    for one in applications_of(user, now=clock.now()):
        if one.waits:
            yield _("Your application for a stipend is not decided yet, and ends with the account.")


def export(user: User) -> Json:
    """Every application, with what was written as long as it is kept."""
    return [_application(one) for one in applications_of(user, now=clock.now())]


def _application(one: Stands) -> dict[str, Any]:
    application, decision = one.application, one.decision
    words = _read(words_of, application.words)
    return {
        "program": application.program.slug,
        "applied_at": application.applied_at.isoformat(),
        "answer_due": application.answer_due.isoformat(),
        "stands": one.standing.value,
        "written": None if words is None else asdict(words),
        "decision": None
        if decision is None
        else {
            "decided_at": decision.decided_at.isoformat(),
            "percent": decision.percent,
            "criteria": decision.criteria,
            "met": decision.met,
            "written": _read(decision_words, decision.words),
            "last_day": None if one.last_day is None else one.last_day.isoformat(),
        },
    }


def _read(reader: Callable[[Sealed], Found | None], sealed: Sealed) -> Found | None:
    try:
        return reader(sealed)
    except vault.Unreadable:  # everything else is still theirs to read
        _LOG.exception("The sealed record %s cannot be opened.", sealed.pk)
        return None


def erase(user: User) -> None:
    """Shred everything that they wrote and were told, and remove the rows; the voucher is stopped by its own part."""
    remember(user, now=clock.now())
    for application in Application.objects.filter(user=user):
        sealed = shredding.records_of(application)
        shredding.shred(application=application, actor=f"user:{user.pk}")
        application.delete()
        Sealed.objects.filter(pk__in=sealed).delete()


PART: Final = Part(name="stipends", export=export, erase=erase, kept=kept, lost=lost)
