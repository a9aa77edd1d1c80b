"""Every address that an account has had, as keyed digests: what was decided about a person outlives a change of address.

The key is derived from the portal's master secret, so that nobody reads an address back from the database.
"""

import hashlib
import hmac
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.conf import settings
from django.dispatch import receiver

from guildmark_portal import clock
from guildmark_portal.accounts.models import FormerAddress, User

_PURPOSE: Final = b"guildmark remembered failures 1"


def digest(address: str) -> str:
    """The digest that finds this address again."""
    key = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return hmac.digest(key, address.strip().lower().encode(), hashlib.sha256).hex()


def digests_of(user: User) -> set[str]:
    """Of the address that the account has, and of every one that it ever proved."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    former = FormerAddress.objects.filter(user=user).values_list("digest", flat=True)
    return {digest(address) for address in (user.email, *proved)} | set(former)


@receiver(email_changed)
def address_left(user: User, from_email_address: EmailAddress | None, **_signal: Any) -> None:
    """Keep the digest of the address that the account leaves."""
    if from_email_address is not None and from_email_address.verified:
        FormerAddress.objects.get_or_create(
            user=user, digest=digest(from_email_address.email), defaults={"left_at": clock.now()}
        )
