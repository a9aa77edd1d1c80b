"""What the export says of a holder: the page of their own, and the card in the lists."""

from collections.abc import Mapping
from typing import Final

from django.template.defaultfilters import linebreaks_filter
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from guildmark_portal.directory.models import ListedCertificate, Listing
from guildmark_portal.registry.moulds import Moulds, day_gap, days, gap
from guildmark_portal.registry.pages import Site
from guildmark_portal.web.network_card import Card, Held

_SHAPE: Final = f"network/{gap('slug')}/"


class Profiles:
    """Writes profiles, and makes cards."""

    def __init__(self, site: Site, moulds: Moulds) -> None:
        self._site = site
        self._moulds = moulds
        self._skills: dict[tuple[str | None, tuple[str, ...]], SafeString] = {}

    def write(self, card: Card) -> None:
        """The page of a holder, in every language."""
        listing, links = card.listing, card.links
        sort = ("profile", *_kind_of(card), listing.is_indexed, bool(listing.about), bool(_skills_of(card)), len(links))
        said = {
            **_said(card),
            "about": linebreaks_filter(listing.about),
            **{f"link{number}": address for number, (address, _words) in enumerate(links)},
            **{f"words{number}": words for number, (_address, words) in enumerate(links)},
        }
        for _code in self._site.in_every_language():
            filling = {**said, "skills": self._skills_in_words(card), **_days(card)}
            text = self._moulds.filled(sort, lambda: self._profile_with_gaps(card), filling)
            self._site.file(self._site.place_of(f"network/{listing.slug}/"), text)

    def card(self, card: Card, *, home: str) -> SafeString:
        """The holder in a list, in the active language; `home` leads from the list to the pages in it."""
        sort = ("card", home, *_kind_of(card))
        text = self._moulds.filled(
            sort,
            lambda: render_to_string("registry/card.html", {"card": _with_gaps(card), "home": home}),
            {**_said(card), **_days(card)},
        )
        return mark_safe(text)  # noqa: S308 - a template made it, and the mould escapes what it is filled with

    def _profile_with_gaps(self, card: Card) -> str:
        context = {
            "card": _with_gaps(card),
            "about": gap("about") if card.listing.about else "",
            "skills": gap("skills") if _skills_of(card) else "",
            "links": [(gap(f"link{number}"), gap(f"words{number}")) for number in range(len(card.links))],
        }
        return self._site.rendered(_SHAPE, "registry/profile.html", context)

    def _skills_in_words(self, card: Card) -> SafeString:
        key = (get_language(), _skills_of(card))
        if key not in self._skills:
            self._skills[key] = render_to_string("registry/skills.html", {"skills": card.skills})
        return self._skills[key]


def _kind_of(card: Card) -> tuple[object, ...]:
    """What templates ask about a holder."""
    return bool(card.listing.headline), bool(card.place), tuple(one.is_valid for one in card.held)


def _said(card: Card) -> Mapping[str, str]:
    said = {"slug": card.listing.slug, "name": card.listing.name, "headline": card.listing.headline, "place": card.place}
    for number, one in enumerate(card.held):
        said[f"identifier{number}"] = one.certificate.identifier
        said[f"title{number}"] = one.certificate.title
        said[f"level{number}"] = one.certificate.level
    return said


def _days(card: Card) -> dict[str, str]:
    return days(*(day for one in card.held for day in (one.certificate.issued_on, one.certificate.expires_on)))


def _with_gaps(card: Card) -> Card:
    listing = Listing(
        slug=gap("slug"),
        name=gap("name"),
        headline=gap("headline") if card.listing.headline else "",
        is_indexed=card.listing.is_indexed,
    )
    held = (Held(_certificate_with_gaps(number), one.is_valid) for number, one in enumerate(card.held))
    return Card(listing, gap("place") if card.place else "", tuple(held))


def _certificate_with_gaps(number: int) -> ListedCertificate:
    return ListedCertificate(
        identifier=gap(f"identifier{number}"),
        title=gap(f"title{number}"),
        level=gap(f"level{number}"),
        issued_on=day_gap(2 * number),
        expires_on=day_gap(2 * number + 1),
    )


def _skills_of(card: Card) -> tuple[str, ...]:
    return tuple(sorted({skill for one in card.held for skill in one.certificate.skill_ids}))
