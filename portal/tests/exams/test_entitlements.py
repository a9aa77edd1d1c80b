"""How long the right to sit lasts, which one an attempt takes, and what takes it back (rules G6 and P9)."""

import importlib
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import IntegrityError, transaction
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, Sit
from portal.tests.exams.paid_exam import granted, published, settled, sitting

from guildmark.rules.entitlement import Worth, ends_at
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams.ending import look
from guildmark_portal.exams.entitling import claim, transfer, usable, void
from guildmark_portal.exams.models import Attempt, Entitlement, Program, Voided
from guildmark_portal.exams.personal_data import export
from guildmark_portal.exams.refusals import EntitlementGone, EntitlementOver, GrantReused, NotPaid

pytestmark = pytest.mark.django_db
NEW = "new@example.org"
TICK = timedelta(microseconds=1)


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    """A live exam for a fee."""
    return published(make_bank(visibility="private"))


def test_g6_a_right_lasts_as_long_as_the_program_settles_and_keeps_its_day(live: Program, candidate: User) -> None:
    first = granted(candidate, live)
    settled("entitlement_months=1")
    live.refresh_from_db()
    first.refresh_from_db()
    assert (first.valid_until, granted(candidate, live).valid_until) == (date(2030, 7, 15), date(2030, 2, 15))
    assert granted(candidate, live, months=12).valid_until == date(2031, 1, 15)
    assert granted(candidate, live, until=date(2030, 4, 15)).valid_until == date(2030, 4, 15)


def test_g6_granted_at_the_end_of_august_it_lasts_to_the_end_of_february(
    live: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    stopped_clock.at = datetime(2030, 8, 31, 23, 59, tzinfo=UTC)
    assert granted(candidate, live).valid_until == date(2031, 2, 28)


def test_p9_one_without_an_end_lasts_for_ever(sit: Sit, candidate: User) -> None:
    attempt = sit(candidate).attempt
    assert (attempt.entitlement.valid_until, attempt_state(attempt, now=clock.now()).begin_until) == (None, None)


def test_g6_the_last_day_is_told_until_the_clock_runs(live: Program, candidate: User) -> None:
    granted(candidate, live)
    opened = sitting(candidate, live)
    told = attempt_state(opened.attempt, now=clock.now()).begin_until
    opened.prepare().begin()
    assert (told, attempt_state(opened.attempt, now=clock.now()).begin_until) == (date(2030, 7, 15), None)


def test_g6_of_several_an_attempt_takes_the_one_that_ends_first(live: Program, candidate: User) -> None:
    granted(candidate, live, until=date(2030, 12, 31))
    Entitlement.objects.create(user=candidate, program=live, source="staff", granted_at=clock.now())
    first = granted(candidate, live, until=date(2030, 3, 1))
    taken_back = granted(candidate, live, until=date(2030, 2, 1))
    void(entitlement=taken_back, why=Voided.REFUND, actor="tests", now=clock.now())
    granted(candidate, live, until=date(2030, 1, 1))
    assert sitting(candidate, live).attempt.entitlement == first


def test_g6_a_strangers_right_serves_nobody_else(live: Program, candidate: User, stranger: User) -> None:
    granted(stranger, live)
    with pytest.raises(NotPaid):
        sitting(candidate, live)


@pytest.mark.parametrize(("after", "begins"), [(-TICK, True), (timedelta(), False)], ids=["the last moment", "too late"])
def test_g6_it_is_begun_until_the_last_day_is_over_everywhere(
    live: Program, candidate: User, stopped_clock: StoppedClock, after: timedelta, *, begins: bool
) -> None:
    right = granted(candidate, live)
    opened = sitting(candidate, live).prepare()
    stopped_clock.at = ends_at(date(2030, 7, 15)) + after
    if begins:
        opened.begin()
    else:
        with pytest.raises(EntitlementOver, match="was valid until 15 July 2030") as refused:
            opened.begin()
        assert f"/exam/{opened.id}/" in (refused.value.next_step or "")
    right.refresh_from_db()
    assert (right.spent_at is not None) is begins


def test_g6_what_runs_is_never_touched_by_the_last_day(live: Program, candidate: User, stopped_clock: StoppedClock) -> None:
    right = granted(candidate, live)
    opened = sitting(candidate, live).prepare()
    stopped_clock.at = ends_at(date(2030, 7, 15)) - TICK
    opened.begin()
    stopped_clock.advance(3600)
    assert opened.begin().begun.key
    with pytest.raises(EntitlementGone):
        void(entitlement=right, why=Voided.REFUND, actor="tests", now=clock.now())
    opened.submit("category1", b"score 3")
    right.refresh_from_db()
    assert right.worth(now=clock.now()) is Worth.SPENT


def test_g6_what_was_taken_back_cannot_be_begun_and_another_one_goes_on_with_the_attempt(
    live: Program, candidate: User
) -> None:
    right = granted(candidate, live)
    opened = sitting(candidate, live).prepare()
    assert [
        void(entitlement=right, why=Voided.STAFF, actor="tests", now=clock.now(), reason="paid twice") for _ in range(2)
    ] == [True, False]
    with pytest.raises(EntitlementOver, match="taken back"):
        opened.begin()
    with pytest.raises(EntitlementOver):
        sitting(candidate, live)
    other = granted(candidate, live)
    again = sitting(candidate, live)
    assert (again.id, again.attempt.entitlement, again.attempt.prepared_at) == (opened.id, other, opened.attempt.prepared_at)
    opened.begin()
    other.refresh_from_db()
    assert other.spent_at == clock.now()


def test_g6_a_free_program_gives_another_one_for_one_that_is_over(
    live: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    settled("fee=0")
    opened = sitting(candidate, live).prepare()
    first = opened.attempt.entitlement
    stopped_clock.at = ends_at(date(2030, 7, 15))
    with pytest.raises(EntitlementOver, match="costs nothing"):
        opened.begin()
    again = sitting(candidate, live)
    assert (again.id, again.attempt.entitlement.valid_until) == (opened.id, date(2031, 1, 16))
    opened.begin()
    first.refresh_from_db()
    assert (first.spent_at, Entitlement.objects.count()) == (None, 2)


class TestGrantedOnce:
    def test_g6_the_same_grant_is_answered_again(self, live: Program, candidate: User) -> None:
        given = [granted(candidate, live, once="order:1"), granted(candidate, live, once="order:1", months=1)]
        assert (given[0], given[0].valid_until) == (given[1], given[1].valid_until)
        assert (Entitlement.objects.count(), Entry.objects.filter(action="entitlement.granted").count()) == (1, 1)

    def test_g6_one_key_for_two_things_is_refused(self, live: Program, candidate: User) -> None:
        granted(candidate, live, once="order:1")
        with pytest.raises(GrantReused):
            granted(candidate, live, once="order:1", source="voucher")
        assert Entitlement.objects.count() == 1

    def test_without_a_key_every_grant_is_one(self, live: Program, candidate: User) -> None:
        assert granted(candidate, live) != granted(candidate, live)

    def test_the_database_knows_that_nothing_is_spent_and_taken_back(self, live: Program, candidate: User) -> None:
        for fields in ({"user": candidate, "spent_at": clock.now(), "voided_at": clock.now()}, {"spent_at": clock.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Entitlement.objects.create(program=live, source="x", granted_at=clock.now(), **fields)


@pytest.mark.django_db(transaction=True)
def test_g6_four_at_once_grant_one(live: Program, candidate: User) -> None:
    given = in_threads(4, lambda: granted(candidate, live, once="order:1").pk)
    assert (len(given), len(set(given)), Entitlement.objects.count()) == (4, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_g6_four_at_once_give_on_one(live: Program, candidate: User, stranger: User) -> None:
    right = granted(candidate, live)
    given = in_threads(4, lambda: transfer(entitlement=right, to=stranger, actor="tests", now=clock.now()).pk)
    assert (len(set(given)), Entitlement.objects.filter(voided_at=None).count()) == (1, 1)


class TestGivenOn:
    def test_g6_to_somebody_else_its_last_day_stays_and_the_old_one_is_worth_nothing(
        self, live: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
    ) -> None:
        right = granted(candidate, live)
        opened = sitting(candidate, live).prepare()
        stopped_clock.advance(30 * 24 * 3600)
        moved = transfer(entitlement=right, to=stranger, actor="tests", now=clock.now(), reason="asked for it")
        assert (moved.user, moved.email, moved.source, moved.valid_until) == (
            stranger,
            stranger.email,
            "payment",
            date(2030, 7, 15),
        )
        assert transfer(entitlement=right, to=stranger, actor="tests", now=clock.now()) == moved
        with pytest.raises(EntitlementOver):
            opened.begin()
        assert sitting(stranger, live).attempt.entitlement == moved

    def test_g6_to_another_program(self, live: Program, candidate: User) -> None:
        other = Program.objects.create(slug="other", title="Other", kind="live", created_at=clock.now())
        moved = transfer(entitlement=granted(candidate, live), program=other, actor="tests", now=clock.now())
        assert (moved.user, moved.program, moved.valid_until) == (candidate, other, date(2030, 7, 15))

    @pytest.mark.parametrize("fact", ["spent", "void", "over"])
    def test_g6_not_once_it_is_spent_taken_back_or_over(
        self, live: Program, candidate: User, stranger: User, stopped_clock: StoppedClock, fact: str
    ) -> None:
        right = granted(candidate, live)
        if fact == "spent":
            sitting(candidate, live).prepare().begin()
        elif fact == "void":
            void(entitlement=right, why=Voided.REFUND, actor="tests", now=clock.now())
        else:
            stopped_clock.at = ends_at(date(2030, 7, 15))
        with pytest.raises(EntitlementGone):
            transfer(entitlement=right, to=stranger, actor="tests", now=clock.now())
        assert Entitlement.objects.count() == 1


class TestGrantedToAnAddress:
    def test_g6_whoever_proves_the_address_gets_it_whatever_its_case(self, live: Program) -> None:
        right = granted("New@Example.org", live)
        person = User.objects.create_user(NEW, "Nia")
        entry = EmailAddress.objects.create(user=person, email=NEW, verified=False, primary=True)
        before = usable(user=person, program=live, now=clock.now())
        entry.verified = True
        entry.save()
        assert (before, usable(user=person, program=live, now=clock.now())) == (None, right)
        assert Entry.objects.filter(action="entitlement.claimed", actor=f"user:{person.pk}").count() == 1

    def test_g6_an_address_that_is_added_counts_and_an_account_that_proved_it_gets_it_at_once(
        self, live: Program, candidate: User, stranger: User
    ) -> None:
        waits = granted("second@example.org", live)
        EmailAddress.objects.create(user=candidate, email="second@example.org", verified=True)
        at_once = granted("second@example.org", live)
        waits.refresh_from_db()
        assert (waits.user, at_once.user, at_once.email) == (candidate, candidate, "second@example.org")
        assert claim(user=stranger, now=clock.now()) == 0

    def test_g6_what_was_taken_back_meanwhile_is_claimed_by_nobody(self, live: Program, candidate: User) -> None:
        right = granted("second@example.org", live)
        void(entitlement=right, why=Voided.REFUND, actor="tests", now=clock.now())
        EmailAddress.objects.create(user=candidate, email="second@example.org", verified=True)
        right.refresh_from_db()
        assert right.user is None

    def test_g6_one_that_a_proof_missed_is_claimed_by_opening_an_attempt(self, live: Program, candidate: User) -> None:
        missed = Entitlement.objects.create(
            email=candidate.email, program=live, source="voucher", granted_at=clock.now(), valid_until=date(2030, 2, 1)
        )
        assert sitting(candidate, live).attempt.entitlement == missed

    def test_the_address_is_forgotten_once_it_is_over(self, live: Program, stopped_clock: StoppedClock) -> None:
        right = granted(NEW, live, once="voucher:1", reason="for Nia")
        stopped_clock.at = ends_at(date(2030, 7, 15)) - TICK
        look(now=clock.now())
        kept = Entitlement.objects.get(pk=right.pk).email
        stopped_clock.advance(1)
        look(now=clock.now())
        gone = Entitlement.objects.get(pk=right.pk)
        assert (kept, gone.email, gone.reason, gone.once) == (NEW, "", "", "voucher:1")


class TestAPersonsData:
    def test_the_download_holds_all_of_it(self, live: Program, candidate: User) -> None:
        right = granted(candidate, live, reason="order 7")
        void(entitlement=right, why=Voided.REFUND, actor="tests", now=clock.now(), reason="asked for it")
        (held,) = export(candidate)["entitlements"]  # type: ignore[call-overload]
        assert (held["program__slug"], held["reason"], held["voided"], held["void_reason"]) == (
            "tiny",
            "order 7",
            "refund",
            "asked for it",
        )

    def test_whoever_deletes_the_account_is_told_what_is_lost(
        self, live: Program, candidate: User, stopped_clock: StoppedClock
    ) -> None:
        granted(candidate, live)
        void(entitlement=granted(candidate, live), why=Voided.REFUND, actor="tests", now=clock.now())
        told = deletion.lost(candidate)
        stopped_clock.at = ends_at(date(2030, 7, 15))
        assert ([live.title in sentence for sentence in told], deletion.lost(candidate)) == ([True], [])

    def test_deleting_the_account_leaves_none(self, live: Program, candidate: User) -> None:
        granted(candidate, live)
        opened = sitting(candidate, live)
        granted(candidate, live)
        deletion.delete(user=candidate)
        assert (Entitlement.objects.count(), Attempt.objects.filter(pk=opened.id).count()) == (0, 0)


def test_g6_what_was_granted_before_gets_six_months_and_nobody_loses_it_by_the_update(live: Program, candidate: User) -> None:
    demo = Program.objects.create(slug="other", title="Other", kind="demo", created_at=clock.now())
    now = clock.now()
    rows = [
        Entitlement.objects.create(user=candidate, program=program, source="staff", granted_at=at, spent_at=spent)
        for program, at, spent in (
            (live, now - timedelta(days=30), None),
            (live, now - timedelta(days=900), None),
            (live, now - timedelta(days=900), now - timedelta(days=800)),
            (demo, now - timedelta(days=900), None),
        )
    ]
    importlib.import_module("guildmark_portal.exams.migrations.0013_last_days").give_last_days(apps, None)
    assert [Entitlement.objects.get(pk=row.pk).valid_until for row in rows] == [
        date(2030, 6, 16),
        date(2030, 2, 15),
        None,
        None,
    ]
