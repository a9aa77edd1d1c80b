"""Searching the network: by name, program, country, skill and validity, the newest certificate first."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal.tests.directory.holding import listed, person

from guildmark_portal import clock
from guildmark_portal.directory import queries
from guildmark_portal.directory.models import SearchKey
from guildmark_portal.directory.queries import Criteria, search

TODAY = date(2030, 1, 15)
pytestmark = [pytest.mark.usefixtures("stopped_clock"), pytest.mark.certificates]


def names(**criteria: object) -> list[str]:
    return [listing.name for listing in search(Criteria(**criteria), today=TODAY).listings]


def test_c5_by_name_country_program_and_skill(holder, exam) -> None:
    holder("Ada Lovelace", country="GB", shows_skills=True)
    holder("김민준", country="KR")
    assert names() == ["김민준", "Ada Lovelace"]
    assert names(name="love") == ["Ada Lovelace"]
    assert names(name="민준") == ["김민준"]
    assert names(name="ada", country="KR") == []
    assert names(country="KR") == ["김민준"]
    assert names(skill="A1") == ["Ada Lovelace"]
    assert names(skill="B1") == []
    assert names(program=exam.program.slug) == ["김민준", "Ada Lovelace"]
    assert names(program="another") == []
    assert names(name="?!") == []


def test_c5_words_of_a_headline_are_found_beside_the_name_and_only_while_they_stand_there(holder, exam) -> None:
    ada = holder("Ada Lovelace", headline="Machine-learning engineer: Prévisions")
    holder("김민준", headline="머신러닝 엔지니어, 时间序列预测")
    assert names(name="engin previs") == ["Ada Lovelace"]
    assert names(name="ada machinelearning") == ["Ada Lovelace"]
    assert names(name="엔지") == ["김민준"]
    assert names(name="민준 预测") == ["김민준"]
    assert names(name="ada 预测") == []
    listed(ada.user, exam.certificate(ada.user), headline="Analyst")
    assert names(name="engineer") == []
    assert names(name="analyst lovelace") == ["Ada Lovelace"]


def test_c5_a_headline_that_was_there_before_headlines_were_searched_is_found_after_the_migration(holder) -> None:
    holder("Ada Lovelace", headline="Ada's analyst")
    SearchKey.objects.filter(key=b"analyst").delete()
    assert names(name="analyst") == []
    import_module("guildmark_portal.directory.migrations.0003_search_keys").find_headlines(apps, None)
    assert names(name="ada analyst") == ["Ada Lovelace"]


def test_c5_the_last_word_of_the_longest_headline_is_found(holder) -> None:
    holder("Ada Lovelace", headline="机器学习" * 29 + "预测")
    assert names(name="预测") == ["Ada Lovelace"]


def test_c5_expired_ones_are_found_on_wish(exam, stopped_clock) -> None:
    user = person("old@example.org", "Old Timer")
    old = exam.certificate(user, issued_on=date(2026, 1, 10))
    listed(user, old)
    assert names() == []
    assert names(includes_expired=True) == ["Old Timer"]
    new = exam.certificate(user, issued_on=date(2029, 1, 10))
    listed(user, old, new)
    assert names() == ["Old Timer"]


def test_c5_a_skill_of_an_expired_certificate_is_not_a_valid_one(exam) -> None:
    user = person("old@example.org", "Old Timer")
    old, new = exam.certificate(user, issued_on=date(2026, 1, 10)), exam.certificate(user, issued_on=date(2029, 1, 10), score=1)
    listed(user, old, new, shows_skills=True)
    assert names(skill="A1") == []
    assert names(skill="A1", includes_expired=True) == ["Old Timer"]


def test_c5_pages_of_24_the_newest_first_with_as_many_queries_as_one(exam, monkeypatch) -> None:
    def more(count: int) -> None:
        for _number in range(count):
            number = person_number()
            user = person(f"holder{number}@example.org", f"Holder {number}")
            listed(user, exam.certificate(user, issued_on=date(2029, 1, 1 + number % 28)))

    def person_number() -> int:
        return queries.public().count()

    def asked(page: int) -> tuple[int, queries.Page]:
        with CaptureQueriesContext(connection) as captured:
            found = search(Criteria(), today=TODAY, page=page)
            _read = [queries.shown(listing) for listing in found.listings]
        return len(captured), found

    more(1)
    cost_of_one, _page = asked(1)
    more(25)
    cost, first = asked(1)
    _cost, second = asked(2)
    assert (cost, len(first.listings), len(second.listings)) == (cost_of_one, 24, 2)
    assert (first.pages, first.found, first.has_more, asked(99)[1].number) == (2, 26, False, 2)
    days = [listing.newest_on for listing in (*first.listings, *second.listings)]
    assert days == sorted(days, reverse=True)
    monkeypatch.setattr(queries, "MOST", 24)
    _cost, bounded = asked(9)
    assert (bounded.found, bounded.has_more, bounded.pages) == (24, True, 1)


def test_c5_countries_count_those_who_show_theirs_and_hold_a_valid_certificate(holder, exam) -> None:
    holder("Ada Lovelace", country="GB")
    holder("Alan Turing", country="GB")
    holder("Kim Minjun", country="KR", shows_country=False)
    user = person("old@example.org", "Old Timer", country="KR")
    listed(user, exam.certificate(user, issued_on=date(2026, 1, 10)))
    assert queries.counts_by_country(today=clock.now().date()) == {"GB": 2, "": 1}
