"""The network follows what happens to certificates and accounts, in the same transaction.

What is revoked is not shown a moment longer, nor is anybody whose account was made inactive; both come back as they were.
"""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.directory import services


@receiver(post_save, sender=CertificateEvent, dispatch_uid="network follows events")
def _happened(instance: CertificateEvent, **_signal: Any) -> None:
    services.refresh(user=instance.certificate.attempt.user, today=clock.now().date())


@receiver(post_save, sender=Certificate, dispatch_uid="network follows replacements")
def _replaced(instance: Certificate, *, created: bool, **_signal: Any) -> None:
    if created and instance.replaces_id is not None:
        services.refresh(user=instance.attempt.user, today=clock.now().date())


@receiver(post_save, sender=User, dispatch_uid="network follows accounts")
def _closed_or_opened(instance: User, *, created: bool, update_fields: frozenset[str] | None, **_signal: Any) -> None:
    """Most savings of an account are sign-ins, which change nothing here."""
    if not created and (update_fields is None or "is_active" in update_fields):
        services.refresh(user=instance, today=clock.now().date())
