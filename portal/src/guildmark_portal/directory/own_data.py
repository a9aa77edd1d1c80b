"""The network's part of what the portal holds on a person: read out to them, and removed at once with their account."""

from collections.abc import Iterator
from typing import Final

from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.directory.messages import letter_key
from guildmark_portal.directory.models import Listing, Message, UsedSlug
from guildmark_portal.mail import services as mail


def export(user: User) -> Json:
    """The listing as it stands, and every message that is still kept."""
    return {
        "listing": _listing(Listing.objects.filter(user=user).first()),
        "messages_received": list(
            Message.objects.filter(holder=user).values("name", "organisation", "text", "sent_at", "reported_at")
        ),
        "messages_sent": list(Message.objects.filter(sender=user).values("name", "organisation", "text", "sent_at")),
        "addresses_kept_from_others": UsedSlug.objects.filter(user=user).count(),
    }


def erase(user: User) -> None:
    """Remove the listing and the messages, and those of their letters that are still on their way."""
    Listing.objects.filter(user=user).delete()
    for message in Message.objects.filter(sender=user):
        mail.withdraw(letter_key(message))
        message.delete()
    Message.objects.filter(holder=user).delete()
    UsedSlug.objects.filter(user=user).update(user=None, chosen_at=None)


def kept(user: User) -> Iterator[str]:
    """That the address of a profile is not given to anybody else."""
    if UsedSlug.objects.filter(user=user).exists():
        yield _("A digest of your profile's address, so that it never leads to somebody else.")


def _listing(listing: Listing | None) -> Json | None:
    if listing is None:
        return None
    fields = model_to_dict(listing, exclude=("id", "user"))
    return {
        **fields,
        "listed_at": listing.listed_at,
        "changed_at": listing.changed_at,
        "certificates": list(listing.certificates.values_list("identifier", flat=True)),
    }


PART: Final = Part(name="network", export=export, erase=erase, kept=kept)
