"""Facts with their history: a change is a new row, and the audit table names nobody."""

import uuid

import pytest
from django.db import IntegrityError

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.profiles import own_data, queries, services
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, FullName, Whereabouts
from guildmark_portal.profiles.models import LegalName, PersonStatement, Residence


def actions() -> list[str]:
    return list(Entry.objects.filter(action__startswith="profile.").order_by("id").values_list("action", flat=True))


def test_a_change_of_name_is_a_new_row_and_the_old_one_stays(candidate, stopped_clock) -> None:
    services.record_name(user=candidate, full_name=FullName("Ada Byron"))
    stopped_clock.advance(3600)
    services.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    rows = [(row.name, row.recorded_at.hour) for row in LegalName.objects.filter(user=candidate)]
    assert rows == [("Ada Lovelace", 13), ("Ada Byron", 12)]
    assert str(queries.legal_name(candidate)) == "Ada Lovelace"


def test_the_same_again_is_no_change(candidate, seoul, korean_name) -> None:
    for _again in range(2):
        services.record_name(user=candidate, full_name=korean_name)
        services.record_residence(user=candidate, address=seoul)
        services.state_natural_person(user=candidate, wording="I am a person.")
    assert (LegalName.objects.count(), Residence.objects.count(), PersonStatement.objects.count()) == (1, 1, 1)
    assert actions() == ["profile.name_recorded", "profile.residence_recorded", "profile.person_stated"]


def test_the_account_takes_the_legal_name_so_that_certificates_carry_it(candidate, korean_name) -> None:
    services.record_name(user=candidate, full_name=korean_name)
    assert User.objects.get(pk=candidate.pk).name == "김민준"
    row = queries.legal_name(candidate)
    assert row is not None
    assert (row.in_latin, str(row)) == ("Kim Minjun", "김민준 (Kim Minjun)")


def test_the_audit_table_names_nobody(candidate, seoul, korean_name) -> None:
    services.record_name(user=candidate, full_name=korean_name)
    services.record_residence(user=candidate, address=seoul)
    written = " ".join(f"{entry.actor} {entry.subject} {entry.detail}" for entry in Entry.objects.all())
    assert [word for word in ("민준", "Minjun", "Seoul", "Example", "candidate@") if word in written] == []


def test_p6_the_statement_keeps_its_wording_and_its_first_date(candidate, stopped_clock) -> None:
    services.state_natural_person(user=candidate, wording="I am a person.")
    stopped_clock.advance(3600)
    row = services.state_natural_person(user=candidate, wording="Something else.")
    assert (row.wording, row.stated_at.hour) == ("I am a person.", 12)


def test_the_database_takes_no_empty_name_and_no_residence_without_a_country(
    candidate, stopped_clock, transactional_db
) -> None:
    with pytest.raises(IntegrityError):
        LegalName.objects.create(user=candidate, name="", recorded_at=stopped_clock.at)
    with pytest.raises(IntegrityError):
        Residence.objects.create(user=candidate, country="", recorded_at=stopped_clock.at)


@pytest.mark.parametrize(
    ("entered", "places"),
    [
        ({"country": "KR", "locality": "Seoul", "street": "1"}, []),
        ({"country": "CU"}, ["Cuba"]),
        ({"country": "UA", "region": "UA-43", "locality": "X", "street": "1"}, ["Crimea"]),
        ({"country": "UA", "region": "UA-65", "locality": "X", "street": "1"}, []),
        ({"country": "RU", "region": "Республика Крым", "locality": "X", "street": "1"}, ["Crimea"]),
    ],
)
def test_g5_the_newest_residence_decides(candidate, seoul, entered: dict[str, str], places: list[str]) -> None:
    services.record_residence(user=candidate, address=Address(in_force(), "SY"))
    services.record_residence(user=candidate, address=Address(in_force(), **entered))
    assert [refusal.place for refusal in queries.residence_refusals(candidate)] == places


def test_a_download_of_own_data_holds_everything_and_a_deletion_leaves_nothing(
    candidate, stranger, seoul, korean_name, stopped_clock
) -> None:
    attempt = uuid.uuid4()
    for user in (candidate, stranger):
        services.record_name(user=user, full_name=korean_name)
        services.record_residence(user=user, address=seoul)
        services.state_natural_person(user=user, wording="I am a person.")
        services.declare_sitting(user=user, attempt=attempt, whereabouts=Whereabouts(in_force(), "KR"))
        services.accept_terms(user=user, version=queries.terms_in_force(now=stopped_clock.at)[0], language="en")
    at = "2030-01-15T12:00:00+00:00"
    place = {"country": "KR", "region": "", "locality": "Seoul", "postal_code": "04001", "street": "1 Example-ro"}
    assert own_data.export(candidate) == {
        "legal_names": [{"name": "김민준", "latin_name": "Kim Minjun", "recorded_at": at}],
        "residences": [{**place, "recorded_at": at}],
        "places_of_sitting": [{"attempt": str(attempt), "country": "KR", "region": "", "declared_at": at}],
        "statements_of_being_a_person": [{"wording": "I am a person.", "stated_at": at}],
        "agreed_to": [{"terms__kind": "terms", "terms__version": "1", "language": "en", "accepted_at": at}],
    }
    whole = own_data.export(stranger)
    own_data.erase(candidate)
    assert set(map(tuple, own_data.export(candidate).values())) == {()}
    assert own_data.export(stranger) == whole
