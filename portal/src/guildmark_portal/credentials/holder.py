"""The name that a certificate carries: the one that was held against the papers, where papers were checked."""

from datetime import datetime

from django.utils.translation import gettext as _

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity.facts import standing_of
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provided import verified_of
from guildmark_portal.profiles import queries as profiles


def name_of_holder(attempt: Attempt) -> str:
    """The legal name, else the name of the account.

    Where the attempt's identity was checked, a name that was entered after the papers were submitted, or after a provider's
    document was compared, is not carried: nobody has seen papers with it.
    """
    is_checked = IdentityLevel(attempt.identity_check) is not IdentityLevel.NONE
    stated = profiles.legal_name(attempt.user, as_of=_papers_submitted_at(attempt.user) if is_checked else None)
    name = stated.name if stated is not None else attempt.user.name.strip()
    return name or _("Holder without a name")


def _papers_submitted_at(user: User) -> datetime | None:
    verified = verified_of(user)
    compared = [] if verified is None or verified.compared_at is None else [verified.compared_at]
    approved = (check for check in Check.objects.filter(user=user) if standing_of(check) is Standing.APPROVED)
    submitted = (check.rounds.order_by("number").last() for check in approved)
    return max((*(one.submitted_at for one in submitted if one is not None), *compared), default=None)
