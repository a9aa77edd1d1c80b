"""The photo's other ways: told before they are needed, and calm while one waits for the other device."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.identity.test_pages import browser, file_of
from portal.tests.platform.written_afresh import write_afresh

from guildmark_portal.identity import services
from guildmark_portal.identity.models import Leave
from guildmark_portal.jobs.runner import Runner


@pytest.fixture
def mine(candidate):
    return browser(candidate)


@pytest.fixture
def theirs(reviewer, stopped_clock):
    return signed_in(reviewer, minutes_ago=1)


def test_g4_who_has_no_camera_reads_how_to_ask_for_leave(mine, candidate, check):
    page = mine.get("/identity/photo/").content.decode()
    assert ("a reviewer can let you send the photo as a file" in page, candidate.email in page) == (True, True)
    assert 'href="/contact/"' in page


def test_g4_leave_is_told_by_letter_and_on_the_page(mine, theirs, check, candidate, mailoutbox):
    assert "send the photo as a file" not in mine.get("/identity/").content.decode()
    for _time in range(2):
        theirs.post("/review/leave/", {"email": candidate.email})
    Runner().run_due()
    (letter,) = [message for message in mailoutbox if message.to == [candidate.email]]
    assert letter.subject == "You may send your photo as a file"
    assert "http://127.0.0.1:8000/identity/photo/" in letter.body
    write_afresh(candidate.email, to="new@example.org")
    assert [(message.to, message.body) for message in mailoutbox[1:]] == [(["new@example.org"], letter.body)]
    assert "A reviewer lets you send the photo as a file, once." in mine.get("/identity/").content.decode()
    assert "Without a camera" not in mine.get("/identity/photo/").content.decode()


def test_g4_leave_is_no_word_any_more_once_it_is_used(mine, check, reviewer, photo_bytes, stopped_clock):
    services.grant_leave(check=check, reviewer=reviewer, now=stopped_clock.at)
    mine.post("/identity/photo/", {"file": file_of(photo_bytes)})
    assert "A reviewer lets you send" not in mine.get("/identity/").content.decode()


def test_an_address_that_is_nobodys_stays_in_the_form_of_the_leave(theirs, check):
    answer = theirs.post("/review/leave/", {"email": "nobody@example.org"})
    page = answer.content.decode()
    assert (answer.status_code, "Nobody with this address" in page, 'value="nobody@example.org"' in page) == (200, True, True)
    assert Leave.objects.count() == 0


def test_g4_who_asks_too_early_keeps_the_link_and_goes_on_once_the_photo_is_there(mine, check, photo_bytes):
    shown = mine.post("/identity/photo/link/").context
    early = mine.post("/identity/photo/link/", {"token": shown["token"]})
    assert ("has not arrived yet" in early.content.decode(), early.context["address"]) == (True, shown["address"])
    telephone, address = Client(), urlsplit(shown["address"]).path
    telephone.post(address, {"photo": file_of(photo_bytes)})
    done = mine.post("/identity/photo/link/", {"token": shown["token"]}, follow=True)
    assert (done.redirect_chain[0][0], "The photo has arrived." in done.content.decode()) == ("/identity/", True)
    for again in (telephone.get(address), telephone.post(address, {"photo": file_of(photo_bytes)})):
        assert (again.status_code, "has arrived" in again.content.decode()) == (200, True)
    assert check.photos.count() == 1


def test_g4_a_link_that_was_never_used_is_spent_and_no_photo_has_arrived(mine, check, stopped_clock):
    replaced = mine.post("/identity/photo/link/").context["token"]
    stopped_clock.advance(1)
    token = mine.post("/identity/photo/link/").context["token"]
    for late in (replaced, "guess"):
        assert "Make a new one" in mine.post("/identity/photo/link/", {"token": late}, follow=True).content.decode()
    stopped_clock.advance(15 * 60)
    assert Client().get(f"/identity/camera/{token}/").status_code == 404
    assert mine.post("/identity/photo/link/", {"token": token})["Location"] == "/identity/photo/"


def test_g4_a_link_is_shown_again_to_nobody_else(mine, check, stranger):
    token = mine.post("/identity/photo/link/").context["token"]
    answer = browser(stranger).post("/identity/photo/link/", {"token": token})
    assert (answer.status_code, answer["Location"]) == (302, "/identity/photo/")


def test_g4_a_new_link_brings_no_new_allowance_of_files(mine, check):
    def sent():
        return Client().post(urlsplit(mine.post("/identity/photo/link/").context["address"]).path, {}).status_code

    telephone = urlsplit(mine.post("/identity/photo/link/").context["address"]).path
    assert [Client().post(telephone, {}).status_code for _try in range(20)] == [200] * 20
    assert (sent(), mine.post("/identity/photo/", {}).status_code) == (429, 429)


def test_g4_links_are_made_twenty_times_an_hour_and_shown_again_for_ever(mine, check, stranger):
    made = [mine.post("/identity/photo/link/") for _try in range(21)]
    assert [answer.status_code for answer in made] == [200] * 20 + [429]
    assert mine.post("/identity/photo/link/", {"token": made[19].context["token"]}).status_code == 200
    assert browser(stranger).post("/identity/photo/link/").status_code == 200
