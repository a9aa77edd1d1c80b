"""Stripe Identity, by its HTTP API: https://docs.stripe.com/identity/verification-sessions.

A session asks for a document and a photo that matches it. What Stripe tells comes as signed events; neither the key, nor the
webhook's secret, nor a session's address, which lets anybody act as the candidate, is ever logged or kept.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx

from guildmark.rules.eligibility import Place
from guildmark.rules.identity import DocumentKind
from guildmark.rules.identity_session import Told
from guildmark_portal.identity.providers import Message, NotGenuine, NotThere, OutOfTurn, ProviderUnavailable, Seen, Started
from guildmark_portal.identity.providers.reasons import ProviderReason
from guildmark_portal.identity_provider_config import STRIPE, ProviderSecrets

_LOG: Final = logging.getLogger(__name__)
TOLERANCE_S: Final = 300
_PATH: Final = "/v1/identity/verification_sessions"
_EVENTS: Final = "identity.verification_session."
_SEEN: Final = "expand[]=verified_outputs&expand[]=last_verification_report"
_KINDS: Final = {
    "passport": DocumentKind.PASSPORT,
    "driving_license": DocumentKind.DRIVING_LICENCE,
    "id_card": DocumentKind.NATIONAL_ID,
}
_REASONS: Final = {
    "abandoned": ProviderReason.ABANDONED,
    "consent_declined": ProviderReason.DECLINED,
    "country_not_supported": ProviderReason.COUNTRY,
    "device_not_supported": ProviderReason.DEVICE,
    "document_expired": ProviderReason.EXPIRED,
    "document_type_not_supported": ProviderReason.NOT_ACCEPTED,
    "document_unverified_other": ProviderReason.DOCUMENT,
    "selfie_document_missing_photo": ProviderReason.NO_PHOTO,
    "selfie_face_mismatch": ProviderReason.NOT_THE_SAME_PERSON,
    "selfie_manipulated": ProviderReason.SELFIE,
    "selfie_unverified_other": ProviderReason.SELFIE,
    "under_supported_age": ProviderReason.AGE,
}


class Stripe:
    """Stripe Identity at `url`; people are sent to `pages` and nowhere else."""

    kind: ClassVar[str] = STRIPE
    name: ClassVar[str] = "Stripe"

    def __init__(self, *, url: str, pages: str, secrets: ProviderSecrets) -> None:
        self._url, self._pages, self._secrets = url, pages, secrets

    def start(self, *, check: UUID, key: str, return_url: str) -> Started:
        """A new session; the same `key` answers the same session again."""
        asked = {
            "type": "document",
            "options[document][require_matching_selfie]": "true",
            "metadata[check]": str(check),
            "return_url": return_url,
        }
        return self._started(self._ask("POST", _PATH, data=asked, key=key))

    def resume(self, reference: str) -> Started:
        """A session that was started before, with a new address for the candidate."""
        return self._started(self._ask("GET", _address(reference)))

    def seen_on(self, reference: str) -> Seen:
        """Name and address on the document; nothing once Stripe has redacted them."""
        answer = self._ask("GET", f"{_address(reference)}?{_SEEN}")
        found, report = answer.get("verified_outputs") or {}, answer.get("last_verification_report")
        kind = _KINDS.get(str((report.get("document") or {}).get("type"))) if isinstance(report, dict) else None
        shows_address = kind is None or kind.may_show_address
        address = _place(found.get("address")) if shows_address else None
        return Seen(str(found.get("first_name") or ""), str(found.get("last_name") or ""), address)

    def redact(self, reference: str) -> None:
        """Have Stripe delete documents, photos and what was read from them. Raises `OutOfTurn` while it is still at work."""
        self._ask("POST", f"{_address(reference)}/redact", data={})

    def read(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Message | None:
        """An event. Raises `NotGenuine` before anything of it is read."""
        self._require_signature(headers.get("Stripe-Signature", ""), body, now)
        try:
            event = json.loads(body)
            kind, thing = str(event["type"]), event["data"]["object"]
            told = _told(kind.removeprefix(_EVENTS)) if kind.startswith(_EVENTS) else None
            if told is None:
                return None
            at = datetime.fromtimestamp(int(event["created"]), UTC)
            check = str((thing.get("metadata") or {}).get("check", ""))
            return Message(str(event["id"]), str(thing["id"]), told, at, check, _reasons(told, thing.get("last_error")))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None  # signed, and yet no event that is documented

    def _require_signature(self, header: str, body: bytes, now: datetime) -> None:
        """`t=TIME,v1=DIGEST`, with a digest for each secret in use while one is replaced."""
        parts = [part.strip().partition("=") for part in header.split(",")]
        times = [value for name, _equals, value in parts if name == "t"]
        if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) < 12):  # noqa: PLR2004 - digits
            raise NotGenuine
        signed = hmac.new(self._secrets.webhook_secret.encode(), f"{times[0]}.".encode() + body, hashlib.sha256).hexdigest()
        fits = [hmac.compare_digest(signed.encode(), value.encode()) for name, _equals, value in parts if name == "v1"]
        if not any(fits) or abs(now.timestamp() - int(times[0])) > TOLERANCE_S:
            raise NotGenuine

    def _started(self, answer: Mapping[str, Any]) -> Started:
        told, url = _told(str(answer.get("status"))), str(answer.get("url") or "")
        if told is None or not isinstance(answer.get("id"), str):
            raise ProviderUnavailable
        if url and not _is_below(url, self._pages):
            raise ProviderUnavailable
        return Started(answer["id"], url if told is Told.REQUIRES_INPUT else "", told)

    def _ask(self, method: str, path: str, *, data: Mapping[str, str] | None = None, key: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._secrets.key}", **({"Idempotency-Key": key} if key else {})}
        try:
            answer = httpx.request(method, f"{self._url}{path}", data=data, headers=headers, timeout=10, follow_redirects=False)
            if answer.status_code == HTTPStatus.NOT_FOUND:
                raise NotThere
            if answer.status_code == HTTPStatus.BAD_REQUEST:
                raise OutOfTurn
            answer.raise_for_status()
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
            _LOG.warning("Stripe did not do what was asked: %s", status)
            raise ProviderUnavailable from error
        if not isinstance(document, dict):
            raise ProviderUnavailable
        return document


def _address(reference: str) -> str:
    return f"{_PATH}/{quote(reference, safe='')}"


def _place(address: Any) -> Place | None:
    """Where an address lies; None for one that names no country."""
    if not isinstance(address, dict) or not address.get("country"):
        return None
    country, region, locality = (str(address.get(part) or "") for part in ("country", "state", "city"))
    return Place(country.upper(), region, locality)


def _is_below(url: str, origin: str) -> bool:
    read = urlsplit(url)
    return f"{read.scheme}://{read.netloc}" == origin


def _told(word: str) -> Told | None:
    return Told(word) if word in {told.value for told in Told} else None


def _reasons(told: Told, error: Any) -> tuple[ProviderReason, ...]:
    """Why input is required; a session that was only created, or reset, has no error."""
    if told is not Told.REQUIRES_INPUT or not isinstance(error, dict):
        return ()
    return (_REASONS.get(str(error.get("code")), ProviderReason.OTHER),)
