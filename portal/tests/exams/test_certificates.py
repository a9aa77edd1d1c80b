"""Certificates: signed, found by a typed identifier, and never for a failed attempt."""

import json
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff

from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.credentials import identifiers, queries, services
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.refusals import NotEarned
from guildmark_portal.exams import keyring

SEED = st.integers(min_value=0, max_value=2**32)


def identifier(seed: int) -> str:
    body = "".join(random.Random(seed).choices(identifiers.ALPHABET, k=11))  # noqa: S311 - a test's choice
    return identifiers._written(body + identifiers._check(body))


@given(SEED)
def test_case_dashes_and_spaces_do_not_matter(seed: int) -> None:
    written = identifier(seed)
    for typed in (written.lower(), written.replace("-", ""), written.replace("-", " "), f" {written[3:]} "):
        assert identifiers.normalised(typed) == written


@given(SEED)
def test_it_is_found_in_whatever_text_it_was_pasted_with(seed: int) -> None:
    written = identifier(seed)
    for pasted in (f"https://exam.example.org/certificates/{written}/", f"No. {written.lower()}, please", written):
        assert identifiers.normalised(identifiers.in_text(pasted)) == written


@given(SEED, st.integers(min_value=0, max_value=11), st.sampled_from(identifiers.ALPHABET))
def test_one_wrong_character_is_noticed(seed: int, place: int, character: str) -> None:
    plain = identifier(seed).replace("-", "")[2:]
    wrong = plain[:place] + character + plain[place + 1 :]
    assert identifiers.normalised(wrong) == (identifier(seed) if wrong == plain else None)


def test_new_identifiers_are_well_formed_and_different() -> None:
    made = {identifiers.new_identifier() for _ in range(200)}
    assert len(made) == 200
    assert {identifiers.normalised(one) for one in made} == made


@pytest.mark.parametrize("typed", ["", "GM-", "GM-0000-0000-000U", "GM-0000-0000-0000-0000", "'; DROP TABLE", "é" * 12])
def test_what_cannot_be_an_identifier_is_none(typed: str) -> None:
    assert identifiers.normalised(typed) is None


@pytest.fixture
def passed(running: Sitting, grading_service: GradingService, work_off: WorkOff) -> Certificate:
    for number in (1, 2, 3):
        running.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    running.finish()
    work_off()
    return Certificate.objects.get()


def test_x13_a_certificate_verifies_and_a_changed_one_does_not(passed: Certificate) -> None:
    document = json.loads(queries.certificate(passed.identifier.lower().replace("-", "")).model_dump_json())
    (key,) = keyring.public_keys()
    assert is_signed_by(document, key.public_key)
    for field, value in (("holder", "Eve Stranger"), ("points", 99.0), ("demonstration", False), ("expires_on", "2099-01-01")):
        assert not is_signed_by({**document, field: value}, key.public_key)


def test_c6_a_demo_certificate_says_so_and_is_valid_for_36_months(passed: Certificate) -> None:
    found = queries.certificate(passed.identifier)
    assert (found.demonstration, found.holder, found.issuer) == (True, "Ada Candidate", "Guildmark")
    assert (found.issued_on, found.expires_on) == (date(2030, 1, 15), date(2033, 1, 15))
    assert (found.points, found.points_possible, found.framework) == (100.0, 100, "TensorFlow")
    assert [category.score for category in found.categories] == [5, 5, 5]


def test_a_certificate_tells_no_address(passed: Certificate) -> None:
    assert "candidate@example.org" not in json.dumps(passed.document)


@pytest.mark.usefixtures("db")
def test_an_unknown_identifier_does_not_exist() -> None:
    for typed in (identifiers.new_identifier(), "nonsense"):
        with pytest.raises(Certificate.DoesNotExist):
            queries.certificate(typed)


def test_a_failed_or_running_attempt_earns_none(running: Sitting) -> None:
    with pytest.raises(NotEarned):
        services.issue(attempt=running.attempt, now=clock.now())
    running.finish()
    with pytest.raises(NotEarned):
        services.issue(attempt=running.attempt, now=clock.now())


def test_issuing_again_answers_the_same_certificate(passed: Certificate) -> None:
    assert services.issue(attempt=passed.attempt, now=clock.now()) == passed
