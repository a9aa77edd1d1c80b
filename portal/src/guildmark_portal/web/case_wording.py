"""The words of pages for what cases say in codes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from guildmark.rules.case import CaseKind, Outcome, Standing
from guildmark_portal.web.wording import Saying

KINDS: Final = {
    CaseKind.INCIDENT: _("Incident"),
    CaseKind.APPEAL: _("Appeal"),
    CaseKind.ACCOMMODATION: _("Accommodation"),
}
CHOICES: Final = {
    CaseKind.INCIDENT: _("An incident: something went wrong"),
    CaseKind.APPEAL: _("An appeal: a score or a decision is wrong"),
    CaseKind.ACCOMMODATION: _("An accommodation: I need more time, or breaks"),
}
OUTCOMES: Final = {
    Outcome.GRANTED: Saying(_("Granted"), "good"),
    Outcome.REFUSED: Saying(_("Not granted"), "bad"),
    Outcome.INFORMATION: Saying(_("Explained"), "plain"),
}
STANDINGS: Final = {
    Standing.OPEN: Saying(_("Waits for an answer"), "waiting"),
    Standing.OVERDUE: Saying(_("The answer is overdue"), "caution"),
    Standing.ANSWERED: Saying(_("Answered"), "plain"),
    Standing.WITHDRAWN: Saying(_("Withdrawn"), "plain"),
}


def saying(standing: Standing, outcome: Outcome | None) -> Saying:
    """Where a case stands; once it is answered, what the answer says."""
    return STANDINGS[standing] if outcome is None else OUTCOMES[outcome]
