"""What allauth does with an account, in the audit table: it says that it happened, and names neither address nor key."""

from typing import Any

from allauth.account.signals import email_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.dispatch import receiver

from guildmark_portal.audit import services as audit


@receiver(email_changed)
def address_changed(user: Any, **_signal: Any) -> None:
    """Another address signs in."""
    audit.record(actor=user, action="account.address_changed", subject=user)


@receiver(authenticator_added)
def added(user: Any, authenticator: Any, **_signal: Any) -> None:
    """A passkey, an app, or recovery codes."""
    audit.record(actor=user, action="account.authenticator_added", subject=user, detail={"kind": authenticator.type})


@receiver(authenticator_reset)
def reset(user: Any, authenticator: Any, **_signal: Any) -> None:
    """New recovery codes."""
    audit.record(actor=user, action="account.authenticator_reset", subject=user, detail={"kind": authenticator.type})


@receiver(authenticator_removed)
def removed(user: Any, authenticator: Any, **_signal: Any) -> None:
    """A passkey, an app, or recovery codes."""
    audit.record(actor=user, action="account.authenticator_removed", subject=user, detail={"kind": authenticator.type})


@receiver(social_account_added)
def organisation_added(sociallogin: Any, **_signal: Any) -> None:
    """Another organisation signs in."""
    user, organisation = sociallogin.user, sociallogin.account.provider
    audit.record(actor=user, action="account.organisation_added", subject=user, detail={"organisation": organisation})


@receiver(social_account_removed)
def organisation_removed(socialaccount: Any, **_signal: Any) -> None:
    """Another organisation signs in no longer."""
    user, organisation = socialaccount.user, socialaccount.provider
    audit.record(actor=user, action="account.organisation_removed", subject=user, detail={"organisation": organisation})
