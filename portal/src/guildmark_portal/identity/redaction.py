"""Having a provider delete what it holds, when the evidence here is shredded. The job never gives up.

A job carries what it needs by itself: when an account is deleted, its sessions are gone before the provider has answered.
"""

from datetime import timedelta
from typing import Final

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import providers
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderSession
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

REDACT: Final = "identity.redact"
_A_DAY: Final = timedelta(days=1)


def ask(check: Check) -> None:
    """Have every session of a check redacted, in the caller's transaction."""
    for session in check.provider_sessions.filter(redaction_asked_at=None):
        payload = {"provider": session.provider, "reference": session.reference}
        enqueue(kind=REDACT, key=str(session.pk), payload=payload)


@handler(REDACT, attempts=None, longest_wait_s=3600, forget_payload=True)
def _redact(job: Job) -> None:
    provider, now = providers.configured(), clock.now()
    if provider is None or provider.kind != job.payload["provider"]:
        raise Later(now + _A_DAY)  # until an operator has set it up again
    try:
        provider.redact(job.payload["reference"])
    except providers.NotThere:
        pass  # the provider holds nothing
    except (providers.OutOfTurn, providers.ProviderUnavailable) as error:
        raise Later(now + (_A_DAY if isinstance(error, providers.OutOfTurn) else timedelta(hours=1))) from error
    for session in ProviderSession.objects.filter(pk=job.key, redaction_asked_at=None):
        session.redaction_asked_at = now
        session.save(update_fields=["redaction_asked_at"])
        audit.record(actor=audit.SYSTEM, action="identity.redaction_asked", subject=session)
