"""The name that a certificate carries: the one that was held against the papers, where papers were checked."""

from datetime import datetime

from django.utils.translation import gettext as _

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import Standing
from guildmark.rules.identity_session import NameForm
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity.facts import standing_of
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provided import verified_of
from guildmark_portal.profiles import queries as profiles


def name_of_holder(attempt: Attempt) -> str:
    """The legal name, else the name of the account.

    Where the attempt's identity was checked, only a name that somebody has held against papers is carried: reviewers the
    legal name as it was when the papers were submitted, a provider the form of it that its document bears.
    """
    level, user = IdentityLevel(attempt.identity_check), attempt.user
    if level is IdentityLevel.NONE:
        stated = profiles.legal_name(user)
        name = user.name.strip() if stated is None else stated.name
    else:
        name = _reviewed_name(user) if level is IdentityLevel.REVIEWED else _provided_name(user)
    return name or _("Holder without a name")


def _reviewed_name(user: User) -> str:
    submitted_at = _papers_submitted_at(user)
    stated = None if submitted_at is None else profiles.legal_name(user, as_of=submitted_at)
    return "" if stated is None else stated.name


def _papers_submitted_at(user: User) -> datetime | None:
    approved = (check for check in Check.objects.filter(user=user) if standing_of(check) is Standing.APPROVED)
    submitted = (check.rounds.order_by("number").last() for check in approved)
    return max((one.submitted_at for one in submitted if one is not None), default=None)


def _provided_name(user: User) -> str:
    """The form that the document bears; the other one was seen by nobody."""
    session = verified_of(user)
    stated = None if session is None else profiles.legal_name(user, as_of=session.compared_at)
    if session is None or stated is None:
        return ""
    return stated.name if session.agreed_form == NameForm.LEGAL.value else stated.in_latin
