"""What an act on a certificate would change in the network, told before it is done; nothing is written."""

from dataclasses import dataclass
from datetime import date

from guildmark.rules.credential import Happening
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory.holders import listable_certificates, names_on
from guildmark_portal.directory.models import ListedCertificate


@dataclass(frozen=True)
class Change:
    """Of one certificate: whether its holder chose to list it, whether it is shown now and would be then.

    `has_others`: they show others beside it; `others_stay`: those would still be shown.
    """

    is_listed: bool
    is_shown: bool = False
    is_shown_then: bool = False
    has_others: bool = False
    others_stay: bool = False


def foreseen(certificate: Certificate, act: Happening, *, today: date) -> Change:
    """What `act`, done `today`, would bring about."""
    row = ListedCertificate.objects.select_related("listing").filter(certificate=certificate).first()
    if row is None:
        return Change(is_listed=False)
    holder, listing = certificate.attempt.user, row.listing
    left = [one for one in listable_certificates(holder, today=today) if one.pk != certificate.pk]
    is_taken_out = act is not Happening.REINSTATED
    listable = left if is_taken_out else [*left, certificate]
    is_public = holder.is_active and listing.name in names_on(listable)
    others = set(listing.certificates.filter(counts=True).exclude(pk=row.pk).values_list("certificate", flat=True))
    return Change(
        is_listed=True,
        is_shown=row.counts and listing.newest_on is not None,
        is_shown_then=is_public and not is_taken_out,
        has_others=bool(others),
        others_stay=is_public and bool(others),
    )
