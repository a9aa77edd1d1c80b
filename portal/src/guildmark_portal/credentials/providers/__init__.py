"""Badge providers: who gets the name and the e-mail address of a holder who consented, and makes a badge of their own of it.

What differs between providers stands in a module each; `services` and `sending` deal with all of them alike.

A consent is a row (`Handover`) and a job in one transaction. The job hands over until the provider says that it has it, or is
given up after about three days, for staff to send it again. Taking the consent back stops what waits, and asks the provider to
remove what it got. Whatever is sent carries the same key at every attempt, so a provider that got it twice has it once.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from django.conf import settings

from guildmark_portal.badge_provider_config import ACCREDIBLE, WEBHOOK
from guildmark_portal.credentials.providers.faults import Fault, NotTaken

__all__ = ["BadgeProvider", "Fault", "Handing", "NotTaken", "Retracting", "configured"]


@dataclass(frozen=True)
class Handing:
    """What leaves the portal: of the person their name and address, of the achievement what it is and where it is verified.

    `key` is the same at every attempt. `program` never leaves: it chooses the group that a badge is of.
    """

    key: str
    consented_at: datetime
    name: str = field(repr=False)
    email: str = field(repr=False)
    title: str
    identifier: str
    url: str
    program: str


@dataclass(frozen=True)
class Retracting:
    """What tells a provider to remove what it got: nothing of the person. `reference` is empty where it gave none."""

    key: str
    handed_as: str
    reference: str
    withdrawn_at: datetime
    identifier: str
    url: str


class BadgeProvider(Protocol):
    """What the portal needs of a provider. Each call is one attempt; raises `NotTaken`, and doing it twice is no mistake."""

    kind: ClassVar[str]

    def takes(self, program: str) -> bool:
        """Whether it is set up for certificates of this program."""

    def hand_over(self, what: Handing, *, now: datetime) -> str:
        """Hand a certificate over; the provider's reference, empty if it gives none."""

    def withdraw(self, what: Retracting, *, now: datetime) -> int:
        """Have the provider remove what it got; the status of its answer."""


def configured() -> BadgeProvider | None:
    """The provider that this portal uses; None without one, or without its secrets."""
    from guildmark_portal.credentials.providers.accredible import Accredible
    from guildmark_portal.credentials.providers.webhook import Webhook

    where, secrets = settings.BADGE_PROVIDER, settings.BADGE_PROVIDER_SECRETS
    if where.kind == WEBHOOK and secrets.webhook_secrets:
        return Webhook(where=where, secrets=secrets.webhook_secrets)
    if where.kind == ACCREDIBLE and secrets.key:
        return Accredible(where=where, key=secrets.key)
    return None
