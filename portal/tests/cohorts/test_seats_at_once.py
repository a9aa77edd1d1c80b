"""Eight people who accept at the same moment: the two last seats go to two of them (rule G6)."""

import pytest
from portal.tests.at_once import in_threads
from portal.tests.cohorts.conftest import Invited, made, token
from portal.tests.conftest import StoppedClock, _account

from guildmark_portal import clock
from guildmark_portal.cohorts import accepting
from guildmark_portal.cohorts.models import Taking
from guildmark_portal.cohorts.refusals import NoSeatLeft
from guildmark_portal.exams.models import Entitlement, Program

pytestmark = pytest.mark.cuts


@pytest.mark.django_db(transaction=True)
def test_g6_eight_at_once_take_the_two_last_seats_once_each(
    live: Program, invited: Invited, stopped_clock: StoppedClock
) -> None:
    small = made(live, seats=2)
    people = [_account(f"p{number}@example.org", "P") for number in range(8)]
    waiting = [(token(invited(person.email, cohort=small)), person) for person in people]

    def accept() -> bool:
        written, person = waiting.pop()
        try:
            accepting.accept(token=written, user=person, now=clock.now())
        except NoSeatLeft:
            return False
        return True

    assert sorted(in_threads(8, accept)) == [False] * 6 + [True] * 2
    assert (Taking.objects.count(), Entitlement.objects.values("user").distinct().count()) == (2, 2)
