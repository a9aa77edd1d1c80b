"""The steps of registration that a program asks for stand before its attempts: before one is opened, and before one is begun.

At the beginning a candidate also says where they sit: it must be no place under embargo. An attempt that has begun is never
asked for anything: terms that change meanwhile are put before the next attempt. The handbook is acknowledged before an attempt
is opened; a new edition of it holds up nobody who has registered.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark import i18n
from guildmark.rules.eligibility import flags
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.refusals import PlaceRefused, RegistrationIncomplete
from guildmark_portal.profiles import queries
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.registration import steps_missing

_NAMES: Final[dict[Step, str | Promise]] = {
    Step.PROFILE: gettext_lazy("name and address"),
    Step.ELIGIBILITY: gettext_lazy("a residence where the exam may be sat"),
    Step.TERMS: gettext_lazy("the terms"),
    Step.IDENTITY: gettext_lazy("your papers"),
    Step.HANDBOOK: gettext_lazy("the candidate handbook"),
}

_NOTHING: Final = RegistrationPolicy(**{step.value: False for step in Step})


def require_steps(*, user: User, program: Program, now: datetime) -> None:
    """Refuse to open an attempt while a step is open, with every one of them. Raises `RegistrationIncomplete`."""
    _refuse(program, steps_missing(user=user, policy=program.policy.registration, now=now, program=program.slug))


def require_handbook(*, user: User, program: Program, now: datetime) -> None:
    """Refuse to use up a voucher or a seat before the handbook is acknowledged, where the program asks for that.

    What an attempt is opened with could not be had back by who reads only afterwards what holds (rule P8). Raises
    `RegistrationIncomplete`.
    """
    asked = replace(_NOTHING, handbook=program.policy.registration.handbook)
    _refuse(program, steps_missing(user=user, policy=asked, now=now, program=program.slug))


def require_to_take(*, user: User, program: Program, now: datetime) -> None:
    """Refuse to take what somebody else gives on while a step is open that is one's own to do; papers may still be checked.

    Raises `RegistrationIncomplete`.
    """
    asked = replace(program.policy.registration, identity=False)
    _refuse(program, steps_missing(user=user, policy=asked, now=now, program=program.slug))


def require_to_begin(attempt: Attempt, *, now: datetime) -> None:
    """Refuse to begin while a step is open, or where the candidate may not sit; an attempt that has begun is left alone.

    Raises `RegistrationIncomplete`.
    """
    program, sitting = attempt.program, attempt.started_at is not None
    asked = replace(program.policy.registration, handbook=False)
    _refuse(program, steps_missing(user=attempt.user, policy=asked, now=now, program=program.slug, sitting=sitting))
    if asked.eligibility and not sitting:
        _require_place(attempt)


def _require_place(attempt: Attempt) -> None:
    page = f"{settings.PORTAL_URL}/exam/{attempt.pk}/place/"
    if queries.sitting_place(attempt.user, attempt.pk) is None:
        raise PlaceRefused(
            _("You have not said yet where you sit the exam."),
            next_step=_("Say it at %s, then run guildmark start again.") % page,
        )
    for refusal in queries.sitting_refusals(attempt.user, attempt.pk):
        raise PlaceRefused(
            _("This exam may not be sat in %(place)s, which is under embargo.") % {"place": i18n._(refusal.place)},
            next_step=_("If you go to another place, say so at %s; until then nothing is lost: the clock has not started.")
            % page,
        )


def note_connection(attempt: Attempt, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Flag a beginning that seems to come from a place under embargo: an entry for people to look at. It refuses nothing."""
    if attempt.started_at is not None or not attempt.program.policy.registration.eligibility:
        return ()
    country, region = (headers.get(name, "") if name else "" for name in (settings.COUNTRY_HEADER, settings.REGION_HEADER))
    found = flags(in_force(), country=country, region=region)
    if found:
        audit.record(actor=audit.SYSTEM, action="attempt.connection_flagged", subject=attempt, detail={"places": list(found)})
    return found


def _refuse(program: Program, missing: tuple[Step, ...]) -> None:
    named = [str(_NAMES[step]) for step in missing]
    if named:
        raise RegistrationIncomplete(
            _("Your registration is not complete: %(steps)s.") % {"steps": ", ".join(named)},
            next_step=_("Complete it at %(address)s") % {"address": f"{settings.PORTAL_URL}/register/?program={program.slug}"},
        )
