"""The pages of cohorts: an invitation accepted, a seat on the candidate's pages, and the desk (rules P8, P9 and X8)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.cohorts.conftest import OPENS_IN, Invited, made, token
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import settled, sitting
from portal.tests.operations.conftest import text

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting
from guildmark_portal.cohorts.models import Block, Cohort, Invitation, Taking, Teacher
from guildmark_portal.exams.models import Program

pytestmark = [pytest.mark.django_db, pytest.mark.money]
PAGE = "/invitation/"
DESK = "/desk/cohorts/"


def link(invitation: Invitation) -> str:
    return f"{PAGE}{token(invitation)}/"


def test_p9_a_link_is_remembered_through_the_sign_in_and_takes_nothing_by_itself(
    invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    visitor, address = Client(), link(invited())
    shown = visitor.get(address, follow=True)
    assert ["Institute of Models invites you" in text(shown), token(Invitation.objects.get()) in shown.content.decode()] == [
        True,
        False,
    ]
    assert visitor.post(PAGE)["Location"].startswith("/accounts/login/?next=/invitation/")
    visitor.force_login(candidate)
    assert ("Accept the invitation" in text(visitor.get(PAGE)), Taking.objects.count()) == (True, 0)
    said = text(visitor.post(PAGE, follow=True))
    assert ("You have a seat" in said, "15 January 2030, 14:00 UTC" in said, Taking.objects.count()) == (True, True, 1)


def test_p9_another_address_is_named_masked_and_asked_for(
    invited: Invited, stranger: User, stopped_clock: StoppedClock
) -> None:
    browser = signed_in(stranger)
    shown = text(browser.get(link(invited("candidate@example.org")), follow=True))
    assert ["It was sent to c…@example.org" in shown, "candidate@example.org" in shown] == [True, False]
    assert ("Tick the box" in text(browser.post(PAGE, follow=True)), Taking.objects.count()) == (True, 0)
    browser.post(PAGE, {"other_address": "yes"})
    assert Taking.objects.count() == 1


def test_p8_the_page_leads_to_the_handbook_first(live: Program, invited: Invited, own: Client) -> None:
    settled("registration.handbook=on")
    shown = own.get(link(invited()), follow=True).content.decode()
    assert ("/handbook/tiny/?next=/invitation/" in shown, "Accept the invitation" in shown) == (True, False)
    assert "Read the handbook first" in text(own.post(PAGE, follow=True))


def test_p9_whoever_has_proved_the_address_finds_the_invitation_among_their_exams(
    invited: Invited, own: Client, stranger: User, stopped_clock: StoppedClock
) -> None:
    row = invited()
    found = [token(row) in own.get("/exam/").content.decode()]
    Invitation.objects.update(sent_at=clock.now())
    found += [token(row) in browser.get("/exam/").content.decode() for browser in (own, signed_in(stranger))]
    accepting.accept(token=token(row), user=stranger, now=clock.now(), confirms_other_address=True)
    found.append(token(row) in own.get("/exam/").content.decode())
    assert found == [False, True, False, False]


def test_what_the_row_grants_is_shown_to_its_own_address_alone(invited: Invited, own: Client, stranger: User) -> None:
    address = link(invited(extra_time="25"))
    shown = [text(browser.get(address, follow=True)) for browser in (own, signed_in(stranger), Client())]
    assert ["25% of the exam's own time" in page for page in shown] == [True, False, False]


def test_p9_links_that_lead_nowhere_say_what_to_do(invited: Invited, own: Client, stranger: User) -> None:
    unknown = own.get(f"{PAGE}{'x' * 43}/", follow=True)
    said = unknown.content.decode()
    assert (unknown.status_code, "newest letter" in said, own.get(PAGE).status_code) == (404, True, 404)
    accepting.accept(token=token(invited()), user=stranger, now=clock.now(), confirms_other_address=True)
    assert "Another account has accepted" in text(own.get(link(Invitation.objects.get()), follow=True))


def test_x8_the_exam_page_counts_down_and_shows_the_button_at_the_instant_of_the_seat(
    cohort: Cohort, invited: Invited, candidate: User, own: Client, stopped_clock: StoppedClock
) -> None:
    accepting.accept(token=token(invited(extra_time="25")), user=candidate, now=clock.now())
    assert "Your seats" in text(own.get("/exam/"))
    attempt = sitting(candidate, cohort.program).id
    page, start = f"/exam/{attempt}/", "Start the exam"
    early = own.get(page)
    counts = 'data-countdown="2030-01-15T14:00:00+00:00"' in early.content.decode()
    assert ["Time until then: 2 hours" in text(early), start in text(early), counts] == [True, False, True]
    refused = text(own.post(f"{page}begin/", {"understood": "yes"}, follow=True))
    assert "can be begun from 15 January 2030, 14:00 UTC on: in 2 hours" in refused
    stopped_clock.advance(OPENS_IN.total_seconds())
    assert [word in text(own.get(page)) for word in (start, "You can begin now")] == [True, True]
    stopped_clock.advance(OPENS_IN.total_seconds())
    over = text(own.get(page))
    assert [start in over, "Ask Institute of Models for another date" in over] == [False, True]


def asked(**changed: str) -> dict[str, str]:
    return {
        "once": "a" * 32,
        "name": "Class of 2030",
        "organisation": "Institute",
        "program": "tiny",
        "opens_at": "2030-02-01T09:00",
        "closes_at": "2030-02-01T12:00",
        "spread_minutes": "20",
        **changed,
    }


def test_p9_staff_make_a_cohort_with_seats_and_a_teacher_once(live: Program, desk: Client, stranger: User) -> None:
    pages = [desk.post(f"{DESK}make/", asked())["Location"] for _ in range(2)]
    page = pages[0]
    seats = {"act": "seats", "once": "b" * 32, "count": "4", "paid": "bought", "reference": "Invoice 7"}
    for _ in range(2):
        desk.post(page, seats)
        desk.post(page, {"act": "teacher", "email": stranger.email})
    shown = text(desk.get(page))
    assert (len(set(pages)), Cohort.objects.count(), Block.objects.count(), Teacher.objects.count()) == (1, 1, 1, 1)
    assert ["Invoice 7" in shown, stranger.email in shown, "0 of 4 taken" in shown] == [True] * 3
    assert "No account that is open has this address" in text(
        desk.post(page, {"act": "teacher", "email": "nobody@example.org"}, follow=True)
    )


def test_p9_a_roster_is_looked_at_and_then_imported_as_it_was_shown(cohort: Cohort, desk: Client, work_off: WorkOff) -> None:
    page, content = f"{DESK}{cohort.pk}/roster/", "email;name\r\nada@example.org;Ada\r\nb@example.org;Ó Bó\r\n"
    looked = desk.post(page, {"file": SimpleUploadedFile("r.csv", content.encode("utf-8-sig"))})
    assert ("Will be added" in text(looked), Invitation.objects.count()) == (True, 0)
    said = text(desk.post(page, {"roster": looked.context["import_form"].initial["roster"]}, follow=True))
    assert ("2 new, 0 changed" in said, "Invite 2 people" in said) == (True, True)
    assert "2 invitations are on their way" in text(desk.post(f"{DESK}{cohort.pk}/", {"act": "invite"}, follow=True))
    work_off()
    assert Invitation.objects.filter(sent_at=None).count() == 0


def test_p9_a_roster_with_problems_shows_all_of_them_and_offers_nothing(cohort: Cohort, desk: Client) -> None:
    content = b"email,name\nnobody,=1\n<script>@x,A\n"
    shown = desk.post(f"{DESK}{cohort.pk}/roster/", {"file": SimpleUploadedFile("r.csv", content)})
    said = text(shown)
    assert ["There are 3 problems" in said, "Line 2, name" in said, "Line 3, email" in said, "Import it" in said] == [
        True,
        True,
        True,
        False,
    ]
    assert "<script>@x" not in shown.content.decode()


def test_p9_staff_withdraw_and_send_again(live: Program, invited: Invited, candidate: User, desk: Client) -> None:
    row = invited()
    accepting.accept(token=token(row), user=candidate, now=clock.now())
    page = f"{DESK}{row.cohort_id}/"
    number = str(row.pk)
    said = [text(desk.post(page, {"act": act, "number": number}, follow=True)) for act in ("withdraw", "again", "nothing")]
    assert ["is withdrawn" in said[0], "A new invitation is on its way" in said[1]] == [True, True]
    other = made(live, name="Another")
    desk.post(f"{DESK}{other.pk}/", {"act": "withdraw", "number": number})
    row.refresh_from_db()
    assert row.withdrawn_at is None  # it is not of that cohort


def test_p9_staff_make_a_window_longer(cohort: Cohort, desk: Client) -> None:
    page = f"{DESK}{cohort.pk}/"
    said = [
        text(desk.post(page, {"act": "prolong", "closes_at": at}, follow=True))
        for at in ("2030-01-15T18:30", "2030-01-15T15:00", "soon")
    ]
    assert ["The window is longer" in said[0], "only be made longer" in said[1], "Enter a valid" in said[2]] == [True] * 3
    assert Cohort.objects.get().closes_at.hour == 18


def test_what_changes_a_cohort_and_a_look_at_a_roster_ask_for_a_fresh_sign_in(cohort: Cohort, support: User) -> None:
    stale, page = signed_in(support, minutes_ago=60), f"{DESK}{cohort.pk}/"
    answers = [stale.post(page, {"act": "end"}), stale.post(f"{DESK}make/", asked()), stale.get(f"{page}roster/")]
    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/accounts/reauthenticate/"] * 3
    assert Cohort.objects.get().ended_at is None


def test_the_link_is_masked_in_the_log() -> None:
    import logging

    from guildmark_portal.logs import WithoutTokens

    record = logging.LogRecord("x", logging.INFO, "", 0, "GET /invitation/secret-token/ 302", None, None)
    assert WithoutTokens().format(record) == "GET /invitation/[token]/ 302"


def test_the_page_of_a_large_cohort_shows_a_hundred_people(cohort: Cohort, desk: Client) -> None:
    now = clock.now()
    Invitation.objects.bulk_create(
        Invitation(cohort=cohort, email=f"p{n:03}@example.org", nonce="n", digest=str(n), imported_at=now) for n in range(101)
    )
    pages = [text(desk.get(f"{DESK}{cohort.pk}/?page={number}")) for number in (1, 2)]
    assert [("p000@" in page, "p100@" in page) for page in pages] == [(True, False), (False, True)]


def test_p9_a_teacher_reminds(cohort: Cohort, invited: Invited, stranger: User, stopped_clock: StoppedClock) -> None:
    from guildmark_portal.cohorts import inviting, making

    row = invited("b@example.org")
    making.appoint(cohort=cohort, email=stranger.email, actor="tests", now=clock.now())
    Cohort.objects.update(opens_at=clock.now() + timedelta(days=3), closes_at=clock.now() + timedelta(days=4))
    inviting.send_again(invitation=row, actor="tests", now=clock.now())
    stopped_clock.advance(24 * 3600)
    assert "1 reminder is on its way" in text(signed_in(stranger).post(f"/cohorts/{cohort.pk}/", follow=True))
