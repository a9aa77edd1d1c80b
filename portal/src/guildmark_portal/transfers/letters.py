"""The letters about a right to sit that is given on. Anybody chooses their name: to strangers, the address alone is said."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.exams.entitling import who_proved
from guildmark_portal.exams.support import contact_of
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.vouchers.wording import title_of

_PRIORITY: Final = 30


def tell_offered(transfer: Transfer) -> None:
    """To the address: who gives what, until when it is to be accepted, and until when it is to be begun."""
    _to_taker(transfer, "offered")


def tell_withdrawn(transfer: Transfer) -> None:
    """To the address: that its holder keeps it."""
    _to_taker(transfer, "withdrawn")


def tell_accepted(transfer: Transfer) -> None:
    """To its holder: that it is the other person's now."""
    _to_giver(transfer, "accepted")


def tell_declined(transfer: Transfer) -> None:
    """To its holder: that the other person does not want it."""
    _to_giver(transfer, "declined")


@rewriting.writer("transfer.offered")
def _offered_again(key: str) -> None:
    tell_offered(_of(key))


@rewriting.writer("transfer.withdrawn")
def _withdrawn_again(key: str) -> None:
    tell_withdrawn(_of(key))


@rewriting.writer("transfer.accepted")
def _accepted_again(key: str) -> None:
    tell_accepted(_of(key))


@rewriting.writer("transfer.declined")
def _declined_again(key: str) -> None:
    tell_declined(_of(key))


def _of(key: str) -> Transfer:
    return Transfer.objects.select_related("right__program", "giver").get(pk=UUID(key))


def _to_taker(transfer: Transfer, template: str) -> None:
    if not transfer.address or is_deleted(transfer.address):
        return
    reader = who_proved(transfer.address)
    language = (reader.language if reader is not None else "") or get_language() or settings.LANGUAGE_CODE
    _send(transfer, template, to=transfer.address, name="" if reader is None else reader.name, language=language)


def _to_giver(transfer: Transfer, template: str) -> None:
    giver: User = transfer.giver
    if giver.is_active and not is_deleted(giver.email):
        language = giver.language or settings.LANGUAGE_CODE
        _send(transfer, template, to=giver.email, name=giver.name, language=language)


def _send(transfer: Transfer, template: str, *, to: str, name: str, language: str) -> None:
    right = transfer.right
    with override(language):
        context = {
            "name": name,
            "exam": title_of(right.program),
            "giver": transfer.giver.email,
            "address": transfer.address,
            "answer_by": date_format(localtime(transfer.facts.ends_at), "DATETIME_FORMAT"),
            "until": "" if right.valid_until is None else date_format(right.valid_until, "DATE_FORMAT"),
            "page": f"{settings.PORTAL_URL}/transfers/{transfer.pk}/",
            "support": contact_of(right.program.policy),
        }
    mail.send(
        to=to,
        key=f"transfer.{template}:{transfer.pk}",
        template=f"transfers/{template}",
        context=context,
        language=language,
        priority=_PRIORITY,
    )
