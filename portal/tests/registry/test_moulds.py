"""A page that is put together from a mould is the one that Django would have rendered, sign for sign."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template.defaultfilters import linebreaks_filter
from django.template.loader import render_to_string
from portal.tests.directory.holding import Certifying, listed, person
from portal.tests.registry.conftest import Holding, contents

from guildmark import protocol
from guildmark_portal import clock
from guildmark_portal.exams import keyring
from guildmark_portal.registry import export, lists
from guildmark_portal.registry.moulds import Moulds, day_gap, days, gap
from guildmark_portal.registry.pages import Facts, Site
from guildmark_portal.web import certificate_standing
from guildmark_portal.web.network_card import card

HOSTILE = "<b>&amp;\"'{{ card }}</b> 김민준"


@pytest.mark.certificates
@pytest.mark.django_db
def test_pages_from_moulds_are_those_that_the_templates_make(hold: Callable[..., Holding], folder: Path) -> None:
    now = clock.now()
    holdings = [
        hold(
            "Ada Lovelace", headline="Engines", town="London", about="One.\n\nTwo <i>.", links=("https://a.example/?x=1&y=2",)
        ),
        hold("Mary Somerville", shows_country=False, shows_skills=True),
        hold(HOSTILE, headline=HOSTILE, town=HOSTILE, about=HOSTILE, is_indexed=True),
    ]
    export.write(folder, years=1, now=now)
    files = contents(folder)
    site = Site(folder, Facts(settings.ORGANISATION, settings.PORTAL_URL, now, lists.until(now, 1)))
    for holding in holdings:
        assert holding.listing is not None
        one, shown = holding.certificate, card(holding.listing, today=now.date())
        profile, page = f"network/{holding.listing.slug}/", f"certificates/{one.identifier}/"
        looked = certificate_standing.of(one, today=now.date())
        document = protocol.Certificate.model_validate(one.document)
        identity = certificate_standing.identity_beside(looked.saying, document)
        said = {"certificate": document, "looked": looked, "identity": identity, "has_badges": True}
        for _code in site.in_every_language():
            skills = render_to_string("registry/skills.html", {"skills": shown.skills}) if shown.skills else ""
            about = linebreaks_filter(holding.listing.about) if holding.listing.about else ""
            told = {"card": shown, "about": about, "skills": skills, "links": shown.links}
            assert files[site.place_of(profile)].decode() == site.rendered(profile, "registry/profile.html", told)
            assert files[site.place_of(page)].decode() == site.rendered(page, "registry/certificate.html", said)
            listed_there = files[site.place_of("network/")].decode()
            in_a_list = {"card": shown, "home": site.home_of("network/")}
            assert render_to_string("registry/card.html", in_a_list) in listed_there


@pytest.mark.certificates
@pytest.mark.django_db
def test_a_holder_of_two_certificates_has_the_days_of_each(exam: Certifying, folder: Path) -> None:
    now = clock.now()
    user = person("two@private.example", "Ada Lovelace")
    older, newer = (exam.certificate(user, issued_on=now.date() - timedelta(days=back)) for back in (1200, 3))
    for one in (older, newer):
        one.document = keyring.signed(one.document)
        one.save(update_fields=["document"])
    listing = listed(user, older, newer)
    export.write(folder, years=1, now=now)
    site = Site(folder, Facts(settings.ORGANISATION, settings.PORTAL_URL, now, lists.until(now, 1)))
    told = {"card": card(listing, today=now.date()), "about": "", "skills": "", "links": []}
    for _code in site.in_every_language():
        place = folder / site.place_of(f"network/{listing.slug}/")
        assert place.read_text() == site.rendered(f"network/{listing.slug}/", "registry/profile.html", told)


def test_what_fills_a_gap_is_escaped_and_never_read_as_a_gap() -> None:
    said = {"name": "<i>\ue000other\ue001</i>", "other": "secret", **days(date(2026, 1, 2))}
    text = Moulds().filled("sort", lambda: f"{gap('name')} since {day_gap(0).isoformat()}", said)
    assert text == "&lt;i&gt;\ue000other\ue001&lt;/i&gt; since 2026-01-02"


def test_a_sort_is_rendered_once_and_a_gap_that_nothing_fills_is_a_fault() -> None:
    moulds, rendered = Moulds(), []

    def render() -> str:
        rendered.append(1)
        return gap("name")

    assert [moulds.filled("sort", render, {"name": name}) for name in "ab"] == ["a", "b"]
    assert len(rendered) == 1
    with pytest.raises(KeyError):
        moulds.filled("sort", render, {})
