"""The name that a certificate carries: the one that was held against the papers, where papers were checked."""

from django.utils.translation import gettext as _

from guildmark_portal.credentials.names import chosen_name
from guildmark_portal.exams.models import Attempt


def name_of_holder(attempt: Attempt) -> str:
    """The legal name, else the name of the account, in the form that its holder chose.

    Where the attempt's identity was checked, only a name that somebody has held against papers is carried: reviewers the
    legal name as it was when the papers were submitted, a provider the form of it that its document bears.
    """
    return chosen_name(attempt) or _("Holder without a name")
