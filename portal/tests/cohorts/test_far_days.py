"""Days that nobody means are refused wherever they are typed, and break no page where they stand already (G6, G7, P9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.cohorts.conftest import made
from portal.tests.exams.paid_exam import granted

from guildmark.rules.voucher import VoucherKind, VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import prolonging
from guildmark_portal.cohorts.models import Cohort
from guildmark_portal.cohorts.refusals import CohortRefused
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.policy import ProgramPolicy, amended
from guildmark_portal.exams.refusals import PolicyRefused
from guildmark_portal.vouchers import making
from guildmark_portal.vouchers.models import Batch
from guildmark_portal.vouchers.refusals import BatchRefused

pytestmark = [pytest.mark.django_db, pytest.mark.money]
FAR = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def test_g6_a_right_to_the_last_day_of_the_calendar_breaks_no_page(live: Program, candidate: User) -> None:
    granted(candidate, live, until=date.max)
    pages = ("/exam/", "/register/?program=tiny")
    assert [signed_in(candidate).get(page).status_code for page in pages] == [200, 200]


def test_p9_no_cohort_closes_after_the_year_2200_or_opens_before_2000(live: Program) -> None:
    for span in ({"closes_at": FAR}, {"opens_at": datetime(1, 1, 1, tzinfo=UTC)}):
        with pytest.raises(CohortRefused, match="days lie in the years 2000 to 2200"):
            made(live, **span)
    assert not Cohort.objects.exists()


def test_p9_no_window_is_prolonged_past_the_year_2200(cohort: Cohort) -> None:
    with pytest.raises(CohortRefused, match="No window closes later than in the year 2200"):
        prolonging.prolong(cohort=cohort, closes_at=FAR, actor="tests", now=clock.now())


@pytest.mark.parametrize("days", [{"valid_until": date.max}, {"valid_from": date.min}])
def test_g7_no_voucher_has_a_day_that_nobody_means(live: Program, days: dict[str, date]) -> None:
    plan = making.Plan(name="B", value=VoucherValue(VoucherKind.FULL), program=live, **days)
    with pytest.raises(BatchRefused, match="days lie in the years 2000 to 2200"):
        making.make(plan=plan, actor="tests", now=clock.now())


def test_p2_no_program_is_open_to_a_day_that_nobody_means() -> None:
    for written in ("9999-12-31 23:59", "0001-01-01 00:00", "9999-12-31 23:59-12:00"):
        with pytest.raises(PolicyRefused, match="closes_at: write a day and a time"):
            amended(ProgramPolicy(), [f"closes_at={written}"])


def test_g6_g7_p9_forms_of_the_desk_say_which_days_they_take(live: Program, desk: Client, candidate: User) -> None:
    soon = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    grant = {"address": candidate.email, "program": "tiny", "until": "9999-12-31", "reason": "x", "once": "q"}
    batch = {"name": "x", "kind": "full", "count": 1, "uses": 1, "valid_until": "9999-12-31", "valid_from": "0001-01-01"}
    cohort = {"name": "x", "organisation": "y", "program": "tiny", "opens_at": soon, "closes_at": "9999-12-31T23:59"}
    for page, given in (("entitlements/grant/", grant), ("vouchers/make/", batch), ("cohorts/make/", cohort)):
        answer = desk.post(f"/desk/{page}", {**given, "spread_minutes": 0})
        assert (answer.status_code, "Write a day in the years 2000 to 2200." in answer.content.decode()) == (200, True), page
    assert [model.objects.count() for model in (Entitlement, Batch, Cohort)] == [0, 0, 0]
