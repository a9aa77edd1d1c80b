"""The network follows what happens to certificates, in the same transaction: what is revoked is not shown a moment longer."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from guildmark_portal import clock
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.directory import services


@receiver(post_save, sender=CertificateEvent, dispatch_uid="network follows events")
def _happened(instance: CertificateEvent, **_signal: Any) -> None:
    services.refresh(user=instance.certificate.attempt.user, today=clock.now().date())


@receiver(post_save, sender=Certificate, dispatch_uid="network follows replacements")
def _replaced(instance: Certificate, *, created: bool, **_signal: Any) -> None:
    if created and instance.replaces_id is not None:
        services.refresh(user=instance.attempt.user, today=clock.now().date())
