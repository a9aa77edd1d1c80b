"""What the handbook holds on a person: which editions they acknowledged, in which language, and when."""

from guildmark_portal.accounts import personal_data
from guildmark_portal.accounts.models import User
from guildmark_portal.handbook.models import Acknowledgement


def _export(user: User) -> personal_data.Json:
    given = Acknowledgement.objects.filter(user=user).select_related("edition__program")
    return [
        {"program": a.edition.program.slug, "edition": a.edition.number, "language": a.language, "at": a.at.isoformat()}
        for a in given
    ]


def _erase(user: User) -> None:
    Acknowledgement.objects.filter(user=user).delete()


def register() -> None:
    """Make the part known."""
    personal_data.register(personal_data.Part(name="handbook", export=_export, erase=_erase))
