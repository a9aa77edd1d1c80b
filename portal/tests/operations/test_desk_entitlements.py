"""Rights to sit at the desk: found, granted and taken back by support and owners, never for themselves (rule G6)."""

from datetime import date

import pytest
from django.core import mail as outbox
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import MakeBank, WorkOff
from portal.tests.exams.paid_exam import granted, published, sitting
from portal.tests.operations.conftest import text

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program

pytestmark = pytest.mark.django_db
FIND, GRANT = "/desk/entitlements/", "/desk/entitlements/grant/"


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    """A live exam for a fee."""
    return published(make_bank(visibility="private"))


@pytest.fixture
def desk(support: User, stopped_clock: StoppedClock) -> Client:
    """The browser of support, with a fresh sign-in."""
    return signed_in(support, minutes_ago=1)


def asked(to: str, **changed: str) -> dict[str, str]:
    return {"address": to, "program": "tiny", "until": "", "reason": "Paid, order 7.", "once": "a" * 32, **changed}


def page(right: Entitlement) -> str:
    return f"{FIND}{right.pk}/"


def test_g6_support_grants_one_with_a_reason_once_and_its_holder_is_told(
    live: Program, desk: Client, support: User, candidate: User, work_off: WorkOff
) -> None:
    said = [text(desk.post(GRANT, asked(candidate.email), follow=True)) for _ in range(2)]
    right = Entitlement.objects.get()
    work_off()
    assert (right.user, right.program, right.source, right.valid_until) == (candidate, live, "staff", date(2030, 7, 15))
    assert ["Paid, order 7." in shown and "15 July 2030" in shown for shown in said] == [True, True]
    assert [letter.subject for letter in outbox.outbox] == ["You may sit an exam: Tiny exam"]
    (entry,) = Entry.objects.filter(action="entitlement.granted")
    assert (entry.actor, entry.subject, "order" in str(entry.detail)) == (
        f"user:{support.pk}",
        f"entitlement:{right.pk}",
        False,
    )


def test_g6_one_for_an_address_without_an_account_has_the_day_that_was_typed(live: Program, desk: Client) -> None:
    desk.post(GRANT, asked("new@example.org", until="2030-03-31"))
    right = Entitlement.objects.get(program=live)
    assert (right.user, right.email, right.valid_until) == (None, "new@example.org", date(2030, 3, 31))
    assert "no account yet" in text(desk.get(page(right)))


def test_g6_support_gives_one_on_with_a_reason_and_both_are_told(
    live: Program, desk: Client, candidate: User, work_off: WorkOff
) -> None:
    right = granted(candidate, live)
    sent = {"act": "give", "give-address": "New@example.org", "give-reason": "Bought for a colleague."}
    for _press in range(2):
        shown = text(desk.post(page(right), sent, follow=True))
    work_off()
    moved = Entitlement.objects.get(voided_at=None)
    assert (moved.user, moved.email, moved.valid_until) == (None, "new@example.org", date(2030, 7, 15))
    assert "Bought for a colleague." in shown
    assert [(letter.to[0], letter.subject) for letter in outbox.outbox] == [
        (candidate.email, "Your right to sit an exam was taken back: Tiny exam"),
        ("new@example.org", "You may sit an exam: Tiny exam"),
    ]


def test_g6_nobody_gives_one_to_themselves_or_one_that_is_used(
    live: Program, desk: Client, support: User, candidate: User
) -> None:
    right = granted(candidate, live)
    sent = {"act": "give", "give-address": support.email, "give-reason": "Mine."}
    assert "would be your own" in text(desk.post(page(right), sent))
    sitting(candidate, live).prepare().begin()
    said = text(desk.post(page(right), {**sent, "give-address": "new@example.org"}))
    assert ("nothing about it can be changed" in said, Entitlement.objects.count()) == (True, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "Say why."),
        ({"until": "2030-01-13"}, "This last day is over."),
        ({"program": "none"}, "Select a valid choice"),
        ({"address": "nobody"}, "Enter a valid email address"),
    ],
)
@pytest.mark.usefixtures("live")
def test_what_is_not_complete_grants_nothing_and_keeps_what_was_typed(desk: Client, changed: dict[str, str], said: str) -> None:
    shown = desk.post(GRANT, asked("new@example.org", **changed)).content.decode()
    assert (said in shown, Entitlement.objects.count()) == (True, 0)


@pytest.mark.usefixtures("live")
def test_nobody_grants_one_to_themselves(desk: Client, support: User) -> None:
    shown = text(desk.post(GRANT, asked(support.email.upper())))
    assert ("Ask somebody else of the staff." in shown, Entitlement.objects.count()) == (True, 0)


def test_g6_one_is_taken_back_before_it_is_spent_and_its_holder_reads_why(
    live: Program, desk: Client, candidate: User, work_off: WorkOff
) -> None:
    right = granted(candidate, live)
    shown = text(desk.post(page(right), {"reason": "Paid back."}, follow=True))
    right.refresh_from_db()
    work_off()
    assert (right.voided, right.void_reason, "Taken back" in shown) == ("staff", "Paid back.", True)
    (letter,) = outbox.outbox
    assert (letter.to, "Paid back." in letter.body) == ([candidate.email], True)


def test_g6_one_that_is_spent_is_not_taken_back(live: Program, desk: Client, candidate: User) -> None:
    right = granted(candidate, live)
    sitting(candidate, live).prepare().begin()
    shown = text(desk.post(page(right), {"reason": "Paid back."}))
    right.refresh_from_db()
    assert (right.voided_at, "nothing about it can be changed" in shown) == (None, True)


def test_nobody_takes_their_own_back(live: Program, desk: Client, support: User) -> None:
    right = granted(support, live)
    desk.post(page(right), {"reason": "Paid back."})
    right.refresh_from_db()
    assert right.voided_at is None


def test_support_finds_what_somebody_holds_by_name_or_address(
    live: Program, desk: Client, candidate: User, stranger: User
) -> None:
    granted(candidate, live)
    granted("new@example.net", live)
    found = [text(desk.post(FIND, {"sought": sought})) for sought in ("Ada", "new@example", "zzz", "a")]
    addresses = [candidate.email, "new@example.net", stranger.email]
    assert [[address in shown for address in addresses] for shown in found] == [
        [True, False, False],
        [False, True, False],
        [False, False, False],
        [False, False, False],
    ]


def test_the_desk_and_an_attempt_lead_there_for_support_alone(live: Program, desk: Client, candidate: User) -> None:
    right = granted(candidate, live)
    attempt = f"/desk/attempts/{sitting(candidate, live).id}/"
    examiner = signed_in(person_with("examiner"), minutes_ago=1)
    links = [
        [address in browser.get(where).content.decode() for where, address in (("/desk/", FIND), (attempt, page(right)))]
        for browser in (desk, examiner)
    ]
    assert links == [[True, True], [False, False]]


@pytest.mark.parametrize(("role", "leads"), [("owner", True), ("support", True), ("examiner", False)])
def test_the_account_of_whoever_may_leads_there(role: str, *, leads: bool) -> None:
    page = signed_in(person_with(role), minutes_ago=1).get("/account/").content.decode()
    assert (FIND in page) is leads


def test_a_change_asks_for_a_fresh_sign_in(live: Program, support: User, candidate: User) -> None:
    right = granted(candidate, live)
    stale = signed_in(support, minutes_ago=60)
    answers = [stale.post(GRANT, asked(candidate.email)), stale.post(page(right), {"reason": "x"})]
    right.refresh_from_db()
    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/accounts/reauthenticate/"] * 2
    assert (Entitlement.objects.count(), right.voided_at) == (1, None)
