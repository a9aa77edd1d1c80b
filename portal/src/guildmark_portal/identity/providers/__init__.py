"""Providers of identity checks: a session, to whose page a candidate is sent, and signed messages of what came of it.

What differs between providers stands in a module each; `identity.provided` deals with all of them alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from django.conf import settings

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark.rules.eligibility import Place
from guildmark.rules.identity_session import Told
from guildmark_portal.identity.providers.reasons import ProviderReason


class ProviderUnavailable(Refused):
    """The provider of identity checks does not answer. Nothing is lost."""

    default_next_step = mark("Try again in a few minutes, or give your papers to our reviewers instead.")


class NotGenuine(Exception):
    """A message that the provider has not signed, or not lately."""


class OutOfTurn(Exception):
    """The provider refuses what was asked of a session as it stands now."""


class NotThere(OutOfTurn):
    """The provider knows of no such session."""


@dataclass(frozen=True)
class Started:
    """A session at the provider. `url` is empty where there is nothing for the candidate to do."""

    reference: str
    url: str
    told: Told


@dataclass(frozen=True)
class Message:
    """What the provider told: `id` is the same however often it is delivered, `at` its own time."""

    id: str
    reference: str
    told: Told
    at: datetime
    check: str
    reasons: tuple[ProviderReason, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What stands on the document of a verified session. `address` is None where it shows none, as no passport does."""

    first: str = ""
    last: str = ""
    address: Place | None = None


class Provider(Protocol):
    """What the portal needs of a provider. Each may raise `ProviderUnavailable`, but `read` never asks anybody."""

    kind: ClassVar[str]
    name: ClassVar[str]

    def start(self, *, check: UUID, key: str, return_url: str) -> Started:
        """A new session; the same `key` answers the same session again."""

    def resume(self, reference: str) -> Started:
        """A session that was started before."""

    def read(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Message | None:
        """A message, None for one that means nothing here. Raises `NotGenuine`."""

    def seen_on(self, reference: str) -> Seen:
        """Name and address on the document of a verified session; nothing once the provider has redacted them."""

    def redact(self, reference: str) -> None:
        """Have the provider delete what it holds of a session. Raises `OutOfTurn`; asking twice is no mistake."""


def configured() -> Provider | None:
    """The provider that this portal uses; None without one, or without its secrets."""
    from guildmark_portal.identity.providers.stripe import Stripe
    from guildmark_portal.identity_provider_config import STRIPE

    where, secrets = settings.IDENTITY_PROVIDER, settings.IDENTITY_PROVIDER_SECRETS
    if where.kind != STRIPE or not secrets:
        return None
    return Stripe(url=where.url, pages=where.pages, secrets=secrets)
