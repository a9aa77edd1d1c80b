"""What an act of staff on a certificate brings about, in sentences that an examiner reads before it is done."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.credential import Happening
from guildmark_portal.credentials import letters
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers.queries import handover_of
from guildmark_portal.directory.models import ListedCertificate

_WORTH: Final[dict[Happening, str | Promise]] = {
    Happening.REVOKED: gettext_lazy(
        "It certifies nothing any more, for good: nobody can take this back. Its PDFs and badges say so when they are checked."
    ),
    Happening.SUSPENDED: gettext_lazy("It counts for nothing until somebody reinstates it, or revokes it for good."),
    Happening.REINSTATED: gettext_lazy("It counts again, to the last day that stands on it."),
}
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


def of(certificate: Certificate, act: Happening) -> list[str]:
    """What it is worth then, then lists, letter, badge provider and network, a sentence or two each."""
    letter = _("Its holder gets a letter with your reason, at {address}.").format(address=letters.address_of(certificate))
    return [str(_WORTH[act]), str(_LISTS[act]), letter, _provider(handover_of(certificate), act), _network(certificate, act)]


def _provider(handover: Handover | None, act: Happening) -> str:
    if handover is None:
        return _("No badge provider has it, so none is told.")
    if act is Happening.REVOKED:
        if handover.sent_at is None:
            return _("It waits for the badge provider, and is not handed over any more.")
        return _("The badge provider is asked to remove what it got.")
    if handover.delivered_at is not None:
        return _("The badge provider has it and is told nothing: what it shows stays as it is.")
    if act is Happening.SUSPENDED:
        return _("It waits for the badge provider, and is handed over only when it counts again.")
    return _("It is handed over to the badge provider, which its holder agreed to.")


def _network(certificate: Certificate, act: Happening) -> str:
    row = ListedCertificate.objects.select_related("listing").filter(certificate=certificate).first()
    if row is None:
        return _("It is not shown in the network, and nothing changes there.")
    if act is Happening.REINSTATED:
        return _("It is shown in the network again, as its holder chose.")
    others = row.listing.certificates.filter(counts=True).exclude(pk=row.pk)
    if others.exists():
        return _("It vanishes from its holder's profile in the network at once. Their other certificates stay.")
    return _("Its holder vanishes from network, search and map at once: they show no other certificate.")
