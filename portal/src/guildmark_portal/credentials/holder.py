"""The name that a certificate carries: the one that was held against the papers, where papers were checked."""

from django.utils.translation import gettext as _

from guildmark.rules.credential import IdentityLevel
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import checked_names
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
        checked = checked_names.reviewed(user) if level is IdentityLevel.REVIEWED else checked_names.provided(user)
        name = "" if checked is None else checked.name
    return name or _("Holder without a name")
