"""Vouchers: what they grant, once, to whom, and what is said where they are not taken (rules G6 and G7)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock, _account
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.exams.paid_exam import settled
from portal.tests.vouchers.conftest import HALF, Made, another, code

from guildmark.rules.money import Money
from guildmark.rules.voucher import VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.vouchers.making import stop
from guildmark_portal.vouchers.models import Use, Voucher
from guildmark_portal.vouchers.personal_data import export
from guildmark_portal.vouchers.redeeming import consume, quote, redeem, release, reserve
from guildmark_portal.vouchers.refusals import (
    MistypedVoucher,
    NoSuchVoucher,
    NothingToPay,
    OtherPrice,
    OtherProgram,
    PaysAPart,
    ProgramClosed,
    VoucherEarly,
    VoucherInAnOrder,
    VoucherOver,
    VoucherRefused,
    VoucherStopped,
    VoucherUsedByYou,
    VoucherUsedUp,
)

pytestmark = [pytest.mark.django_db, pytest.mark.money]
TICK = timedelta(microseconds=1)
STRANGE = "000000-000000-000000"


def used(typed: str, user: User, program: Program) -> Entitlement:
    return redeem(code=typed, user=user, program=program, now=clock.now())


def held(typed: str, user: User, program: Program, once: str = "order:1") -> Use:
    return reserve(code=typed, user=user, program=program, once=once, now=clock.now())


def test_g7_a_full_voucher_grants_the_right_to_sit_at_once(
    made: Made, live: Program, candidate: User, work_off: WorkOff
) -> None:
    right = used(code(made()).lower(), candidate, live)
    use = Use.objects.get()
    assert (right.user, right.program, right.source, right.valid_until) == (candidate, live, "voucher", date(2030, 7, 15))
    assert (right.once, use.consumed_at, use.discount, use.currency) == (
        f"voucher:{use.voucher_id}:1",
        clock.now(),
        10_000,
        "USD",
    )
    work_off()
    from django.core.mail import outbox

    assert [letter.subject for letter in outbox] == ["You may sit an exam: Tiny exam"]
    Sitting(candidate, live.slug).prepare().begin()


def test_g7_the_same_person_who_asks_again_has_the_same_right(made: Made, live: Program, candidate: User) -> None:
    batch = made(uses=3)
    assert (used(code(batch), candidate, live), Use.objects.count()) == (used(code(batch), candidate, live), 1)


def test_g7_each_person_uses_a_code_once(made: Made, live: Program, candidate: User) -> None:
    batch = made(uses=3)
    used(code(batch), candidate, live)
    Sitting(candidate, live.slug).prepare().begin()
    with pytest.raises(VoucherUsedByYou):
        used(code(batch), candidate, live)
    assert Entitlement.objects.filter(user=candidate).count() == 1


def test_g7_a_code_has_as_many_uses_as_it_was_made_with(
    made: Made, live: Program, candidate: User, stranger: User, staff: User
) -> None:
    batch = made(uses=2)
    for user in (candidate, stranger):
        used(code(batch), user, live)
    with pytest.raises(VoucherUsedUp, match="used up"):
        used(code(batch), staff, live)
    assert list(Use.objects.values_list("slot", flat=True)) == [1, 2]


def test_g7_a_voucher_without_a_program_pays_any(made: Made, live: Program, candidate: User) -> None:
    other = another("advanced")
    batch = made(program=None, uses=1, count=2)
    assert [used(code(batch, number), candidate, program).program for number, program in ((1, live), (2, other))] == [
        live,
        other,
    ]


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (datetime(2030, 1, 31, 10, tzinfo=UTC) - TICK, VoucherEarly),
        (datetime(2030, 1, 31, 10, tzinfo=UTC), None),
        (datetime(2030, 3, 1, 12, tzinfo=UTC) - TICK, None),
        (datetime(2030, 3, 1, 12, tzinfo=UTC), VoucherOver),
    ],
    ids=["too early", "the first moment", "the last moment", "too late"],
)
def test_g7_a_voucher_is_taken_from_its_first_day_to_its_last(
    made: Made,
    live: Program,
    candidate: User,
    stopped_clock: StoppedClock,
    at: datetime,
    refused: type[VoucherRefused] | None,
) -> None:
    batch = made(valid_from=date(2030, 2, 1), valid_until=date(2030, 2, 28))
    stopped_clock.at = at
    if refused is None:
        used(code(batch), candidate, live)
    else:
        with pytest.raises(refused, match=r"1 February 2030|28 February 2030"):
            used(code(batch), candidate, live)
    assert Entitlement.objects.exists() is (refused is None)


def test_g7_every_refusal_names_the_next_step_and_takes_nothing(made: Made, live: Program, candidate: User) -> None:
    advanced, free = another("advanced", fee="80", currency="EUR"), another("gratis", fee="0")
    closed = another("closed")
    Program.objects.filter(pk=closed.pk).update(is_open=False)
    closed.refresh_from_db()
    anywhere = code(made(program=None))
    stopped = made()
    assert [stop(batch=stopped, actor="tests", now=clock.now()) for _ in range(2)] == [True, False]
    amount = code(made(program=None, value=VoucherValue.of(Money(5_000, "USD"))))
    cases = [
        ("nonsense", live, MistypedVoucher, "three groups of six"),
        (STRANGE, live, NoSuchVoucher, "character by character"),
        (code(made()), advanced, OtherProgram, "register for that one"),
        (amount, advanced, OtherPrice, "in that currency"),
        (anywhere, free, NothingToPay, "keep the voucher"),
        (anywhere, closed, ProgramClosed, "Keep the voucher"),
        (code(stopped), live, VoucherStopped, "another one"),
        (code(made(value=HALF)), live, PaysAPart, "payment"),
    ]
    for typed, program, refusal, step in cases:
        with pytest.raises(refusal) as found:
            used(typed, candidate, program)
        assert step in (found.value.next_step or "")
    assert (Use.objects.count(), Entitlement.objects.count()) == (0, 0)


def test_g7_an_amount_that_is_as_much_as_the_fee_pays_it_all(made: Made, live: Program, candidate: User) -> None:
    batch = made(value=VoucherValue.of(Money(10_000, "USD")), count=2)
    assert used(code(batch), candidate, live).source == "voucher"
    settled("fee=100.01")
    live.refresh_from_db()
    quoted = quote(code=code(batch, 2), user=candidate, program=live, now=clock.now())
    assert (quoted.left, quoted.pays_all) == (Money(1, "USD"), False)


def test_g7_a_part_is_reserved_for_an_order_once_and_consumed_when_it_is_paid(
    made: Made, live: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    batch = made(value=HALF, valid_until=date(2030, 1, 15))
    use = held(code(batch), candidate, live)
    assert (held(code(batch), candidate, live), use.discount, use.slot) == (use, 5_000, 1)
    with pytest.raises(VoucherUsedUp):
        held(code(batch), stranger, live, "order:2")
    with pytest.raises(VoucherInAnOrder):
        held(code(batch), candidate, live, "order:3")
    stopped_clock.advance(10 * 24 * 3600)
    assert [consume(use=use, now=clock.now()) for _ in range(2)] == [True, False]
    assert release(use=use) is False


def test_g7_an_order_that_is_given_up_gives_its_slot_back_once(
    made: Made, live: Program, candidate: User, stranger: User
) -> None:
    batch = made(value=HALF)
    use = held(code(batch), candidate, live)
    assert [release(use=use) for _ in range(2)] == [True, False]
    with pytest.raises(Use.DoesNotExist):
        consume(use=use, now=clock.now())
    assert held(code(batch), stranger, live, "order:2").slot == 1


def test_g7_a_voucher_that_is_stopped_leaves_orders_what_they_hold(made: Made, live: Program, candidate: User) -> None:
    batch = made(value=HALF, uses=2)
    use = held(code(batch), candidate, live)
    stop(batch=batch, actor="tests", now=clock.now())
    assert (held(code(batch), candidate, live), consume(use=use, now=clock.now())) == (use, True)


@pytest.mark.django_db(transaction=True)
def test_g7_of_many_who_want_the_last_slot_at_once_one_gets_it(made: Made, live: Program) -> None:
    typed, people = code(made()), [_account(f"p{number}@example.org", "P") for number in range(4)]

    def want() -> bool:
        try:
            used(typed, people.pop(), live)
        except VoucherUsedUp:
            return False
        return True

    assert sorted(in_threads(4, want)) == [False, False, False, True]
    assert (Use.objects.count(), Entitlement.objects.filter(source="voucher").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_g7_one_person_who_presses_twice_is_granted_once(made: Made, live: Program, candidate: User) -> None:
    typed = code(made(uses=5))
    found = in_threads(3, lambda: used(typed, candidate, live).pk)
    assert (len(set(found)), Use.objects.count(), len(found)) == (1, 1, 3)


def test_the_audit_table_tells_who_used_which_and_holds_no_code(made: Made, live: Program, candidate: User) -> None:
    batch = made()
    used(code(batch), candidate, live)
    entry = Entry.objects.get(action="voucher.redeemed")
    assert (entry.actor, entry.subject) == (f"user:{candidate.pk}", f"voucher:{Voucher.objects.get().pk}")
    assert not any(code(batch) in str(vars(one)) for one in Entry.objects.all())


def test_an_account_that_is_deleted_leaves_its_slot_taken_by_nobody(
    made: Made, live: Program, candidate: User, stranger: User
) -> None:
    batch = made()
    used(code(batch), candidate, live)
    held(code(made(value=HALF)), candidate, live)
    assert sorted(one["discount"] for one in export(candidate)["used"]) == [5_000, 10_000]
    deletion.delete(user=candidate)
    assert list(Use.objects.values_list("user", "slot")) == [(None, 1)]
    with pytest.raises(VoucherUsedUp):
        used(code(batch), stranger, live)
