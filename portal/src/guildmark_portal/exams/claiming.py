"""Whoever proves an address gets what was granted to it: at the sign-up, or when an address is added, in whatever way."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save
from django.dispatch import receiver

from guildmark_portal import clock
from guildmark_portal.exams.entitling import claim


@receiver(post_save, sender=EmailAddress, dispatch_uid="entitlements follow proved addresses")
def address_proved(instance: EmailAddress, *, raw: bool = False, **_signal: Any) -> None:
    """Claim within the transaction that writes the proof down."""
    if instance.verified and not raw:
        claim(user=instance.user, now=clock.now())
