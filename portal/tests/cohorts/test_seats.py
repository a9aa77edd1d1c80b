"""Invitations accepted: a seat, the right to sit and accommodations, once; begun inside of the window (G6, P8, P9, X8)."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal.tests.cohorts.conftest import OPENS_IN, Invited, made, token
from portal.tests.conftest import StoppedClock, _account
from portal.tests.exams.paid_exam import granted, settled, sitting

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.cohorts import accepting, inviting, making, prolonging
from guildmark_portal.cohorts.models import Cohort, Invitation, Paid, Seat, Taking
from guildmark_portal.cohorts.refusals import (
    CohortOver,
    CohortRefused,
    InvitationTaken,
    InvitationWithdrawn,
    NoSeatLeft,
    NoSuchInvitation,
    OtherAddress,
    SeatBegun,
    SeatEarly,
    SeatedAlready,
    SeatOver,
)
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.entitling import transfer
from guildmark_portal.exams.models import Accommodation, Entitlement, Program
from guildmark_portal.exams.refusals import EntitlementOver, RegistrationIncomplete, RetakeTooEarly

pytestmark = [pytest.mark.django_db, pytest.mark.money]


def accept(invitation: Invitation, user: User, **terms: bool) -> Taking:
    return accepting.accept(token=token(invitation), user=user, now=clock.now(), **terms)


def test_p9_an_accepted_invitation_is_a_seat_and_a_right_to_sit_once(cohort: Cohort, invited: Invited, candidate: User) -> None:
    invitation = invited()
    takings = [accept(invitation, candidate) for _ in range(2)]
    right = Entitlement.objects.get()
    assert (takings[0], takings[0].seat.number) == (takings[1], 1)
    assert (right.user, right.source, right.once, right.valid_until) == (
        candidate,
        "cohort",
        f"seat:{takings[0].pk}",
        date(2030, 1, 15),
    )
    assert Entry.objects.get(action="invitation.accepted").actor == f"user:{candidate.pk}"


def test_p9_the_link_binds_one_account(invited: Invited, candidate: User, stranger: User) -> None:
    invitation = invited()
    accept(invitation, candidate)
    with pytest.raises(InvitationTaken):
        accept(invitation, stranger, confirms_other_address=True)
    assert Entitlement.objects.count() == 1


def test_p9_an_account_of_another_address_accepts_after_confirmation_alone(
    invited: Invited, candidate: User, stranger: User
) -> None:
    invitation = invited(candidate.email)
    with pytest.raises(OtherAddress):
        accept(invitation, stranger)
    assert (Taking.objects.count(), Entitlement.objects.count()) == (0, 0)
    accept(invitation, stranger, confirms_other_address=True)
    invitation.refresh_from_db()
    assert (invitation.user, invitation.is_other_address) == (stranger, True)


def test_an_address_that_the_account_has_not_proved_yet_is_another_one(invited: Invited, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email="second@example.org", verified=False)
    with pytest.raises(OtherAddress):
        accept(invited("second@example.org"), stranger)


def test_p9_an_account_has_one_seat_in_a_cohort(invited: Invited, candidate: User) -> None:
    accept(invited(), candidate)
    with pytest.raises(SeatedAlready):
        accept(invited("second@example.org"), candidate, confirms_other_address=True)
    assert Taking.objects.count() == 1


def test_p9_whoever_comes_after_the_last_seat_finds_none_until_there_are_more(
    live: Program, invited: Invited, candidate: User, stranger: User
) -> None:
    small = made(live, seats=1)
    first, second = (invited(user.email, cohort=small) for user in (candidate, stranger))
    accept(first, candidate)
    with pytest.raises(NoSeatLeft):
        accept(second, stranger)
    making.add_seats(cohort=small, count=1, paid=Paid.GRANTED, reference="For Eve", actor="tests", now=clock.now())
    assert accept(second, stranger).seat.number == 2


def test_p8_the_handbook_is_acknowledged_before_a_seat_is_taken(live: Program, invited: Invited, candidate: User) -> None:
    settled("registration.handbook=on")
    with pytest.raises(RegistrationIncomplete):
        accept(invited(), candidate)
    assert (Taking.objects.count(), Entitlement.objects.count()) == (0, 0)


@pytest.mark.parametrize(("wait", "is_taken"), [("1 day", False), ("none", True)])
def test_g8_nobody_takes_a_seat_whose_window_is_over_before_their_wait(
    live: Program, invited: Invited, candidate: User, wait: str, *, is_taken: bool
) -> None:
    settled(f"retake_waits={wait}")
    granted(candidate, live)
    sitting(candidate, live).prepare().begin().finish()
    invitation = invited()
    if is_taken:
        accept(invitation, candidate)
    else:
        with pytest.raises(RetakeTooEarly):
            accept(invitation, candidate)
    assert Taking.objects.exists() is is_taken


def test_a_link_that_nobody_has_and_one_that_was_withdrawn_open_nothing(
    cohort: Cohort, invited: Invited, candidate: User
) -> None:
    invitation = invited()
    old = token(invitation)
    assert old not in str(Invitation.objects.values().get())  # the database holds no link
    for typed in ("", "none", old[:-1], old.swapcase()):
        with pytest.raises(NoSuchInvitation):
            accepting.accept(token=typed, user=candidate, now=clock.now())
    inviting.withdraw(invitation=invitation, actor="tests", now=clock.now())
    with pytest.raises(InvitationWithdrawn):
        accept(invitation, candidate)
    with pytest.raises(NoSuchInvitation):
        accepting.accept(token=old, user=candidate, now=clock.now())
    inviting.send_again(invitation=invitation, actor="tests", now=clock.now())
    assert accept(invitation, candidate).seat.number == 1


@pytest.mark.parametrize(("after", "is_taken"), [(2 * OPENS_IN - timedelta(seconds=1), True), (2 * OPENS_IN, False)])
def test_g6_an_invitation_is_accepted_until_the_window_closes(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock, after: timedelta, *, is_taken: bool
) -> None:
    invitation = invited()
    stopped_clock.advance(after.total_seconds())
    if not is_taken:
        with pytest.raises(CohortOver):
            accept(invitation, candidate)
    else:
        accept(invitation, candidate)
    assert Taking.objects.exists() is is_taken


def test_a_cohort_that_was_ended_takes_nobody_and_lets_those_sit_who_accepted(
    cohort: Cohort, invited: Invited, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    accept(invited(), candidate)
    assert [making.end(cohort=cohort, actor="tests", now=clock.now()) for _ in range(2)] == [True, False]
    late = Invitation.objects.get()
    with pytest.raises(CohortOver):
        inviting.invite(cohort=Cohort.objects.get(), actor="tests", now=clock.now())
    stopped_clock.advance(OPENS_IN.total_seconds())
    assert (sitting(candidate, cohort.program).prepare().begin().attempt.started_at, late.user) == (clock.now(), candidate)


def test_g6_a_seat_is_begun_from_its_own_instant_on_to_the_end_of_the_window(
    cohort: Cohort, invited: Invited, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    accept(invited(candidate.email), candidate)
    second = accept(invited(stranger.email), stranger)
    assert second.seat.offset == timedelta(minutes=10)  # half an hour for three
    ready = sitting(stranger, cohort.program).prepare()
    stopped_clock.advance((OPENS_IN + timedelta(minutes=10)).total_seconds() - 1)
    with pytest.raises(SeatEarly, match="in 1 minute"):
        ready.begin()
    assert Entitlement.objects.filter(spent_at=None).count() == 2
    stopped_clock.advance(1)
    assert ready.begin().attempt.started_at == clock.now()
    stopped_clock.advance(OPENS_IN.total_seconds())
    late = sitting(candidate, cohort.program).prepare()
    with pytest.raises(SeatOver, match="could begin until"):
        late.begin()
    assert ready.begin().attempt.started_at is not None  # whoever sits is never asked


def test_x8_a_terminal_hears_the_instants_of_its_seat_until_the_clock_runs(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    accept(invited(), candidate)
    ready = sitting(candidate, cohort.program).prepare()
    told = [attempt_state(ready.attempt, now=clock.now())]
    stopped_clock.advance(OPENS_IN.total_seconds())
    told.append(attempt_state(ready.begin().attempt, now=clock.now()))
    assert [(state.begin_from, state.begin_before) for state in told] == [(cohort.opens_at, cohort.closes_at), (None, None)]


def test_g6_the_right_of_a_seat_ends_with_the_day_of_the_window(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    accept(invited(), candidate)
    ready = sitting(candidate, cohort.program).prepare()
    stopped_clock.advance(timedelta(days=2).total_seconds())
    with pytest.raises(EntitlementOver):
        ready.begin()


def test_a_right_that_was_given_on_keeps_the_window(cohort: Cohort, invited: Invited, candidate: User, stranger: User) -> None:
    accept(invited(), candidate)
    transfer(entitlement=Entitlement.objects.get(), to=stranger, actor="tests", now=clock.now())
    with pytest.raises(SeatEarly):
        sitting(stranger, cohort.program).prepare().begin()


def test_a_right_that_was_paid_knows_no_window(cohort: Cohort, stranger: User) -> None:
    granted(stranger, cohort.program)
    assert sitting(stranger, cohort.program).prepare().begin().attempt.started_at == clock.now()


def test_p9_accommodations_of_the_row_are_granted_with_the_seat_for_the_window(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    invitation = invited(candidate.email, extra_time="25", breaks="2", break_minutes="10")
    for _ in range(2):
        accept(invitation, candidate)
    held = Accommodation.objects.get()
    assert (held.percent, held.breaks, held.break_minutes, held.ends_on, held.program) == (
        25,
        2,
        10,
        date(2030, 1, 15),
        cohort.program,
    )
    stopped_clock.advance(OPENS_IN.total_seconds())
    attempt = sitting(candidate, cohort.program).prepare().begin().attempt
    assert sum(credit.seconds for credit in attempt.credits.all()) == 300 * 60 // 4
    assert Entry.objects.get(action="accommodation.granted").actor == "tests"  # whoever imported the row


def test_p9_withdrawn_a_seat_its_right_and_accommodation_are_free_again(
    live: Program, invited: Invited, candidate: User, stranger: User
) -> None:
    small = made(live, seats=1)
    first = invited(candidate.email, cohort=small, extra_time="25")
    second = invited(stranger.email, cohort=small)
    accept(first, candidate)
    done = [inviting.withdraw(invitation=first, actor="tests", now=clock.now()) for _ in range(2)]
    assert (done, accept(second, stranger).seat.number) == ([True, False], 1)
    assert [right.voided for right in Entitlement.objects.order_by("pk")] == ["staff", ""]
    assert Accommodation.objects.get().revoked_at == clock.now()


def test_g6_an_exam_that_has_begun_takes_its_seat_for_good(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    invitation = invited()
    accept(invitation, candidate)
    stopped_clock.advance(OPENS_IN.total_seconds())
    sitting(candidate, cohort.program).prepare().begin()
    with pytest.raises(SeatBegun):
        inviting.withdraw(invitation=invitation, actor="tests", now=clock.now())
    invitation.refresh_from_db()
    assert (invitation.withdrawn_at, Taking.objects.get().given_back_at) == (None, None)


def test_p9_seats_are_numbered_on_and_keep_their_instants_when_more_are_bought(cohort: Cohort) -> None:
    before = list(Seat.objects.values_list("number", "offset_s"))
    for _ in range(2):
        making.add_seats(
            cohort=cohort, count=2, paid=Paid.BOUGHT, reference="R-2", actor="tests", now=clock.now(), once="form:1"
        )
    assert (before, list(Seat.objects.values_list("number", "offset_s"))[3:]) == (
        [(1, 0), (2, 600), (3, 1200)],
        [(4, 0), (5, 900)],
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "a name has"),
        ({"organisation": ""}, "an organisation has"),
        ({"opens_at": 3, "closes_at": 3}, "closes before it opens"),
        ({"opens_at": -3, "closes_at": 0}, "the window is over"),
        ({"opens_at": 1, "closes_at": 2, "spread_minutes": 60}, "more than the window"),
        ({"spread_minutes": 241}, "0 to 240 minutes"),
    ],
)
def test_p9_a_cohort_that_cannot_be_is_refused_with_why(live: Program, changed: dict[str, object], said: str) -> None:
    plan = {name: clock.now() + timedelta(hours=value) if name.endswith("_at") else value for name, value in changed.items()}
    with pytest.raises(CohortRefused, match=said):
        made(live, **plan)
    assert Cohort.objects.count() == 0


def test_p2_a_cohort_lies_in_the_window_of_its_exam(live: Program) -> None:
    settled("opens_at=2030-01-15T14:00Z", "closes_at=2030-01-15T16:00Z")
    program = Program.objects.get()
    assert made(program).opens_at == clock.now() + OPENS_IN  # just as long
    for changed in ({"opens_at": clock.now() + timedelta(minutes=119)}, {"closes_at": clock.now() + timedelta(minutes=241)}):
        with pytest.raises(CohortRefused, match="not open all of that time"):
            made(program, **changed)


acts = st.lists(st.tuples(st.sampled_from(["accept", "accept", "withdraw", "again"]), st.integers(0, 3)), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seats=st.integers(1, 3), done=acts)
def test_g6_seats_always_add_up(live: Program, invited: Invited, seats: int, done: list[tuple[str, int]]) -> None:
    Taking.objects.all().delete()
    small = made(live, seats=seats)
    people = [User.objects.filter(email=f"p{n}@example.org").first() or _account(f"p{n}@example.org", "P") for n in range(4)]
    rows = [invited(person.email, cohort=small) for person in people]
    seated, gone = set[int](), set[int]()
    for act, who in done:
        if act == "accept":
            try:
                accept(rows[who], people[who])
            except Refused:
                assert who in gone or len(seated) == seats
            else:
                seated.add(who)
        elif act == "withdraw":
            assert inviting.withdraw(invitation=rows[who], actor="tests", now=clock.now()) is (who not in gone)
            seated.discard(who)
            gone.add(who)
        elif inviting.send_again(invitation=rows[who], actor="tests", now=clock.now()):
            gone.discard(who)
        held = Taking.objects.filter(seat__cohort=small, given_back_at=None)
        rights = Entitlement.objects.filter(once__in=[taking.once for taking in held], voided_at=None)
        assert {people[who].pk for who in seated} == {taking.invitation.user_id for taking in held}
        assert {right.user_id for right in rights} == {people[who].pk for who in seated}
        assert len({taking.seat_id for taking in held}) == len(held) == len(rights) <= seats
        assert Entitlement.objects.filter(source="cohort", voided_at=None, user__in=people).count() >= len(rights)


def test_g6_a_longer_window_prolongs_what_was_granted_with_its_seats(
    cohort: Cohort, invited: Invited, candidate: User, stopped_clock: StoppedClock
) -> None:
    accept(invited(candidate.email, extra_time="25"), candidate)
    ready = sitting(candidate, cohort.program).prepare()
    later = cohort.closes_at + timedelta(days=2)
    stopped_clock.at = later - timedelta(seconds=1)  # long after the window, the right's day and the accommodation's
    with pytest.raises(EntitlementOver):
        ready.begin()
    done = [prolonging.prolong(cohort=cohort, closes_at=later, actor="tests", now=clock.now()) for _ in range(2)]
    for earlier in (cohort.closes_at, later - timedelta(minutes=1)):
        with pytest.raises(CohortRefused, match="only be made longer"):
            prolonging.prolong(cohort=cohort, closes_at=earlier, actor="tests", now=clock.now())
    begun = ready.begin().attempt
    assert (done, begun.started_at, sum(credit.seconds for credit in begun.credits.all())) == (
        [True, False],
        clock.now(),
        300 * 60 // 4,
    )


def test_the_bundle_can_be_prepared_before_the_seat_can_be_begun(cohort: Cohort, invited: Invited, candidate: User) -> None:
    accept(invited(), candidate)
    attempt = sitting(candidate, cohort.program).attempt
    assert services.prepare(attempt=attempt, now=clock.now()).size > 0
