"""The map of the network: the numbers of the moment, the same in the drawing and in the table."""

import re
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from guildmark_portal import clock
from guildmark_portal.directory.map import drawing
from guildmark_portal.directory.models import Listing

pytestmark = [pytest.mark.django_db, pytest.mark.certificates]
SVG = "//figure[@class='world']/svg"
LATER, BEFORE = date(2031, 1, 1), date(2030, 1, 14)


@pytest.fixture(autouse=True)
def _on_one_day(stopped_clock):
    pass


def listed(*countries: str, until: date = LATER) -> list[Listing]:
    first = get_user_model().objects.count()
    users = get_user_model().objects.bulk_create(
        get_user_model()(email=f"holder{first + number}@example.org", name="Ada") for number in range(len(countries))
    )
    return Listing.objects.bulk_create(
        Listing(
            user=user,
            slug=f"holder-{user.pk}",
            name="Ada",
            country=country,
            newest_on=date(2029, 1, 1),
            valid_until=until,
            listed_at=clock.now(),
            changed_at=clock.now(),
        )
        for user, country in zip(users, countries, strict=True)
    )


def page(client):
    answer = client.get("/network/map/")
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def drawn(found) -> dict[str, tuple[str, str]]:
    """By address, what each link of the drawing says and its shade."""
    return {link.get("href"): (link.get("aria-label"), link.get("class")) for link in found.xpath(f"{SVG}/a")}


def table(found) -> list[tuple[str, str, str | None]]:
    rows = found.xpath("//section[@class='world-table']//tbody/tr")
    return [(row[0].text_content(), row[1].text_content(), row[0][0].get("href") if len(row[0]) else None) for row in rows]


def test_c5_drawing_and_table_say_the_same_numbers(client):
    listed(*["KR"] * 12, "SG", "DE", "DE", "")
    found = page(client)
    assert drawn(found) == {
        "/network/?country=KR": ("South Korea: 12 holders", "level-2"),
        "/network/?country=SG": ("Singapore: 1 holder", "level-1"),
        "/network/?country=DE": ("Germany: 2 holders", "level-1"),
    }
    assert table(found) == [
        ("South Korea", "12", "/network/?country=KR"),
        ("Germany", "2", "/network/?country=DE"),
        ("Singapore", "1", "/network/?country=SG"),
        ("Country not shown", "1", None),
    ]
    assert "16 holders are listed" in found.text_content()


def test_c5_a_country_without_holders_is_drawn_and_leads_nowhere(client):
    listed("KR")
    svg = page(client).xpath(SVG)[0]
    assert len(svg.xpath("./g[@class='level-0']/title")) == len([one for one in drawing.current().shapes if one.country]) - 1
    assert "Austria: no holders" in svg.xpath("./g[@class='level-0']/title/text()")
    assert {link.get("href") for link in svg.xpath("./a")} == {"/network/?country=KR"}


def test_c5_who_leaves_or_whose_certificate_expired_is_in_no_number_at_once(client):
    one, _other = listed("FR", "FR")
    listed("FR", "IS", until=BEFORE)
    assert table(page(client)) == [("France", "2", "/network/?country=FR")]
    one.delete()
    assert table(page(client)) == [("France", "1", "/network/?country=FR")]
    assert drawn(page(client)) == {"/network/?country=FR": ("France: 1 holder", "level-1")}


def test_c5_nothing_of_the_map_is_kept_by_a_cache(client):
    listed("FR")
    assert "no-store" in client.get("/network/map/").headers["Cache-Control"]


def test_c5_without_holders_the_map_says_so_and_has_no_table(client):
    found = page(client)
    assert "Nobody is listed yet" in found.text_content()
    assert (drawn(found), found.xpath("//table")) == ({}, [])
    assert found.xpath(SVG)


def test_c5_the_map_has_a_title_a_description_a_legend_and_neither_script_nor_style(client):
    listed("FR")
    found = page(client)
    svg = found.xpath(SVG)[0]
    assert (svg.get("role"), svg.get("aria-label")) == ("group", "Holders by country")
    assert "table" in found.get_element_by_id(svg.get("aria-describedby")).text_content()
    legend = [item.text_content() for item in found.xpath("//ul[@class='world-legend']/li")]
    assert legend == ["none", "1 to 9", "10 to 99", "100 to 999", "1,000 or more"]
    text = client.get("/network/map/").content.decode()
    assert not re.findall(r'\sstyle="|<style|\son[a-z]+="|<script(?! type="module" src)', text)


def test_c5_the_map_takes_as_many_queries_for_many_countries_as_for_one(client):
    listed("FR")
    with CaptureQueriesContext(connection) as one:
        page(client)
    listed("KR", "DE", "SG", "US", "", "LU")
    with CaptureQueriesContext(connection) as many:
        page(client)
    assert len(many) == len(one)
