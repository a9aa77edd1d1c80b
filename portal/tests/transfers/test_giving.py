"""A right to sit that its holder gives to somebody else, who accepts it: one of two has it, always (rules G5 and G6)."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock, _account
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import granted, settled, sitting
from portal.tests.platform.written_afresh import write_afresh
from portal.tests.vouchers.conftest import HALF, Made, code

from guildmark.rules.transfer import WAITS, OfferStanding
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import entitling
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.refusals import EntitlementOver, ProgramNotOpen, RegistrationIncomplete
from guildmark_portal.orders import offline, opening
from guildmark_portal.orders.rights import right_of
from guildmark_portal.payments_config import Payments
from guildmark_portal.transfers import giving
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.transfers.personal_data import export
from guildmark_portal.transfers.refusals import AlreadyOffered, GivenToOneself, NotGivenOn, NothingToGive, OfferOver
from guildmark_portal.vouchers.models import Voucher
from guildmark_portal.vouchers.redeeming import redeem

pytestmark = [pytest.mark.django_db, pytest.mark.money]
TICK = timedelta(microseconds=1)


def offered(right: Entitlement, to: str = "stranger@example.org") -> Transfer:
    assert right.user is not None
    return giving.offer(right=right, giver=right.user, address=to, now=clock.now())


def accepted(transfer: Transfer, user: User) -> Entitlement:
    return giving.accept(transfer=transfer.pk, user=user, now=clock.now())


def standing(transfer: Transfer) -> OfferStanding:
    return Transfer.objects.get(pk=transfer.pk).standing(now=clock.now())


def test_g6_what_is_accepted_is_the_other_persons_with_the_same_last_day(
    right: Entitlement, live: Program, candidate: User, stranger: User, work_off: WorkOff
) -> None:
    opened = sitting(candidate, live).prepare()
    transfer = offered(right, to=f" {stranger.email.upper()} ")
    assert entitling.unspent(candidate).count() == 1
    taken = accepted(transfer, stranger)
    assert (taken.user, taken.source, taken.valid_until) == (stranger, "payment", date(2030, 7, 15))
    assert (accepted(transfer, stranger), standing(transfer)) == (taken, OfferStanding.ACCEPTED)
    with pytest.raises(EntitlementOver):
        opened.begin()
    sitting(stranger, live).prepare().begin()
    work_off()
    assert [(letter.to, letter.subject) for letter in outbox.outbox] == [
        ([stranger.email], "Somebody gives you the right to sit an exam: Tiny exam"),
        ([candidate.email], "Your right to sit was accepted: Tiny exam"),
    ]
    assert set(Entry.objects.filter(action__startswith="transfer.").values_list("action", "actor")) == {
        ("transfer.offered", f"user:{candidate.pk}"),
        ("transfer.accepted", f"user:{stranger.pk}"),
    }


@pytest.mark.parametrize(
    ("after", "stands"),
    [(WAITS - TICK, OfferStanding.ACCEPTED), (WAITS, OfferStanding.OVER)],
    ids=["the last moment", "too late"],
)
def test_g6_an_offer_waits_fourteen_days(
    right: Entitlement, stranger: User, stopped_clock: StoppedClock, after: timedelta, stands: OfferStanding
) -> None:
    transfer = offered(right)
    stopped_clock.at += after
    if stands is OfferStanding.OVER:
        with pytest.raises(OfferOver):
            accepted(transfer, stranger)
    else:
        accepted(transfer, stranger)
    assert standing(transfer) is stands
    if stands is OfferStanding.OVER:  # and can be offered anew, to somebody else
        assert standing(offered(right, to="other@example.org")) is OfferStanding.OFFERED


def test_g6_from_the_start_on_nothing_is_given(right: Entitlement, live: Program, candidate: User, stranger: User) -> None:
    transfer = offered(right)
    sitting(candidate, live).prepare().begin()
    with pytest.raises(OfferOver):
        accepted(transfer, stranger)
    right.refresh_from_db()
    assert (standing(transfer), giving.may_give(right, now=clock.now())) == (OfferStanding.GONE, False)
    with pytest.raises(NothingToGive):
        offered(right)


def test_g5_who_takes_it_registers_by_themselves_first(right: Entitlement, candidate: User, stranger: User) -> None:
    transfer = offered(right)
    settled("registration.eligibility=on", "registration.terms=on", "registration.handbook=on")
    with pytest.raises(RegistrationIncomplete) as refused:
        accepted(transfer, stranger)
    assert [word in refused.value.message for word in ("a residence", "handbook")] == [True, True]
    assert (standing(transfer), entitling.unspent(candidate).count()) == (OfferStanding.OFFERED, 1)
    settled("registration.eligibility=off", "registration.terms=off", "registration.handbook=off")
    settled("registration.identity=on", "identity_check=reviewed")
    taken = accepted(transfer, stranger)  # papers may still be checked: they come before the start
    with pytest.raises(RegistrationIncomplete, match="your papers"):
        sitting(stranger, taken.program)


def test_g6_only_what_the_policy_names_is_given_on(live: Program, candidate: User, made: Made) -> None:
    by_voucher = redeem(code=code(made()), user=candidate, program=live, now=clock.now())
    for source in ("free", "staff", "stipend", "cohort:7", "again:1"):
        with pytest.raises(NotGivenOn):
            offered(granted(candidate, live, source=source))
    with pytest.raises(NotGivenOn):
        offered(by_voucher)
    settled("transfers=payment, voucher")
    assert standing(offered(Entitlement.objects.get(pk=by_voucher.pk))) is OfferStanding.OFFERED
    settled("transfers=none")
    with pytest.raises(NotGivenOn):
        offered(granted(candidate, live))


def test_g7_what_a_personal_voucher_paid_a_part_of_stays_its_holders(
    live: Program, candidate: User, stranger: User, staff: User, made: Made, settings
) -> None:
    settings.PAYMENTS = Payments("offline", offline="Pay us at the desk.")
    batch = made(value=HALF)
    batch.is_personal = True
    batch.save()
    Voucher.objects.filter(batch=batch).update(holder=candidate)
    order = opening.open_order(user=candidate, program=live, code=code(batch), now=clock.now())
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    bought = right_of(order)
    assert bought is not None
    with pytest.raises(NotGivenOn):
        offered(bought)
    moved = entitling.transfer(entitlement=bought, to=stranger, actor="tests", now=clock.now())
    with pytest.raises(NotGivenOn):
        offered(moved, to="other@example.org")


def test_g6_it_is_offered_to_one_other_person_at_a_time(right: Entitlement, candidate: User, stranger: User) -> None:
    EmailAddress.objects.create(user=candidate, email="second@example.org", verified=True)
    for own in (candidate.email, "Second@example.org"):
        with pytest.raises(GivenToOneself):
            offered(right, to=own)
    first = offered(right)
    assert offered(right) == first
    with pytest.raises(AlreadyOffered):
        offered(right, to="other@example.org")
    assert [giving.withdraw(transfer=first.pk, giver=candidate, now=clock.now()) for _ in range(2)] == [True, False]
    with pytest.raises(OfferOver):
        accepted(first, stranger)
    second = offered(right)
    assert [giving.decline(transfer=second.pk, user=stranger, now=clock.now()) for _ in range(2)] == [True, False]
    assert (standing(second), entitling.unspent(candidate).count()) == (OfferStanding.DECLINED, 1)


def test_g6_nobody_else_accepts_declines_withdraws_or_offers_it(
    right: Entitlement, candidate: User, stranger: User, staff: User
) -> None:
    transfer = offered(right, to="new@example.org")
    EmailAddress.objects.create(user=stranger, email="new@example.org", verified=False)
    for user in (candidate, stranger, staff):
        with pytest.raises(Transfer.DoesNotExist):
            accepted(transfer, user)
        with pytest.raises(Transfer.DoesNotExist):
            giving.decline(transfer=transfer.pk, user=user, now=clock.now())
    with pytest.raises(Transfer.DoesNotExist):
        giving.withdraw(transfer=transfer.pk, giver=stranger, now=clock.now())
    with pytest.raises(Entitlement.DoesNotExist):
        giving.offer(right=right, giver=stranger, address="x@example.org", now=clock.now())
    assert giving.offered_to(stranger, now=clock.now()) == []
    EmailAddress.objects.filter(email="new@example.org").update(verified=True)
    assert giving.offered_to(stranger, now=clock.now()) == [transfer]
    assert accepted(transfer, stranger).user == stranger


def test_g6_an_exam_that_is_closed_is_not_accepted(right: Entitlement, live: Program, stranger: User) -> None:
    transfer = offered(right)
    Program.objects.filter(pk=live.pk).update(is_open=False)
    with pytest.raises(ProgramNotOpen):
        accepted(transfer, stranger)


def test_g6_what_was_taken_can_be_given_on_again(right: Entitlement, stranger: User, staff: User) -> None:
    taken = accepted(offered(right), stranger)
    again = accepted(offered(taken, to=staff.email), staff)
    assert (again.user, Entitlement.objects.filter(voided_at=None).count()) == (staff, 1)


@pytest.mark.django_db(transaction=True)
def test_g6_of_accepting_and_withdrawing_at_once_one_happens(right: Entitlement, candidate: User, stranger: User) -> None:
    transfer, acts = offered(right), ["accept", "withdraw"] * 2

    def act() -> str:
        chosen = acts.pop()
        try:
            if chosen == "accept":
                return f"taken {accepted(transfer, stranger).pk}"
            return "kept" if giving.withdraw(transfer=transfer.pk, giver=candidate, now=clock.now()) else ""
        except OfferOver:
            return ""

    done = {said for said in in_threads(4, act) if said}
    (standing_now,) = Entitlement.objects.filter(voided_at=None)
    assert (len(done), standing_now.user_id) == (1, candidate.pk if done == {"kept"} else stranger.pk)


def test_every_letter_can_be_written_afresh(right: Entitlement, candidate: User, stranger: User, work_off: WorkOff) -> None:
    giving.withdraw(transfer=offered(right).pk, giver=candidate, now=clock.now())
    giving.decline(transfer=offered(right).pk, user=stranger, now=clock.now())
    accepted(offered(right), stranger)
    work_off()
    before = [letter.subject for letter in outbox.outbox]
    write_afresh(candidate.email, to="new@example.org")
    again = outbox.outbox[len(before) :]
    assert ([letter.subject for letter in again], len(before)) == (before, 6)
    assert {address for letter in again for address in letter.to} == {"new@example.org", stranger.email}


def test_g6_of_accounts_that_are_deleted_nothing_stays_and_the_right_is_followed_still(
    live: Program, candidate: User, stranger: User, staff: User, settings
) -> None:
    settings.PAYMENTS = Payments("offline", offline="Pay us at the desk.")
    order = opening.open_order(user=candidate, program=live, now=clock.now())
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    taken = accepted(offered(Entitlement.objects.get()), stranger)
    assert [len(part) for part in (export(candidate)["given"], export(stranger)["offered"])] == [1, 1]
    deletion.delete(user=candidate)
    order.refresh_from_db()
    assert (right_of(order), Transfer.objects.count(), order.user) == (taken, 0, None)
    assert list(Entitlement.objects.filter(user=None).values_list("email", "voided")) == [("", "moved")]


def test_g6_an_offer_to_an_account_that_is_deleted_is_answered(right: Entitlement) -> None:
    other = _account("other@example.org", "Other")
    transfer = offered(right, to=other.email)
    deletion.delete(user=other)
    transfer.refresh_from_db()
    assert (standing(transfer), transfer.address) == (OfferStanding.DECLINED, "")
