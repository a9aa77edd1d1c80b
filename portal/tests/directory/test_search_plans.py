"""Searches and the map stay quick as the network grows: few queries whoever is found, and each begins in an index.

`python -m bench.network` measures what this keeps.
"""

import re
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal import clock
from guildmark_portal.directory.models import Listing, SearchKey
from guildmark_portal.directory.names import keys
from guildmark_portal.directory.queries import Criteria, counts_by_country, search

pytestmark = [pytest.mark.django_db, pytest.mark.certificates]
TODAY = date(2030, 1, 15)


def listed(number: int) -> None:
    first = get_user_model().objects.count()
    users = get_user_model().objects.bulk_create(
        get_user_model()(email=f"holder{first + index}@example.org", name="Ada Lovelace") for index in range(number)
    )
    now = clock.now()
    listings = Listing.objects.bulk_create(
        Listing(
            user=user,
            slug=f"holder-{user.pk}",
            name=user.name,
            country="KR",
            newest_on=TODAY,
            valid_until=date(2031, 1, 1),
            listed_at=now,
            changed_at=now,
        )
        for user in users
    )
    SearchKey.objects.bulk_create(SearchKey(listing=listing, key=key) for listing in listings for key in keys(listing.name))


def plans(work) -> list[str]:
    """How SQLite answers each query of `work`, in its words."""
    with CaptureQueriesContext(connection) as captured:
        work()
    found = []
    with connection.cursor() as cursor:
        for query in captured:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            found.append("; ".join(str(row[-1]) for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria(name="ada love"),
        Criteria(country="KR"),
        Criteria(program="practitioner", skill="B6"),
        Criteria(name="ada", country="KR", program="practitioner", skill="B6", includes_expired=True),
    ],
)
@about_sqlite
def test_c5_no_search_reads_a_whole_table(criteria):
    listed(3)
    found = plans(lambda: search(criteria, today=TODAY))
    assert found
    whole = [plan for plan in found if re.search(r"SCAN (directory_\w+|U\d+)\b(?! USING)", plan)]
    assert whole == []


@about_sqlite
def test_c5_a_name_is_found_by_the_range_of_its_beginning():
    listed(3)
    for plan in plans(lambda: search(Criteria(name="love"), today=TODAY))[:1]:
        assert re.search(r"SEARCH U0 USING COVERING INDEX \S+ \(key>\? AND key<\?\)", plan), plan


@pytest.mark.parametrize("criteria", [Criteria(program="practitioner"), Criteria(program="practitioner", skill="B6")])
@about_sqlite
def test_c5_each_holder_is_looked_into_by_an_index_of_their_own(criteria):
    """Any other index makes SQLite read all certificates of a program for each holder: half a minute for 20,000 of them."""
    listed(3)
    for plan in plans(lambda: search(criteria, today=TODAY))[:1]:
        assert re.search(r"SEARCH U0 USING (COVERING )?INDEX \w+ \(listing_id=\?", plan), plan


@about_sqlite
def test_c5_the_numbers_of_the_map_are_read_from_an_index_alone():
    listed(3)
    assert "USING COVERING INDEX listing_count_of_country" in plans(lambda: counts_by_country(today=TODAY))[0]


@pytest.mark.parametrize("asked", ["", "?name=ada", "?country=KR&name=ada+love", "?expired=yes&page=2"])
def test_c5_the_network_takes_as_many_queries_for_many_holders_as_for_one(asked, client):
    listed(1)
    with CaptureQueriesContext(connection) as one:
        assert client.get(f"/network/{asked}").status_code == 200
    listed(30)
    with CaptureQueriesContext(connection) as many:
        assert client.get(f"/network/{asked}").status_code == 200
    assert len(many) == len(one) <= 8
