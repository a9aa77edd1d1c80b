"""The candidate's pages of cases: opened, read, added to, taken back; and to anybody else there are none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.operations.conftest import WORDS, Open
from portal.tests.web.html_reading import Page

from guildmark.rules.case import CaseKind, Outcome
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import vault
from guildmark_portal.operations import services
from guildmark_portal.operations.models import Case, Evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(candidate: User, stopped_clock: StoppedClock) -> Client:
    return signed_in(candidate)


def page(client: Client, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def chosen(found: Page) -> set[str]:
    """What is chosen in a form."""
    return {
        str(attributes["value"])
        for tag, attributes in found.tags
        if (tag == "input" and "checked" in attributes) or (tag == "option" and "selected" in attributes)
    }


def test_p10_a_case_is_opened_with_a_proof_and_shown_with_the_day_of_its_answer(own: Client, paper: bytes) -> None:
    form = {"kind": "incident", "about": "", "text": WORDS, "pictures": SimpleUploadedFile("proof.jpg", paper)}
    answer = own.post("/help/new/", form)
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/help/{case.pk}/")
    shown = page(own, f"/help/{case.pk}/").text
    assert WORDS in shown
    assert "25 January 2030, 12:00 UTC" in shown
    assert "1 page was sent with it" in shown
    assert "Waits for an answer" in page(own, "/help/").text


def test_what_is_wrong_with_the_form_stands_beside_its_field_and_keeps_what_was_typed(own: Client) -> None:
    found = Page(own.post("/help/new/", {"text": WORDS}).content.decode())
    assert "Choose one of the three." in found.text
    assert WORDS in found.text
    assert (found.problems, found.labels_missing, Case.objects.count()) == ([], [], 0)


def test_a_file_that_cannot_be_read_is_refused_in_words_and_nothing_is_kept(own: Client) -> None:
    form = {"kind": "incident", "text": WORDS, "pictures": SimpleUploadedFile("proof.jpg", b"no picture at all")}
    assert "This is not a JPEG, PNG, WebP or PDF file" in own.post("/help/new/", form).content.decode()
    assert Case.objects.count() == 0


def test_x12_from_a_result_the_form_is_an_appeal_about_that_attempt(
    running: Sitting, own: Client, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    address = f"/help/new/?attempt={running.id}"
    assert chosen(page(own, address)) == {"incident", f"attempt:{running.id}"}
    running.finish()
    work_off()
    assert chosen(page(own, address)) == {"appeal", f"attempt:{running.id}"}
    stopped_clock.advance(14 * 24 * 3600 + 1)
    assert chosen(page(own, address)) == {"incident", f"attempt:{running.id}"}
    assert chosen(page(own, f"{address}&kind=accommodation")) == {"accommodation", f"attempt:{running.id}"}


def test_x12_the_page_of_a_result_and_the_form_agree_before_the_decision_is_written_down(own: Client, running: Sitting) -> None:
    running.finish()
    address = f"/help/new/?attempt={running.id}"
    assert ("a", address) in [(tag, a.get("href")) for tag, a in page(own, f"/exam/{running.id}/result/").tags]
    assert chosen(page(own, address)) == {"appeal", f"attempt:{running.id}"}


def test_x12_an_appeal_that_comes_too_late_says_until_when_it_was_taken(
    running: Sitting, own: Client, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    running.finish()
    work_off()
    stopped_clock.advance(14 * 24 * 3600 + 1)
    answer = own.post("/help/new/", {"kind": "appeal", "about": f"attempt:{running.id}", "text": WORDS})
    assert "Appeals against this result were taken until 29 January 2030, 12:00 UTC." in answer.content.decode()


def test_nobody_opens_a_case_about_somebody_elses_attempt(running: Sitting, stranger: User) -> None:
    client = signed_in(stranger)
    assert f"attempt:{running.id}" not in client.get(f"/help/new/?attempt={running.id}").content.decode()
    answer = client.post("/help/new/", {"kind": "incident", "about": f"attempt:{running.id}", "text": WORDS})
    assert (answer.status_code, Case.objects.count()) == (200, 0)


def test_pictures_can_be_added_until_there_is_an_answer(own: Client, opened: Open, examiner: User, paper: bytes) -> None:
    case = opened()
    address = f"/help/{case.pk}/"
    assert own.post(address, {"pictures": SimpleUploadedFile("a.jpg", paper)})["Location"] == address
    services.answer(case=case, by=examiner, outcome=Outcome.INFORMATION, text="All is well.", now=clock.now())
    refused = own.post(address, {"pictures": SimpleUploadedFile("b.jpg", paper)}).content.decode()
    assert "This case was answered or withdrawn already." in refused
    assert (Evidence.objects.count(), "All is well." in refused, "Explained" in refused) == (1, True, True)


def test_words_can_be_added_until_there_is_an_answer_and_are_not_lost(own: Client, opened: Open, examiner: User) -> None:
    address = f"/help/{(case := opened()).pk}/"
    assert "Write something, or choose a picture." in own.post(address, {"text": " "}).content.decode()
    assert own.post(address, {"text": "It was at three."})["Location"] == address
    assert "It was at three." in page(own, address).text
    services.answer(case=case, by=examiner, outcome=Outcome.INFORMATION, text="All is well.", now=clock.now())
    refused = own.post(address, {"text": "It was at four."}).content.decode()
    assert ("This case was answered or withdrawn already." in refused, "It was at four." in refused) == (True, True)


def test_x12_an_appeal_names_a_result_and_a_second_one_leads_to_the_first(running: Sitting, own: Client) -> None:
    for about in (f"program:{running.program}", ""):
        shown = own.post("/help/new/", {"kind": "appeal", "about": about, "text": WORDS}).content.decode()
        assert "An appeal is against the result of an exam" in shown
    running.finish()
    form = {"kind": "appeal", "about": f"attempt:{running.id}", "text": WORDS}
    first = own.post("/help/new/", form)["Location"]
    found = Page(own.post("/help/new/", form).content.decode())
    assert ("An appeal of yours against this result waits" in found.text, WORDS in found.text) == (True, True)
    assert ("a", first) in [(tag, a.get("href")) for tag, a in found.tags]
    assert (found.problems, found.labels_missing, Case.objects.count()) == ([], [], 1)


def test_in_a_running_exam_the_form_is_an_incident_in_it(running: Sitting, own: Client) -> None:
    assert chosen(page(own, "/help/new/")) == {"incident", f"attempt:{running.id}"}
    running.finish()
    assert chosen(page(own, "/help/new/")) == {""}


def test_a_case_that_cannot_be_opened_says_so(own: Client, opened: Open) -> None:
    case = opened()
    vault.path_of(case.words_id).write_bytes(b"damaged")
    assert "It cannot be opened. Tell the operator" in page(own, f"/help/{case.pk}/").text


def test_a_case_is_taken_back_once(own: Client, opened: Open) -> None:
    address = f"/help/{opened().pk}/"
    assert "Nobody answers it any more." in own.post(f"{address}withdraw/", follow=True).content.decode()
    assert "answered or withdrawn already" in own.post(f"{address}withdraw/", follow=True).content.decode()


def test_a_stranger_finds_nothing(opened: Open, stranger: User) -> None:
    client, address = signed_in(stranger), f"/help/{opened(CaseKind.ACCOMMODATION).pk}/"
    answers = [client.get(address), client.post(address), client.post(f"{address}withdraw/")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "You have no case." in page(client, "/help/").text


@pytest.mark.usefixtures("opened")
def test_every_page_is_well_formed_with_nothing_inline(own: Client, opened: Open) -> None:
    case = opened()
    pages = {address: page(own, address) for address in ("/help/", "/help/new/", f"/help/{case.pk}/")}
    assert {address: (found.problems, found.labels_missing) for address, found in pages.items()} == dict.fromkeys(
        pages, ([], [])
    )
