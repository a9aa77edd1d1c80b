"""Webhooks in the format of Standard Webhooks 1.0 (https://www.standardwebhooks.com): any provider that can verify one.

    certificate.issued      {"name", "email", "certificate": {"title", "identifier", "url"}}
    certificate.withdrawn   {"certificate": {"identifier", "url"}}: remove what came with the first one

Every secret in use signs, so that the provider can go from one to the next without missing any.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from guildmark_portal.badge_provider_config import WEBHOOK, BadgeProviderConfig
from guildmark_portal.credentials.providers import Handing, Retracting
from guildmark_portal.credentials.providers.transport import ask, require_success


class Webhook:
    """The provider that listens at `where.url`."""

    kind: ClassVar[str] = WEBHOOK

    def __init__(self, *, where: BadgeProviderConfig, secrets: Iterable[bytes]) -> None:
        self._where, self._secrets = where, tuple(secrets)

    def takes(self, program: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Every program: the provider tells them apart by their title."""
        return True

    def hand_over(self, what: Handing, *, now: datetime) -> str:
        """Send `certificate.issued`; there is no reference but ours."""
        certificate = {"title": what.title, "identifier": what.identifier, "url": what.url}
        data = {"name": what.name, "email": what.email, "certificate": certificate}
        self._send("certificate.issued", what.key, at=what.consented_at, data=data, now=now)
        return ""

    def withdraw(self, what: Retracting, *, now: datetime) -> int:
        """Send `certificate.withdrawn`; the status of the answer."""
        data = {"certificate": {"identifier": what.identifier, "url": what.url}}
        return self._send("certificate.withdrawn", what.key, at=what.withdrawn_at, data=data, now=now)

    def _send(self, kind: str, key: str, *, at: datetime, data: Mapping[str, Any], now: datetime) -> int:
        timestamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        body = json.dumps({"type": kind, "timestamp": timestamp, "data": data}, separators=(",", ":")).encode()
        seconds = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(signature(secret, key, seconds, body) for secret in self._secrets),
        }
        return require_success(ask(self._where, "POST", self._where.url, headers=headers, body=body))


def signature(secret: bytes, key: str, seconds: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `key.seconds.body` in base64."""
    signed = hmac.new(secret, f"{key}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
