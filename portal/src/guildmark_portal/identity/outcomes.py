"""What became of a session at a provider, in the sentences that its candidate reads: on the page, and in a letter."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity_session import SessionStanding, Told
from guildmark_portal import clock
from guildmark_portal.identity import facts, onward
from guildmark_portal.identity.provider_models import ProviderSession
from guildmark_portal.identity.providers import Provider, configured
from guildmark_portal.identity.providers.reasons import PROVIDER_REASONS, ProviderReason
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_SENTENCES: Final[dict[SessionStanding, str | Promise]] = {
    SessionStanding.CANCELED: _("The check was cancelled. Begin again, or give your papers to our reviewers instead."),
    SessionStanding.NAME_DIFFERS: _(
        "The name on the document differs from the one in your profile. Correct it there, then begin again."
    ),
    SessionStanding.ADDRESS_NEEDED: _(
        "Your document is good, but it shows no address. Add a proof of address, such as a bill or a bank statement."
    ),
    SessionStanding.ADDRESS_EMBARGOED: _(
        "The address on the document is in a place whose residents may not sit the exam there. "
        "If you live elsewhere now, use a document that shows that address; nationality plays no part."
    ),
}


def reasons_of(session: ProviderSession) -> list[ProviderReason]:
    """Why the last try did not do."""
    asking = session.messages.filter(told=Told.REQUIRES_INPUT.value).last()
    return [ProviderReason(code) for code in asking.reasons] if asking else []


def obstacles(session: ProviderSession) -> list[str | Promise]:
    """What stands against it, and what to do; nothing if nothing does."""
    where = facts.standing_of_session(session)
    if where is SessionStanding.REQUIRES_INPUT:
        return [PROVIDER_REASONS[reason] for reason in reasons_of(session)]
    return [_SENTENCES[where]] if where in _SENTENCES else []


def tell(session: ProviderSession, *, provider: Provider) -> None:
    """Write to the candidate, in the language in which they began, once there is something to do, or nothing any more.

    Nobody is written to whose account or check is closed.
    """
    check, against = session.of_check, obstacles(session)
    where = facts.standing_of_session(session)
    is_verified = where is SessionStanding.VERIFIED
    if not (against or is_verified) or check.closed_at is not None or not check.user.is_active:
        return
    mail.send(
        to=check.user.email,
        key=f"identity.provided:{session.pk}:{clock.now().isoformat()}",
        template="identity/provided",
        context={
            "name": check.user.name,
            "provider": provider.name,
            "approved": is_verified,
            "is_good_so_far": where is SessionStanding.ADDRESS_NEEDED,
            "reasons": against,  # lazy: they take the letter's language
            "url": f"{settings.PORTAL_URL}/identity/",
            **onward.for_letter(check.user),
        },
        language=session.language or None,
    )


@rewriting.writer("identity.provided")
def _tell_again(key: str) -> None:
    session, provider = ProviderSession.objects.get(pk=UUID(key.partition(":")[0])), configured()
    if provider is not None:
        tell(session, provider=provider)
