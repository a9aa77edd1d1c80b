"""The desk: what waits, an answer, evidence whose looks are kept, an attempt with its reports side by side, outages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.operations.conftest import WORDS, Open, text

from guildmark.rules.case import CaseKind, Outcome
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Credit, Outage, Submission
from guildmark_portal.exams.services import practise, publish_practice
from guildmark_portal.operations.models import Answer, Case, Look

pytestmark = pytest.mark.django_db
OUTAGE = {"began_at": "2030-01-15T12:10", "ended_at": "2030-01-15T12:20", "reason": "The network of the house failed."}
ANSWER = {"outcome": "information", "text": "We looked: it was the network."}


def said(answer: HttpResponse) -> str:
    """The words of a page, with single spaces."""
    return " ".join(text(answer).split())


def at(case: Case) -> str:
    return f"/desk/{case.pk}/"


class TestTheQueue:
    def test_p10_what_is_due_first_stands_on_top_and_what_is_overdue_says_so(
        self, desk: Client, opened: Open, stranger: User, stopped_clock: StoppedClock
    ) -> None:
        first = opened()
        stopped_clock.advance(3600)
        opened(CaseKind.APPEAL, user=stranger)
        stopped_clock.at = first.answer_due + timedelta(seconds=1)
        shown = text(desk.get("/desk/"))
        assert shown.index("Incident") < shown.index("Appeal")
        assert shown.count("The answer is overdue") == 1
        assert "Desk (2)" in shown

    def test_support_sees_incidents_alone(self, opened: Open, support: User) -> None:
        client, appeal = signed_in(support), opened(CaseKind.APPEAL)
        opened()
        assert "Appeal" not in text(client.get("/desk/")).replace("Incidents and appeals", "")
        assert client.get(at(appeal)).status_code == 403

    @pytest.mark.parametrize("sought", ["candidate@exam", "ada cand", "ATTEMPT", "SUBMISSION"])
    def test_an_attempt_is_found_by_address_name_or_id(self, desk: Client, graded: Submission, sought: str) -> None:
        known = {"ATTEMPT": str(graded.attempt_id), "SUBMISSION": str(graded.pk)}
        shown = desk.post("/desk/", {"sought": known.get(sought, sought)}).content.decode()
        assert f"/desk/attempts/{graded.attempt_id}/" in shown

    def test_a_practice_attempt_is_found_by_its_id_alone_and_says_what_it_is(self, desk: Client, running: Sitting) -> None:
        publish_practice(actor="tests")
        practice = practise(user=running.user, now=clock.now())
        by_name, by_id = (desk.post("/desk/", {"sought": sought}) for sought in ("ada cand", str(practice.pk)))
        for answer, found in ((by_name, running.id), (by_id, practice.pk)):
            assert re.findall(r"/desk/attempts/([0-9a-f-]+)/", answer.content.decode()) == [str(found)]
        assert ["Rehearsal" in text(answer) for answer in (by_name, by_id)] == [False, True]

    def test_support_is_led_to_the_letters_that_did_not_arrive(self, desk: Client, support: User) -> None:
        pages = (client.get("/desk/").content.decode() for client in (signed_in(support), desk))
        assert ['href="/desk/mail/"' in page for page in pages] == [True, False]

    @pytest.mark.parametrize("sought", ["an", "nobody@example.org"])
    def test_nobody_lists_everybody(self, desk: Client, running: Sitting, sought: str) -> None:
        shown = desk.post("/desk/", {"sought": sought}).content.decode()
        assert f"/desk/attempts/{running.id}/" not in shown
        assert "Nothing was found." in shown

    def test_a_name_of_two_letters_is_found_where_that_is_a_whole_name(self, desk: Client, running: Sitting) -> None:
        User.objects.filter(pk=running.user.pk).update(name="김민")
        found = [
            f"/desk/attempts/{running.id}/" in desk.post("/desk/", {"sought": it}).content.decode() for it in ("김민", "김")
        ]
        assert found == [True, False]

    def test_a_search_without_end_finds_nothing(self, desk: Client) -> None:
        assert "Nothing was found." in text(desk.post("/desk/", {"sought": "x" * 60_000}))


class TestACase:
    def test_p10_an_answer_is_sent_once_and_leads_back_to_the_desk(
        self, desk: Client, opened: Open, work_off: WorkOff, mailoutbox: list[EmailMessage]
    ) -> None:
        case = opened()
        assert WORDS in text(desk.get(at(case)))
        assert desk.post(at(case), ANSWER)["Location"] == "/desk/"
        assert "Somebody answered the case while you were writing." in text(desk.post(at(case), ANSWER))
        assert Answer.objects.get().outcome == "information"
        work_off()
        assert [one.subject for one in mailoutbox].count("Your report of an incident has an answer") == 1

    def test_an_answer_without_reasons_or_outcome_is_refused_beside_the_fields(self, desk: Client, opened: Open) -> None:
        shown = text(desk.post(at(opened()), {"outcome": "", "text": " "}))
        assert ("Choose one of the three." in shown, "An answer gives its reasons." in shown) == (True, True)
        assert Answer.objects.count() == 0

    def test_x16_an_answer_waits_for_a_fresh_sign_in_without_a_plain_word_in_the_session(
        self, examiner: User, opened: Open
    ) -> None:
        client, case = signed_in(examiner, minutes_ago=60), opened()
        answer = client.post(at(case), ANSWER)
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        assert "network" not in str(dict(client.session))
        assert Answer.objects.count() == 0

    def test_x16_what_is_written_for_an_accommodation_is_for_examiners_alone_and_each_look_is_kept(
        self, desk: Client, opened: Open, auditor: User, examiner: User
    ) -> None:
        case = opened(CaseKind.ACCOMMODATION)
        assert "asthma" not in text(signed_in(auditor).get(at(case)))
        assert Look.objects.count() == 0
        assert "asthma" in text(desk.get(at(case)))
        assert list(Look.objects.values_list("viewer", "page")) == [(examiner.pk, 0)]
        assert Entry.objects.get(action="case.look").detail == {"page": 0}

    def test_x16_evidence_is_opened_by_examiners_and_the_look_is_written_down_first(
        self, desk: Client, opened: Open, paper: bytes, support: User, auditor: User, candidate: User, examiner: User
    ) -> None:
        case = opened(files=[paper])
        address = f"{at(case)}evidence/{case.evidence.get().pk}/"
        others = [signed_in(one).get(address).status_code for one in (support, auditor, candidate)]
        assert (others, Look.objects.count()) == ([403, 403, 403], 0)
        answer = desk.get(address)
        assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("image/jpeg", True)
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert list(Look.objects.values_list("viewer", "page")) == [(examiner.pk, 1)]
        assert desk.get(f"{at(opened())}evidence/{case.evidence.get().pk}/").status_code == 404

    def test_nobody_reads_or_answers_their_own(self, desk: Client, opened: Open, examiner: User) -> None:
        case = opened(user=examiner)
        shown = text(desk.get(at(case)))
        assert (WORDS in shown, "somebody else reads and answers it" in shown) == (False, True)
        desk.post(at(case), ANSWER)
        assert Answer.objects.count() == 0

    def test_an_auditor_reads_and_answers_nothing(self, opened: Open, auditor: User) -> None:
        client, case = signed_in(auditor, minutes_ago=1), opened()
        assert WORDS in text(client.get(at(case)))
        assert client.post(at(case), ANSWER).status_code == 403


class TestOutages:
    @pytest.mark.usefixtures("running")
    def test_x10_an_outage_is_declared_and_says_whom_it_touched(
        self, examiner: User, stopped_clock: StoppedClock, work_off: WorkOff
    ) -> None:
        stopped_clock.advance(3600)
        desk = signed_in(examiner, minutes_ago=1)
        assert "Every attempt that it touched gets its time back" in text(desk.post("/desk/outages/", OUTAGE, follow=True))
        work_off()
        shown = text(desk.get("/desk/outages/"))
        assert ("1 attempt got time back" in shown, "10 min" in shown, "Ada Candidate" in shown) == (True, True, True)

    def test_x10_who_was_decided_before_is_named_for_staff(
        self, examiner: User, running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
    ) -> None:
        stopped_clock.advance(900)
        running.finish()
        work_off()
        stopped_clock.advance(2700)
        desk = signed_in(examiner, minutes_ago=1)
        desk.post("/desk/outages/", OUTAGE)
        work_off()
        shown = text(desk.get("/desk/outages/"))
        assert ("These ended before anybody noticed" in shown, "No attempt got time back for it." in shown) == (True, True)
        assert "1 attempt ended in an outage before anybody noticed" in text(desk.get("/desk/"))
        stopped_clock.advance(14 * 24 * 3600)
        assert "before anybody noticed" not in text(signed_in(examiner).get("/desk/"))
        assert Credit.objects.count() == 0

    @pytest.mark.parametrize("changed", [{"ended_at": "2030-01-15T12:10"}, {"began_at": "noon"}, {"reason": " "}])
    def test_a_stretch_that_can_be_none_is_refused_with_what_was_typed(
        self, examiner: User, stopped_clock: StoppedClock, changed: dict[str, str]
    ) -> None:
        stopped_clock.advance(3600)
        desk = signed_in(examiner, minutes_ago=1)
        shown = desk.post("/desk/outages/", {**OUTAGE, **changed}).content.decode()
        assert ("There is a problem" in shown, Outage.objects.count()) == (True, 0)

    def test_support_reads_and_declares_nothing(self, support: User) -> None:
        client = signed_in(support, minutes_ago=1)
        assert "Declare an outage" not in text(client.get("/desk/outages/"))
        assert client.post("/desk/outages/", OUTAGE).status_code == 403


def test_x10_an_accommodation_that_is_granted_is_applied_to_the_next_attempt(
    desk: Client, opened: Open, candidate: User, sit: Callable[..., Sitting]
) -> None:
    case = opened(CaseKind.ACCOMMODATION)
    nothing = text(desk.post(at(case), {"outcome": "granted", "text": "Yes."}))
    assert ("This accommodation cannot be granted like that." in nothing, Answer.objects.count()) == (True, 0)
    granted = {"percent": "25", "breaks": "2", "break_minutes": "10", "ends_on": "2030-12-31"}
    assert desk.post(at(case), {"outcome": "granted", "text": "Yes.", **granted})["Location"] == "/desk/"
    assert "25 % more time, 2 breaks of 10 minutes each until 31 December 2030" in said(signed_in(candidate).get("/help/"))
    sitting = sit(candidate).prepare().begin()
    assert [credit.seconds for credit in sitting.attempt.credits.all()] == [5 * 3600 // 4]


def test_an_answer_that_grants_nothing_leaves_no_accommodation(desk: Client, opened: Open, candidate: User) -> None:
    case = opened(CaseKind.ACCOMMODATION)
    desk.post(at(case), {"outcome": "refused", "text": "No.", "percent": "25"})
    assert (Answer.objects.get().outcome, candidate.accommodations.count()) == (Outcome.REFUSED.value, 0)


def test_what_was_granted_is_revoked_by_an_examiner_for_what_begins_from_then_on(
    desk: Client, opened: Open, candidate: User, stranger: User
) -> None:
    case, other = opened(CaseKind.ACCOMMODATION), opened(CaseKind.ACCOMMODATION, user=stranger)
    desk.post(at(case), {"outcome": "granted", "text": "Yes.", "percent": "25"})
    granted = candidate.accommodations.get()
    why = {"text": "The proof was somebody else's."}
    assert "It had ended already." in text(desk.post(at(other), {"revoke": granted.pk, **why}, follow=True))
    assert "It is revoked" in text(desk.post(at(case), {"revoke": granted.pk, **why}, follow=True))
    assert candidate.accommodations.get().revoked_at == clock.now()
    assert "more time" not in text(signed_in(candidate).get("/help/"))


def test_a_case_about_nothing_leads_to_the_attempts_of_its_candidate(desk: Client, running: Sitting, opened: Open) -> None:
    address = f'href="/desk/attempts/{running.id}/"'
    assert address in desk.get(at(opened())).content.decode()


def test_support_is_told_that_examiners_add_time(desk: Client, running: Sitting, opened: Open, support: User) -> None:
    case = opened(attempt=running.attempt)
    pages = [text(client.get(at(case))) for client in (desk, signed_in(support))]
    assert ["Regrade, rule or add time first" in page for page in pages] == [True, False]
    assert ["leave it to one of them" in page for page in pages] == [False, True]


@pytest.mark.parametrize("page", ["/desk/certificates/", "/desk/outages/"])
def test_an_owner_is_told_how_to_get_to_the_desk_and_gets_there(staff: User, page: str) -> None:
    owner = signed_in(staff, minutes_ago=1)
    refused = owner.get(page)
    assert (refused.status_code, 'href="/account/roles/"' in refused.content.decode()) == (403, True)
    command = re.search("guildmark-portal role grant (\\S+@\\S+) (examiner)", refused.content.decode())
    assert command is not None
    owner.post("/account/roles/", {"email": command[1], "role": command[2]})
    assert owner.get(page).status_code == 200


@pytest.mark.parametrize(
    ("role", "opens", "others"),
    [
        ("owner", {"/desk/orders/", "/desk/programs/", "/account/roles/", "/account/close/"}, {"/review/", "/desk/outages/"}),
        ("reviewer", {"/review/"}, {"/desk/orders/", "/desk/programs/", "/desk/providers/", "/account/roles/"}),
        ("support", {"/desk/orders/", "/desk/outages/", "/account/recoveries/"}, {"/review/", "/desk/programs/"}),
        ("examiner", {"/desk/certificates/", "/desk/providers/"}, {"/desk/orders/", "/review/", "/account/roles/"}),
    ],
)
def test_x8_the_desk_leads_everybody_to_the_desks_that_they_may_open(role: str, opens: set[str], others: set[str]) -> None:
    browser = signed_in(person_with(role), minutes_ago=1)
    content = browser.get("/desk/").content.decode().partition("<main")[2]
    led = {
        address for address in re.findall('href="([^"]+)"', content) if address.startswith(("/desk/", "/account/", "/review/"))
    }
    assert (opens - led, others & led) == (set(), set())
    assert {address: browser.get(address).status_code for address in led} == dict.fromkeys(led, 200)
    assert ("Find an attempt" in content) == (role not in {"owner", "reviewer"})


def test_nobody_but_an_owner_is_told_of_the_command(candidate: User) -> None:
    said_to_them = signed_in(candidate).get("/desk/").content.decode()
    assert ("Ask an owner of this portal for it." in said_to_them, "role grant" in said_to_them) == (True, False)
