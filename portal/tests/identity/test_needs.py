"""Before the first document somebody reads all that they may need; afterwards, what is missing."""

import pytest
from portal.tests.identity.test_pages import browser

from guildmark.rules.identity import DocumentKind

LATIN, ADDRESS, NONE_SHOWS = "in another script only", "If it does not show your address", "None of your documents shows"


def read(candidate):
    page = browser(candidate).get("/identity/").content.decode()
    return tuple(sentence in page for sentence in (LATIN, ADDRESS, NONE_SHOWS))


@pytest.mark.parametrize(("name", "latin_name", "expected"), [("김민수", "Kim Minsu", True), ("Ada Candidate", "", False)])
def test_g3_who_has_a_name_in_another_script_reads_of_the_second_document_up_front(
    candidate, named, name, latin_name, expected
):
    named(candidate, name, latin_name)
    assert read(candidate) == (expected, True, False)


def test_g3_who_has_stated_no_name_reads_of_both(candidate):
    assert read(candidate) == (True, True, False)


def test_g5_after_the_first_document_only_what_is_missing_is_named(check, candidate, give):
    give(check, DocumentKind.PASSPORT)
    assert read(candidate) == (False, False, True)
