"""The certificates' part of what the portal holds on a person. They stay: whoever was shown one must be able to check it."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import ngettext

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.credentials.models import Certificate


def export(user: User) -> Json:
    """The signed documents."""
    return list(Certificate.objects.filter(attempt__user=user).values_list("document", flat=True))


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
    """Nothing."""


PART: Final = Part(name="certificates", export=export, erase=erase, kept=kept)
