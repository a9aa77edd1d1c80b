"""At the desk: a question to the candidate, a revocation, and what happens while somebody writes."""

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import WorkOff
from portal.tests.operations.conftest import Open, text

from guildmark.rules.case import CaseKind, Outcome
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.operations import queries, services
from guildmark_portal.operations.looking import page_of
from guildmark_portal.operations.models import Case, Message
from guildmark_portal.operations.refusals import AccountGone, CaseOver

pytestmark = pytest.mark.django_db
ANSWER = {"outcome": "information", "text": "We looked: it was the network."}


def said(answer: HttpResponse) -> str:
    """The words of a page, with single spaces."""
    return " ".join(text(answer).split())


def at(case: Case) -> str:
    return f"/desk/{case.pk}/"


def test_a_revocation_says_why_and_the_candidate_is_told(
    desk: Client, opened: Open, candidate: User, work_off: WorkOff, mailoutbox: list[EmailMessage], stopped_clock: StoppedClock
) -> None:
    case = opened(CaseKind.ACCOMMODATION)
    desk.post(at(case), {"outcome": "granted", "text": "Yes.", "percent": "25", "breaks": "2", "break_minutes": "10"})
    work_off()
    told = "25 % more time, 2 breaks of 10 minutes each"
    assert [told in letter.body for letter in mailoutbox if "has an answer" in letter.subject] == [True]
    own = signed_in(candidate)
    assert f"What was granted: {told}" in said(own.get(f"/help/{case.pk}/"))
    granted = candidate.accommodations.get()
    stopped_clock.advance(60)
    assert "Say why." in text(desk.post(at(case), {"revoke": granted.pk, "text": " "}))
    assert candidate.accommodations.filter(revoked_at=None).exists()
    mailoutbox.clear()
    desk.post(at(case), {"revoke": granted.pk, "text": "The proof was somebody else's."})
    work_off()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([candidate.email], "What was granted to you is revoked")
    assert (told in letter.body, "somebody else" in letter.body, f"/help/{case.pk}/" in letter.body) == (True, False, True)
    shown = said(own.get(f"/help/{case.pk}/"))
    assert "It was revoked since." in shown
    assert ("Why it was revoked" in shown, "The proof was somebody else's." in shown, "revoked 15" in shown) == (True,) * 3


def test_p10_a_question_is_answered_on_the_page_of_the_case_which_says_who_is_waited_for(
    desk: Client, opened: Open, candidate: User, work_off: WorkOff, mailoutbox: list[EmailMessage], stopped_clock: StoppedClock
) -> None:
    case, own = opened(), signed_in(candidate)
    work_off()
    mailoutbox.clear()
    stopped_clock.advance(60)
    assert "Write what you ask." in text(desk.post(at(case), {"ask": "yes", "text": ""}))
    assert "The candidate was asked." in text(desk.post(at(case), {"ask": "yes", "text": "At what hour?"}, follow=True))
    work_off()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([candidate.email], "A question about your case")
    assert ("hour" in letter.body, f"/help/{case.pk}/" in letter.body) == (False, True)
    assert ["waits for the candidate" in text(desk.get(page)) for page in (at(case), "/desk/")] == [True, True]
    shown = said(own.get(f"/help/{case.pk}/"))
    assert ("At what hour?" in shown, "You are asked something" in shown) == (True, True)
    stopped_clock.advance(60)
    assert own.post(f"/help/{case.pk}/", {"text": "At three."})["Location"] == f"/help/{case.pk}/"
    shown = said(desk.get(at(case)))
    assert ("At three." in shown, "waits for the candidate" in shown) == (True, False)
    assert "At three." in said(own.get(f"/help/{case.pk}/"))
    mailoutbox.clear()
    stopped_clock.advance(5 * 60)
    work_off()
    assert ["Its candidate added something." in letter.body for letter in mailoutbox] == [True]


def test_who_may_not_answer_asks_nothing(opened: Open, support: User, auditor: User) -> None:
    appeal, incident = opened(CaseKind.APPEAL), opened()
    asked = {"ask": "yes", "text": "Why?"}
    answers = [
        signed_in(support, minutes_ago=1).post(at(appeal), asked),
        signed_in(auditor, minutes_ago=1).post(at(incident), asked),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Message.objects.count() == 0


@pytest.mark.parametrize("asks", [{}, {"ask": "yes"}])
def test_what_is_written_for_a_case_that_was_withdrawn_meanwhile_is_not_lost(
    desk: Client, opened: Open, asks: dict[str, str]
) -> None:
    case = opened()
    services.withdraw(case=case, now=clock.now())
    shown = said(desk.post(at(case), {**ANSWER, **asks}))
    told = ("The candidate withdrew the case while you were writing", ANSWER["text"], "open another case")
    assert [one in shown for one in told] == [True, True, False]


def test_a_case_whose_account_is_deleted_meanwhile_is_there_no_more(
    examiner: User, opened: Open, candidate: User, paper: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(files=[paper])
    page = f"{at(case)}evidence/{case.evidence.get().pk}/"
    evidence, held = case.evidence.select_related("case", "sealed").get(), queries.case_with(case.pk)
    deletion.delete(user=candidate)
    desk = signed_in(examiner)
    assert [desk.get(one).status_code for one in (at(case), page)] == [404, 404]
    monkeypatch.setattr(queries, "case_with", lambda _number: held)  # read a moment before
    assert desk.get(at(case)).status_code == 404
    monkeypatch.undo()
    with pytest.raises(Case.DoesNotExist):
        page_of(evidence=evidence, viewer=examiner, now=clock.now())
    with pytest.raises(CaseOver):
        services.answer(case=held, by=held.user, outcome=Outcome.REFUSED, text="No.", now=clock.now())
    with pytest.raises(AccountGone):
        opened(user=candidate)
