"""A form of the desk that a browser sends several times at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
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
    gate, found = threading.Barrier(AT_ONCE), list[object]()

    def run() -> None:
        gate.wait()
        try:
            found.append(act())
        except (OutageKnown, NoWaiver) as refusal:
            found.append(type(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


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
