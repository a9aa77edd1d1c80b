"""What was linked to an account before anybody proved its address goes when somebody does.

A sign-in elsewhere may name any address, and the account with that link waits for the code that is sent there. Whoever enters
the code first is the owner; a link that their own browser did not make was made by somebody else.
"""

from collections.abc import Collection
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from guildmark_portal.accounts import sessions
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit

Link = tuple[str, str]
"""An organisation, and the person's identifier there."""


@receiver(email_confirmed)
def address_proved(request: HttpRequest, email_address: EmailAddress, **_signal: Any) -> None:
    """The account's first proved address: keep the links that this very browser signed in with."""
    user = email_address.user
    if EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk).exists():
        return
    records = get_authentication_records(request, user)
    own = {(one["provider"], one["uid"]) for one in records if one["method"] == "socialaccount"}
    forget_links(user=user, but=own, session=request.session.session_key)


@transaction.atomic
def forget_links(*, user: User, but: Collection[Link] = (), session: str | None = None) -> None:
    """Remove the sign-ins elsewhere except `but`, and end every session except `session`, and every terminal's sign-in."""
    for account in SocialAccount.objects.filter(user=user):
        if (account.provider, account.uid) not in but:
            detail = {"organisation": account.provider}
            account.delete()
            audit.record(actor=user, action="account.organisation_removed", subject=user, detail=detail)
    if sessions.has_others(user=user, but=session):
        sessions.end_all(user=user, but=session)
