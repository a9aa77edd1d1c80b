"""A provider's session: messages in any order, and names."""

from datetime import UTC, datetime, timedelta

import pytest

from guildmark.rules.credential import IdentityLevel, stated_level
from guildmark.rules.eligibility import OnPapers
from guildmark.rules.identity_session import NameForm, SessionStanding, Told, form_that_agrees, names_agree, standing

NOW, SECOND = datetime(2030, 1, 15, 12, 0, tzinfo=UTC), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "started"),
        ([("redacted", 0)], "started"),
        ([("processing", 0), ("requires_input", 0)], "requires_input"),
        ([("requires_input", 0), ("processing", 1)], "processing"),
        ([("canceled", 0), ("processing", 1)], "canceled"),
        ([("canceled", 1), ("verified", 0), ("redacted", 2)], "comparing"),
    ],
)
def test_g4_where_a_session_stands_after_its_messages(told, expected):
    messages = [(Told(kind), NOW + after * SECOND) for kind, after in told]
    assert standing(messages, name_agrees=None).value == standing(reversed(messages), name_agrees=None).value == expected


@pytest.mark.parametrize(
    ("stated", "first", "last", "agree"),
    [
        ("Ada Candidate", "ADA", "CANDIDATE", True),
        ("Candidate Ada", "Ada", "Candidate", True),
        ("Hong Gildong", "GIL-DONG", "HONG", True),
        ("José Núñez", "JOSE", "NUNEZ", True),
        ("김민수", "민수", "김", True),
        ("Ada Candidate", "Ada Maria", "Candidate", False),
        ("Ada", "Ada", "Candidate", False),
        ("", "", "", False),
        ("Ada Candidate", "", "", False),
    ],
)
def test_g4_names_agree_but_for_case_accents_hyphens_and_order(stated, first, last, agree):
    assert names_agree(stated, first=first, last=last) is agree


@pytest.mark.parametrize(
    ("first", "last", "form"), [("민수", "김", NameForm.LEGAL), ("Minsu", "KIM", NameForm.LATIN), ("Eve", "Stranger", None)]
)
def test_g3_it_is_known_which_form_of_the_name_a_document_bears(first, last, form):
    assert form_that_agrees(legal="김민수", latin="Kim Minsu", first=first, last=last) is form


def test_g3_a_document_without_a_name_bears_no_empty_form():
    assert form_that_agrees(legal="Ada Candidate", latin="", first="", last="") is None


@pytest.mark.parametrize(("agrees", "expected"), [(None, "comparing"), (False, "name_differs"), (True, "verified")])
def test_g4_a_verified_session_counts_once_its_name_was_compared(agrees, expected):
    assert standing([(Told.VERIFIED, NOW)], name_agrees=agrees).value == expected
    assert SessionStanding(expected).is_over is (agrees is not None)


def test_g4_a_certificate_states_what_was_reached_where_a_check_is_asked_for():
    none, provider, reviewed = IdentityLevel
    assert [stated_level(asked=provider, reached=level) for level in IdentityLevel] == [none, provider, reviewed]
    assert [stated_level(asked=none, reached=level) for level in IdentityLevel] == [none, none, none]


@pytest.mark.parametrize(
    ("address", "is_proved", "expected"),
    [
        (None, False, "verified"),
        (OnPapers.OUTSIDE, False, "verified"),
        (OnPapers.NONE, False, "address_needed"),
        (OnPapers.NONE, True, "verified"),
        (OnPapers.UNCLEAR, False, "address_needed"),
        (OnPapers.UNCLEAR, True, "verified"),
        (OnPapers.EMBARGOED, False, "address_embargoed"),
        (OnPapers.EMBARGOED, True, "address_embargoed"),
    ],
)
def test_g5_the_address_that_a_provider_saw_counts_as_that_on_any_papers(address, is_proved, expected):
    found = standing([(Told.VERIFIED, NOW)], name_agrees=True, address=address, is_address_proved=is_proved)
    assert found.value == expected
    assert standing([(Told.VERIFIED, NOW)], name_agrees=False, address=address).value == "name_differs"


def test_g5_who_needs_a_proof_of_address_goes_on_with_the_same_session():
    assert not SessionStanding.ADDRESS_NEEDED.is_over
    assert SessionStanding.ADDRESS_EMBARGOED.is_over
