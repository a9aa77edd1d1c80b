"""Messages to holders: passed on by mail, with the sender's address to answer to, and never the holder's to the sender.

Nothing that a sender sees depends on the holder's address: the letter is queued, and where it ends they are not told. Its
envelope is the portal's, and it says that no machine should answer it (`mail.delivery`), so that no notice of absence gives
an address away either. An answer by its holder does, which the letter says.

A message is kept for `KEPT_FOR`, for the limits below and so that it can be reported; of a reported one stays that it was,
for `REMEMBERED_FOR`, without its words.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.roles import owners
from guildmark_portal.audit import services as audit
from guildmark_portal.directory import queries
from guildmark_portal.directory.entered import Letter
from guildmark_portal.directory.models import Listing, Message
from guildmark_portal.directory.refusals import (
    AddressUnproved,
    BoxFull,
    NotListed,
    OwnListing,
    TakesNoMessages,
    WasReported,
    WroteAlready,
    WroteTooMuch,
)
from guildmark_portal.exams import support
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import services as mail

KEPT_FOR: Final = timedelta(days=30)
REMEMBERED_FOR: Final = timedelta(days=365)
MOST_SENT: Final = 10
"""Messages of one person in a day."""
MOST_RECEIVED: Final = 20
"""Messages to one holder in a day."""
MOST_REPORTED: Final = 3
"""Holders who report somebody until nothing of theirs is passed on."""
AGAIN_AFTER: Final = timedelta(days=7)
_A_DAY: Final = timedelta(days=1)
FORGET: Final = "network.forget"
_KIND: Final = "network.message"


def may_send(user: User) -> bool:
    """Whether somebody's address is confirmed, so that a holder can answer."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


@transaction.atomic
def send(*, sender: User, slug: str, letter: Letter, now: datetime) -> Message:
    """Pass a message on to the holder at `slug`. Raises one of `refusals`."""
    User.objects.select_for_update().get(pk=sender.pk)  # one message of a person at a time: the limits are counted
    listing = queries.public().select_for_update(of=("self",)).filter(slug=slug).select_related("user").first()
    if listing is None:
        raise NotListed
    _refuse(sender, listing, now=now)
    message = Message.objects.create(
        holder=listing.user,
        sender=sender,
        name=letter.name,
        organisation=letter.organisation,
        text=letter.text,
        sent_at=now,
    )
    _pass_on(message)
    enqueue(kind=FORGET, key="all", run_at=now + _A_DAY)
    audit.record(actor=sender, action="network.message_sent", subject=message)
    return message


def received(user: User, *, now: datetime) -> "QuerySet[Message]":
    """What was passed on to a holder and is still kept, the newest first."""
    return Message.objects.filter(holder=user, sent_at__gt=now - KEPT_FOR)


@transaction.atomic
def report(*, holder: User, message_id: UUID, now: datetime) -> bool:
    """Tell those who run the portal of a message; its sender cannot write to this holder again. False if there is none."""
    if not received(holder, now=now).filter(pk=message_id, reported_at=None).update(reported_at=now):
        return False
    message = Message.objects.select_related("sender", "holder").get(pk=message_id)
    audit.record(actor=holder, action="network.message_reported", subject=message, detail={"sender": message.sender_id})
    context = {"message": message, "quoted": _quoted(message.text)}
    for address in _answerable():
        mail.send(to=address, template="directory/reported", context=context, key=f"network.report:{message.pk}:{address}")
    return True


def forget_due(*, now: datetime) -> None:
    """Leave nothing of what is older than it may be."""
    Message.objects.filter(sent_at__lte=now - KEPT_FOR, reported_at=None).delete()
    Message.objects.filter(sent_at__lte=now - KEPT_FOR).exclude(text="").update(text="", name="", organisation="")
    Message.objects.filter(sent_at__lte=now - REMEMBERED_FOR).delete()


def letter_key(message: Message) -> str:
    """The key of the letter that carries it."""
    return f"{_KIND}:{message.pk}"


@handler(FORGET, attempts=None)
def _forget(_job: Job) -> None:
    now = clock.now()
    forget_due(now=now)
    if Message.objects.exists():
        raise Later(now + _A_DAY)


def _refuse(sender: User, listing: Listing, *, now: datetime) -> None:
    mine = Message.objects.filter(sender=sender)
    if sender.pk == listing.user_id:
        raise OwnListing
    if not may_send(sender):
        raise AddressUnproved
    if mine.exclude(reported_at=None).values("holder").distinct().count() >= MOST_REPORTED:
        raise WasReported
    if not listing.takes_messages or mine.filter(holder=listing.user).exclude(reported_at=None).exists():
        raise TakesNoMessages
    if mine.filter(holder=listing.user, sent_at__gt=now - AGAIN_AFTER).exists():
        raise WroteAlready
    if mine.filter(sent_at__gt=now - _A_DAY).count() >= MOST_SENT:
        raise WroteTooMuch
    if Message.objects.filter(holder=listing.user, sent_at__gt=now - _A_DAY).count() >= MOST_RECEIVED:
        raise BoxFull


def _pass_on(message: Message) -> None:
    mail.send(
        to=message.holder.email,
        reply_to=message.sender.email,
        template="directory/message",
        key=letter_key(message),
        language=message.holder.language or get_language(),
        context={
            "name": message.holder.name,
            "message": message,
            "quoted": _quoted(message.text),
            "days": KEPT_FOR.days,
            "url": f"{settings.PORTAL_URL}/network/mine/",
        },
    )


def _quoted(text: str) -> str:
    """Each line marked as the sender's: none of them becomes a button, a list or a code of our own letter."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _answerable() -> list[str]:
    """Where a report goes: to the support contact if it takes mail, else to the owners."""
    address = support.contact()
    return [address] if "@" in address and "://" not in address else [owner.email for owner in owners()]
