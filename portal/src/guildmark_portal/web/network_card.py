"""A holder of the network as pages show one: what they chose, and of each certificate whether it is valid today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from guildmark import i18n
from guildmark.packs.skills import AREAS, TITLES
from guildmark_portal.directory.models import ListedCertificate, Listing
from guildmark_portal.directory.queries import shown
from guildmark_portal.profiles import countries


@dataclass(frozen=True)
class Held:
    """A certificate that is shown."""

    certificate: ListedCertificate
    is_valid: bool


@dataclass(frozen=True)
class Card:
    """A holder; `place` is the town and the country, as far as they are shown."""

    listing: Listing
    place: str
    held: tuple[Held, ...]

    @property
    def skills(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The skills of all certificates, by area: its title, with id and words of each."""
        ids = {skill for one in self.held for skill in one.certificate.skill_ids}
        found = (
            (i18n._(title), [(skill, i18n._(words)) for skill, words in TITLES.items() if skill in ids and skill[0] == area])
            for area, title in AREAS.items()
        )
        return [(title, skills) for title, skills in found if skills]

    @property
    def links(self) -> list[tuple[str, str]]:
        """Address and words of each link: the words are the address without what every one has."""
        return [(link, _in_words(link)) for link in self.listing.links]


def card(listing: Listing, *, today: date, certificates: Iterable[ListedCertificate] | None = None) -> Card:
    """The listing as it is shown; `certificates` in place of those that stand in the database."""
    held = shown(listing) if certificates is None else certificates
    place = ", ".join(filter(None, (listing.town, countries.name_of(listing.country) if listing.country else "")))
    return Card(listing, place, tuple(Held(one, one.expires_on >= today) for one in held))


def _in_words(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/")
