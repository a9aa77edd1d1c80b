"""The name on a certificate: the legal name, and where papers were checked the one that was held against them."""

import pytest

from guildmark.rules.identity import Verdict
from guildmark_portal import clock
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.names import forms_of
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity.models import Check, Decision, Round
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName


@pytest.fixture
def attempt(sit, candidate, stopped_clock):
    """The candidate's, with the level of check that is asked for."""

    def at(level: str) -> Attempt:
        Attempt.objects.filter(pk=sit(candidate).id).update(identity_check=level)
        return Attempt.objects.select_related("user").get()

    return at


def approve(candidate, reviewer, verdict: Verdict = Verdict.APPROVED) -> None:
    now = clock.now()
    check = Check.objects.create(user=candidate, opened_at=now, changed_at=now)
    submitted = Round.objects.create(of_check=check, number=1, submitted_at=now, reviewers_needed=1)
    reasons = [] if verdict is Verdict.APPROVED else ["blurred"]
    Decision.objects.create(round=submitted, reviewer=reviewer, verdict=verdict.value, reasons=reasons, decided_at=now)


def test_without_a_profile_the_name_of_the_account_is_carried(attempt) -> None:
    assert name_of_holder(attempt("none")) == "Ada Candidate"


def test_the_legal_name_is_carried(attempt, candidate) -> None:
    profiles.record_name(user=candidate, full_name=FullName("김민준", "Kim Minjun"))
    assert name_of_holder(attempt("none")) == "김민준"


def test_g3_a_name_that_no_papers_were_seen_for_is_not_carried(attempt, candidate, staff, stopped_clock) -> None:
    profiles.record_name(user=candidate, full_name=FullName("Ada Byron"))
    approve(candidate, staff)
    stopped_clock.advance(1)
    profiles.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    assert name_of_holder(attempt("reviewed")) == "Ada Byron"
    assert name_of_holder(attempt("none")) == "Ada Lovelace"


def test_a_name_of_the_same_instant_as_the_papers_was_seen_with_them(attempt, candidate, staff) -> None:
    approve(candidate, staff)
    profiles.record_name(user=candidate, full_name=FullName("Ada Byron"))
    assert name_of_holder(attempt("reviewed")) == "Ada Byron"


def test_papers_that_were_rejected_prove_no_name(attempt, candidate, staff, stopped_clock) -> None:
    profiles.record_name(user=candidate, full_name=FullName("Ada Byron"))
    approve(candidate, staff)
    Check.objects.update(closed_at=clock.now())
    stopped_clock.advance(1)
    profiles.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    approve(candidate, staff, Verdict.REJECTED)
    assert name_of_holder(attempt("reviewed")) == "Ada Byron"


def test_a_certificate_that_was_issued_keeps_its_name(running, candidate, grading_service, work_off) -> None:
    profiles.record_name(user=candidate, full_name=FullName("Ada Byron"))
    for number in (1, 2, 3):
        running.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    running.finish()
    work_off()
    profiles.record_name(user=candidate, full_name=FullName("Ada Lovelace"))
    issued = Certificate.objects.get()
    assert (issued.holder, "Lovelace" in str(issued.document)) == ("Ada Byron", False)


def test_g3_only_the_latin_form_that_papers_were_seen_for_is_offered(attempt, candidate, staff, stopped_clock) -> None:
    profiles.record_name(user=candidate, full_name=FullName("김민서", "Kim Minseo"))
    approve(candidate, staff)
    stopped_clock.advance(1)
    profiles.record_name(user=candidate, full_name=FullName("김민서", "Somebody Else"))
    offered = [form.text for form in forms_of(attempt("reviewed"))]
    assert offered == ["김민서", "Kim Minseo", "김민서 (Kim Minseo)"]
