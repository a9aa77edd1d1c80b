"""Slots of vouchers, whatever is done with them in whatever order (rules G6 and G7): none twice, none lost."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal.tests.conftest import _account
from portal.tests.vouchers.conftest import FULL, HALF, Made, code

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.vouchers.models import Use
from guildmark_portal.vouchers.redeeming import consume, redeem, release, reserve
from guildmark_portal.vouchers.refusals import VoucherRefused

pytestmark = [pytest.mark.django_db, pytest.mark.money]
PEOPLE = 4
acts = st.lists(
    st.tuples(st.sampled_from(["take", "take", "again", "consume", "release"]), st.integers(0, PEOPLE - 1)), max_size=14
)


@pytest.fixture
def people(db: None) -> list[User]:
    return [_account(f"p{number}@example.org", "P") for number in range(PEOPLE)]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(uses=st.integers(1, 3), is_full=st.booleans(), done=acts)
def test_g7_slots_always_add_up(
    made: Made, live: Program, people: list[User], *, uses: int, is_full: bool, done: list[tuple[str, int]]
) -> None:
    batch = made(value=FULL if is_full else HALF, uses=uses)
    typed, voucher = code(batch), batch.vouchers.get()
    holding, consumed, orders = dict[int, Use](), set[int](), dict[int, int]()

    def take(who: int, *, anew: bool) -> None:
        orders[who] = orders.get(who, 0) + anew
        now = clock.now() + timedelta(seconds=1)
        try:
            if is_full:
                redeem(code=typed, user=people[who], program=live, now=now)
                use = Use.objects.get(voucher=voucher, user=people[who])
            else:
                once = f"order:{voucher.pk}:{who}:{orders[who]}"
                use = reserve(code=typed, user=people[who], program=live, once=once, now=now)
        except VoucherRefused:
            assert who in holding or len(holding) == uses
            return
        assert who in holding or len(holding) < uses
        assert holding.setdefault(who, use) == use
        if is_full:
            consumed.add(who)

    for act, who in done:
        if act in {"take", "again"}:
            take(who, anew=act == "take" and who not in holding)
        elif who in holding and act == "consume":
            assert consume(use=holding[who], now=clock.now()) is (who not in consumed)
            consumed.add(who)
        elif who in holding:
            assert release(use=holding[who]) is (who not in consumed)
            if who not in consumed:
                del holding[who]
        rows = list(Use.objects.filter(voucher=voucher))
        assert {row.pk for row in rows} == {use.pk for use in holding.values()}
        assert {row.slot for row in rows} <= set(range(1, uses + 1))
        assert {row.user_id for row in rows if row.consumed_at} == {people[who].pk for who in consumed}
        rights = Entitlement.objects.filter(once__startswith=f"voucher:{voucher.pk}:")
        assert {right.user_id for right in rights} == ({people[who].pk for who in consumed} if is_full else set())
