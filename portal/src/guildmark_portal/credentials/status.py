"""The status lists: on which anybody can look up whether a certificate was revoked, suspended, or followed by a newer one.

Each certificate has one random place, the same on the three lists of a number; a place says nothing of when a certificate was
issued or whose it is. A list is signed when it is first asked for, anew once it is a day old, and at once after a change: with
the signed list stands how many events it knows, and a reader who finds more has it signed anew.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from guildmark.badges import proof
from guildmark.badges.documents import ENTRIES
from guildmark.badges.status import BitList, status_list_credential
from guildmark.rules.credential import Happening, StatusPurpose, listed_under
from guildmark_portal.credentials import issuer
from guildmark_portal.credentials.models import Certificate, CertificateEvent, StatusList

FRESH_FOR: Final = timedelta(days=1)
VALID_FOR: Final = timedelta(days=7)
_SLOW_CLOCKS: Final = timedelta(minutes=10)
"""So far a reader's clock may be behind ours: a list is valid from a little before it was signed."""
_FULL: Final = ENTRIES // 2
"""So many places are given before the next list is begun: a random one is then found in two tries on average."""


def place_of(certificate: Certificate) -> tuple[int, int]:
    """The number of its lists and its place on them, given at first need."""
    give_place(certificate)
    if certificate.status_list is None or certificate.status_index is None:
        raise ValueError("a certificate without a place on the status lists")
    return certificate.status_list, certificate.status_index


def address(number: int, purpose: StatusPurpose) -> str:
    """Where the signed list stands."""
    return f"{settings.PORTAL_URL}/status/{number}/{purpose.value}"


@transaction.atomic
def give_place(certificate: Certificate) -> None:
    """A random free place for a certificate that has none."""
    if certificate.status_index is not None:
        return
    number = _open_list()
    while True:
        index = secrets.randbelow(ENTRIES)
        try:
            with transaction.atomic():
                given = Certificate.objects.filter(pk=certificate.pk, status_index=None).update(
                    status_list=number, status_index=index
                )
        except IntegrityError:  # somebody has it
            continue
        if given:
            certificate.status_list, certificate.status_index = number, index
        else:
            certificate.refresh_from_db(fields=["status_list", "status_index"])
        return


def _open_list() -> int:
    newest = (
        Certificate.objects.exclude(status_list=None).order_by("-status_list").values_list("status_list", flat=True).first()
    )
    if newest is None:
        return 1
    return newest if Certificate.objects.filter(status_list=newest).count() < _FULL else newest + 1


def numbers() -> list[int]:
    """The lists that have places."""
    given = Certificate.objects.exclude(status_list=None).order_by("status_list")
    return [number for number in given.values_list("status_list", flat=True).distinct() if number is not None]


def signed_list(number: int, purpose: StatusPurpose, *, now: datetime) -> dict[str, Any] | None:
    """The signed list, at most a day old; None where there is none of that number."""
    kept = StatusList.objects.filter(number=number, purpose=purpose.value, known_events=_events(number).count()).first()
    if kept is not None and now - FRESH_FOR < kept.signed_at <= now and issuer.is_of_current_key(kept.credential):
        return kept.credential
    if not Certificate.objects.filter(status_list=number).exists():
        return None
    return _sign(number, purpose, now=now)


def _events(number: int) -> "QuerySet[CertificateEvent]":
    return CertificateEvent.objects.filter(certificate__status_list=number).order_by("id")


def signed_until(number: int, purpose: StatusPurpose, *, now: datetime, until: datetime) -> dict[str, Any]:
    """The list as it stands, signed to hold until then, and kept nowhere: for a copy that outlives the portal."""
    return _signed(number, purpose, _placed_events(number), now=now, until=until)


def _sign(number: int, purpose: StatusPurpose, *, now: datetime) -> dict[str, Any]:
    events = _placed_events(number)
    signed = _signed(number, purpose, events, now=now, until=now + VALID_FOR)
    kept = {"credential": signed, "signed_at": now, "known_events": len(events)}
    StatusList.objects.update_or_create(number=number, purpose=purpose.value, defaults=kept)
    return signed


def _placed_events(number: int) -> list[tuple[int, str]]:
    """What happened, the oldest first, each with the place of the certificate that it happened to."""
    found = _events(number).values_list("certificate__status_index", "kind")
    return [(index, kind) for index, kind in found if index is not None]


def _signed(
    number: int, purpose: StatusPurpose, events: list[tuple[int, str]], *, now: datetime, until: datetime
) -> dict[str, Any]:
    unsigned = status_list_credential(
        url=address(number, purpose),
        purpose=purpose.value,
        bits=_bits(purpose, events),
        did=issuer.did(),
        issuer_name=settings.ORGANISATION,
        valid_from=now - _SLOW_CLOCKS,
        valid_until=until,
    )
    return proof.sign(unsigned, key=issuer.eddsa_key(), did=issuer.did(), created=now)


def _bits(purpose: StatusPurpose, events: list[tuple[int, str]]) -> BitList:
    happened: dict[int, list[Happening]] = {}
    for index, kind in events:
        happened.setdefault(index, []).append(Happening(kind))
    bits = BitList()
    for index, kinds in happened.items():
        if purpose in listed_under(kinds):
            bits.set(index)
    return bits
