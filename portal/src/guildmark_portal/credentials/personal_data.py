"""The certificates' part of what the portal holds on a person. They stay: whoever was shown one must be able to check it."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.translation import ngettext

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.credentials import files
from guildmark_portal.credentials.models import Certificate, CertificateEvent, NameChoice


def export(user: User) -> Json:
    """The signed documents, what happened to each, and in which form the name was wanted."""
    issued = Certificate.objects.filter(attempt__user=user).prefetch_related("events")
    choice = NameChoice.objects.filter(user=user).first()
    return {
        "certificates": [
            {
                "document": one.document,
                "open_badge": one.credential,
                "jwt": one.jwt,
                "events": [
                    {"kind": event.kind, "reason": event.reason, "happened_at": event.happened_at} for event in one.events.all()
                ],
            }
            for one in issued
        ],
        "form_of_the_name": None if choice is None else choice.form,
    }


def kept(user: User) -> Iterator[str]:
    """That they stay, and what of the exam stays with them."""
    count = Certificate.objects.filter(attempt__user=user).count()
    if count:
        yield ngettext(
            "Your certificate, with your name, so that whoever was shown it can go on checking it; and of the exam behind it "
            "the times and the scores, without your name, your address and your files.",
            "Your %(count)d certificates, with your name, so that whoever was shown them can go on checking them; and of the "
            "exams behind them the times and the scores, without your name, your address and your files.",
            count,
        ) % {"count": count}


def erase(user: User) -> None:
    """Leave the signed documents and what they are worth; no reasons, no papers, no wishes."""
    NameChoice.objects.filter(user=user).delete()
    issued = list(Certificate.objects.filter(attempt__user=user))
    CertificateEvent.objects.filter(certificate__in=issued).update(reason="")
    for certificate in issued:
        transaction.on_commit(partial(files.forget_papers, certificate))


PART: Final = Part(name="certificates", export=export, erase=erase, kept=kept)
