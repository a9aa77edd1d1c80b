"""Answers, rulings and added time wait for a fresh sign-in, and what was written on the form is not lost."""

import pytest
from django.contrib.sessions.models import Session
from portal.tests.accounts.conftest import CODE, signed_in
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sitting
from portal.tests.operations.conftest import Open

from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.exams.models import Credit
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.operations.looking import own_words
from guildmark_portal.operations.models import Answer, Message

SAID = "You lost two minutes, and have them back."


@pytest.fixture
def stopped_clock():
    """Stopped at the machine's own time, by which a sign-in is dated."""
    held = StoppedClock(clock.now())
    with clock.use(lambda: held.at):
        yield held


@pytest.fixture
def stale(examiner, stopped_clock):
    return signed_in(examiner, minutes_ago=60)


@pytest.fixture
def prove(stale, mailoutbox):
    """Prove who sits there, on the page to which one was sent."""

    def enter(asked):
        assert asked["Location"].startswith("/accounts/reauthenticate/?next=%2Fdesk%2F")
        stale.post(asked["Location"], {"action": "send"})
        Runner().run_due()
        (code,) = CODE.findall("".join(message.body for message in mailoutbox))
        return stale.post(asked["Location"], {"code": code})

    return enter


@pytest.mark.parametrize("kind", CaseKind)
def test_p10_an_answer_is_kept_as_it_was_written_and_stands_in_no_session(stale, prove, opened: Open, kind):
    case = opened(kind)
    asked = stale.post(f"/desk/{case.pk}/", {"outcome": "information", "text": SAID})
    assert Answer.objects.count() == 0
    waiting = str([session.get_decoded() for session in Session.objects.all()])
    assert ("sealed_text" in waiting, "minutes" in waiting) == (True, False)
    assert prove(asked)["Location"] == "/desk/"
    assert own_words(Answer.objects.get().words) == SAID


def test_p10_a_question_is_kept_as_it_was_written_and_stands_in_no_session(stale, prove, opened: Open):
    case = opened(CaseKind.ACCOMMODATION)
    asked = stale.post(f"/desk/{case.pk}/", {"ask": "yes", "text": SAID})
    assert (Message.objects.count(), "minutes" in str([one.get_decoded() for one in Session.objects.all()])) == (0, False)
    prove(asked)
    assert own_words(Message.objects.get().words) == SAID


def test_x10_time_is_added_once_who_adds_it_is_known(stale, prove, running: Sitting):
    address = f"/desk/attempts/{running.id}/"
    asked = stale.post(address, {"act": "credit", "minutes": "7", "reason": "The power failed."})
    assert Credit.objects.count() == 0
    assert prove(asked)["Location"] == address
    assert Credit.objects.get().seconds == 420


def test_an_answer_that_was_tampered_with_meanwhile_is_asked_for_again(examiner, opened: Open):
    client, case = signed_in(examiner, minutes_ago=0), opened()
    answer = client.post(f"/desk/{case.pk}/", {"outcome": "information", "sealed_text": "1.AAAA"})
    assert "An answer gives its reasons." in answer.content.decode()
    assert Answer.objects.count() == 0
