"""What an act of staff on a certificate brings about, in sentences that an examiner reads before it is done."""

from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.credential import Happening
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.credentials import letters
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.directory.foreseeing import Change, foreseen

_WORTH: Final[dict[Happening, str | Promise]] = {
    Happening.REVOKED: gettext_lazy(
        "It certifies nothing any more, for good: nobody can take this back. Its PDFs and badges say so when they are checked."
    ),
    Happening.SUSPENDED: gettext_lazy("It counts for nothing until somebody reinstates it, or revokes it for good."),
    Happening.REINSTATED: gettext_lazy("It counts again, to the last day that stands on it."),
}
_REINSTATED_TOO_LATE: Final = gettext_lazy("Nobody doubts it any more, but its last day is over: it stands there as expired.")
_LISTS: Final[dict[Happening, str | Promise]] = {
    Happening.REVOKED: gettext_lazy(
        "The public status list of revocations names it at once. Who keeps lists reads the new one within five minutes; "
        "a register that was exported before does not change."
    ),
    Happening.SUSPENDED: gettext_lazy(
        "The public status list of suspensions names it at once. Who keeps lists reads the new one within five minutes; "
        "a register that was exported before does not change."
    ),
    Happening.REINSTATED: gettext_lazy(
        "The public status list of suspensions stops naming it at once. Who keeps lists reads the new one within five minutes."
    ),
}


def of(certificate: Certificate, act: Happening, *, today: date) -> list[str]:
    """What it is worth then, then lists, letter, badge provider and network, a sentence or two each."""
    is_late = act is Happening.REINSTATED and certificate.expires_on < today
    worth = _REINSTATED_TOO_LATE if is_late else _WORTH[act]
    newest = certificate.handovers.first()
    network = _network(foreseen(certificate, act, today=today), act)
    return [str(worth), str(_LISTS[act]), _letter(certificate), _provider(newest, act), network]


def _letter(certificate: Certificate) -> str:
    address = letters.address_of(certificate)
    if is_deleted(address):
        return _("Its holder has deleted their account, so nobody is written.")
    return _("Its holder gets a letter with your reason, at {address}.").format(address=address)


def _provider(handover: Handover | None, act: Happening) -> str:
    if handover is None or (handover.is_withdrawn and handover.sent_at is None):
        return _("No badge provider has it, so none is told.")
    if handover.is_withdrawn:
        if handover.retracted_at is None:
            return _("The badge provider has been asked to remove what it got, and has not done so yet. That goes on.")
        return _("The badge provider has removed what it got, so it is not told.")
    return _provider_that_may_have_it(handover, act)


def _provider_that_may_have_it(handover: Handover, act: Happening) -> str:
    if act is Happening.REVOKED:
        if handover.sent_at is None:
            return _("It waits for the badge provider, and is not handed over any more.")
        return _("The badge provider is asked to remove what it got.")
    if handover.delivered_at is not None:
        return _("The badge provider has it and is told nothing: what it shows stays as it is.")
    if handover.dead_at is not None:
        return _("The badge provider did not take it, and it is not tried again until somebody asks for that.")
    if act is Happening.SUSPENDED:
        return _("It waits for the badge provider, and is handed over only when it counts again.")
    return _("It is handed over to the badge provider, which its holder agreed to.")


def _network(change: Change, act: Happening) -> str:
    if not change.is_listed:
        return _("It is not shown in the network, and nothing changes there.")
    if act is Happening.REINSTATED:
        if change.is_shown_then:
            return _("It is shown in the network again, as its holder chose.")
        return _("Its holder had it in the network. It is not shown there again until they choose what is shown.")
    return _vanishing(change)


def _vanishing(change: Change) -> str:
    if not change.is_shown:
        return _("It is not shown in the network at present, and nothing changes there.")
    if change.others_stay:
        return _("It vanishes from its holder's profile in the network at once. Their other certificates stay.")
    if change.has_others:
        return _(
            "Its holder vanishes from network, search and map at once: the name that they show stands on none of their "
            "other certificates. They can choose another name."
        )
    return _("Its holder vanishes from network, search and map at once: they show no other certificate.")
