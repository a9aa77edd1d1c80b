"""A form of the desk that a browser sends several times at the same moment."""

from collections.abc import Callable

import pytest
from portal.tests.at_once import in_threads
from portal.tests.exams.conftest import GradingService, Sit, Sitting, WorkOff

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.deciding import rule
from guildmark_portal.engine.sitting_again import let_sit_again
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Credit, Entitlement, Outage, Regrade, Report, Ruling
from guildmark_portal.exams.outages import declare_outage
from guildmark_portal.exams.refusals import NoWaiver, OutageKnown

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def at_once(act: Callable[[], object]) -> list[object]:
    """What `act` answered, or refused, in each of the threads that began together."""

    def tried() -> object:
        try:
            return act()
        except (OutageKnown, NoWaiver) as refusal:
            return type(refusal)

    return in_threads(AT_ONCE, tried)


def test_x9_what_is_sent_four_times_at_once_is_done_once(
    sit: Sit, candidate: User, grading_service: GradingService, work_off: WorkOff
) -> None:
    sitting: Sitting = sit(candidate).prepare().begin()
    given = sitting.submit("category3", b"score 3 x")
    work_off()
    report, attempt = Report.objects.get(), sitting.attempt
    said = {"reason": "x", "actor": "tests", "once": "a" * 32}
    begun = sitting.begun.started_at
    now = clock.now()
    added = at_once(lambda: services.grant_credit(attempt=attempt, seconds=3600, now=clock.now(), **said))
    at_once(lambda: rule(report=report, now=clock.now(), **said))
    at_once(lambda: services.order_regrade(submission=given, now=clock.now(), **said))
    declared = at_once(lambda: declare_outage(began_at=begun, ended_at=now, reason="x", actor="tests", now=clock.now()))
    assert (len(set(added)), declared.count(OutageKnown)) == (1, AT_ONCE - 1)
    assert [model.objects.count() for model in (Credit, Ruling, Regrade, Outage)] == [1, 1, 1, 1]
    sitting.finish()
    work_off()
    waived = at_once(lambda: let_sit_again(attempt=sitting.attempt, actor="tests", now=clock.now()))
    assert (waived.count(NoWaiver), Entitlement.objects.count()) == (AT_ONCE - 1, 2)
