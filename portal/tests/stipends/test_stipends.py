"""Stipends: one application a year, decided by criteria, used within ninety days by one account (rule G7)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock, _account, person_with
from portal.tests.exams.paid_exam import settled
from portal.tests.stipends.conftest import CRITERIA, WORDS, Applied
from portal.tests.vouchers.conftest import another

from guildmark.rules.money import Money
from guildmark.rules.stipend import YEAR
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import rewriting
from guildmark_portal.stipends.applying import Words, apply, words_of
from guildmark_portal.stipends.deciding import decide, decision_words, looked_at
from guildmark_portal.stipends.models import Application, Decision, RememberedApplication
from guildmark_portal.stipends.personal_data import export
from guildmark_portal.stipends.queries import Standing, applications_of
from guildmark_portal.stipends.refusals import (
    AppliedBefore,
    CriteriaNotMet,
    DecidedBefore,
    NoStipend,
    NoSuchShare,
    NothingSaid,
    OwnApplication,
    TooMuchSaid,
)
from guildmark_portal.stipends.remembered import forget
from guildmark_portal.stipends.shredding import shred_due
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.vouchers.redeeming import consume, quote, redeem, reserve
from guildmark_portal.vouchers.refusals import VoucherOfAnother, VoucherOver

pytestmark = [pytest.mark.django_db, pytest.mark.money]
TICK = timedelta(microseconds=1)
Letters = object


def decided(application: Application, by: User, percent: int = 100, **changed: object) -> Decision:
    given = {"met": CRITERIA, "text": "We read it with care.", "now": clock.now(), **changed}
    return decide(application=application, by=by, percent=percent, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("after", "taken"), [(YEAR - TICK, False), (YEAR, True)], ids=["too early", "to the moment"])
def test_g7_one_applies_once_in_365_days(
    applied: Applied, support: User, stopped_clock: StoppedClock, after: timedelta, *, taken: bool
) -> None:
    decided(applied(), support, percent=0)
    stopped_clock.at += after
    if taken:
        applied()
    else:
        with pytest.raises(AppliedBefore, match="again from 15 January 2031"):
            applied()
    assert Application.objects.count() == 1 + taken


def test_g7_as_often_as_the_program_settles_and_each_program_for_itself(applied: Applied, candidate: User) -> None:
    settled("stipend_applications_a_year=2")
    live = Program.objects.get(slug="tiny")
    for _ in range(2):
        apply(user=candidate, program=live, words=WORDS, now=clock.now())
    with pytest.raises(AppliedBefore):
        apply(user=candidate, program=live, words=WORDS, now=clock.now())
    assert apply(user=candidate, program=another("advanced"), words=WORDS, now=clock.now())


def test_g7_a_form_that_is_sent_twice_is_one_application(applied: Applied, stranger: User) -> None:
    number = uuid4()
    first = applied(application_id=number)
    assert (applied(application_id=number), applied(stranger, application_id=number) == first) == (first, False)


@pytest.mark.django_db(transaction=True)
def test_g7_two_tabs_that_apply_at_once_make_one_application(applied: Applied) -> None:
    def want() -> bool:
        try:
            applied()
        except AppliedBefore:
            return False
        return True

    assert (sorted(in_threads(3, want)), Application.objects.count()) == ([False, False, True], 1)


def test_g7_where_there_are_none_nobody_applies(applied: Applied, candidate: User) -> None:
    settled("stipend_use_days=none")
    for program in (Program.objects.get(slug="tiny"), another("gratis", fee="0")):
        with pytest.raises(NoStipend):
            apply(user=candidate, program=program, words=WORDS, now=clock.now())


@pytest.mark.parametrize(
    ("words", "refusal"),
    [(Words(" ", "x"), NothingSaid), (Words("x", ""), NothingSaid), (Words("x" * 2001, "x"), TooMuchSaid)],
)
def test_what_is_written_is_neither_nothing_nor_too_much(applied: Applied, words: Words, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        applied(words=words)
    assert Application.objects.count() == 0


def test_g7_a_part_of_the_fee_is_a_voucher_for_that_account_alone(
    applied: Applied, live: Program, support: User, candidate: User, stranger: User
) -> None:
    voucher = decided(applied(), support, percent=60).voucher
    assert voucher is not None
    assert (voucher.batch.valid_until, voucher.holder, voucher.batch.uses) == (date(2030, 4, 15), candidate, 1)
    quoted = quote(code=code_of(voucher), user=candidate, program=live, now=clock.now())
    assert (quoted.discount, quoted.left) == (Money(6_000, "USD"), Money(4_000, "USD"))
    with pytest.raises(VoucherOfAnother, match="another account"):
        quote(code=code_of(voucher), user=stranger, program=live, now=clock.now())


def test_g7_a_part_of_the_fee_is_used_once_the_rest_is_paid(
    applied: Applied, live: Program, support: User, candidate: User
) -> None:
    voucher = decided(applied(), support, percent=60).voucher
    assert voucher is not None
    use = reserve(code=code_of(voucher), user=candidate, program=live, once="order:1", now=clock.now())
    stands = [applications_of(candidate, now=clock.now())[0].standing]
    consume(use=use, now=clock.now())
    stands.append(applications_of(candidate, now=clock.now())[0].standing)
    assert stands == [Standing.GRANTED, Standing.USED]


@pytest.mark.parametrize(
    ("at", "taken"),
    [(datetime(2030, 4, 16, 12, tzinfo=UTC) - TICK, True), (datetime(2030, 4, 16, 12, tzinfo=UTC), False)],
    ids=["the last moment of the ninetieth day", "too late"],
)
def test_g7_a_stipend_is_used_within_ninety_days(
    applied: Applied, live: Program, support: User, candidate: User, stopped_clock: StoppedClock, at: datetime, *, taken: bool
) -> None:
    voucher = decided(applied(), support).voucher
    assert voucher is not None
    stopped_clock.at = at
    if taken:
        assert redeem(code=code_of(voucher), user=candidate, program=live, now=at).source == "stipend"
    else:
        with pytest.raises(VoucherOver, match="15 April 2030"):
            redeem(code=code_of(voucher), user=candidate, program=live, now=at)
    (one,) = applications_of(candidate, now=at)
    assert (one.standing, Entitlement.objects.count()) == (Standing.USED if taken else Standing.OVER, int(taken))


def test_g7_the_days_of_use_are_those_of_the_program(applied: Applied, support: User) -> None:
    settled("stipend_use_days=1")
    voucher = decided(applied(), support).voucher
    assert voucher is not None
    assert voucher.batch.valid_until == date(2030, 1, 16)


def test_g7_who_misses_a_criterion_is_granted_nothing(applied: Applied, support: User) -> None:
    application = applied()
    with pytest.raises(CriteriaNotMet):
        decided(application, support, percent=1, met=CRITERIA[:2])
    decision = decided(application, support, percent=0, met=(*CRITERIA[:2], "unknown"))
    assert (decision.criteria, decision.met, decision.voucher) == (list(CRITERIA), list(CRITERIA[:2]), None)


def test_g7_the_criteria_are_those_of_the_program(applied: Applied, support: User) -> None:
    settled("stipend_criteria=need, teaches a class")
    assert decided(applied(), support, met=("need", "teaches a class")).criteria == ["need", "teaches a class"]


@pytest.mark.parametrize("percent", [-1, 101])
def test_g7_more_than_all_and_less_than_nothing_are_no_shares(applied: Applied, support: User, percent: int) -> None:
    with pytest.raises(NoSuchShare):
        decided(applied(), support, percent=percent)


def test_g7_it_is_decided_once_and_never_by_the_applicant(applied: Applied, support: User) -> None:
    application, own = applied(), applied(support)
    decided(application, support)
    with pytest.raises(DecidedBefore):
        decided(application, person_with("owner"), percent=0)
    for act in (lambda: decided(own, support), lambda: looked_at(application=own, viewer=support)):
        with pytest.raises(OwnApplication):
            act()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("percent", "subject", "said"),
    [
        (100, "You are granted a stipend: Tiny exam", ["the whole fee", "15 April 2030", "/register/voucher/"]),
        (0, "Your application for a stipend is decided: Tiny exam", ["not granted", "/stipend/mine/"]),
    ],
)
def test_g7_the_decision_is_mailed_without_a_word_of_what_was_written(
    applied: Applied, support: User, candidate: User, letters, percent: int, subject: str, said: list[str]
) -> None:
    decided(applied(), support, percent=percent)
    sent = letters()
    (body,) = [body for to, found, body in sent if (to, found) == (candidate.email, subject)]
    assert all(words in body for words in said)
    assert not any(words in body for words in (WORDS.reasons, WORDS.circumstances, "with care"))
    if percent:
        assert code_of(Decision.objects.get().voucher) in body
    job = Job.objects.get(kind="mail", key__regex=r"^stipend\.(granted|declined):")
    rewriting.rewrite(job)
    assert len(letters()) == len(sent) + 1


def test_g7_those_who_decide_are_told_until_somebody_has(
    applied: Applied, support: User, staff: User, candidate: User, letters, stopped_clock: StoppedClock
) -> None:
    application = applied()
    told = [to for to, subject, _body in letters() if subject.startswith("An application")]
    stopped_clock.advance(9 * 24 * 3600)
    again = [to for to, subject, _body in letters() if subject.startswith("An application")]
    decided(application, support)
    stopped_clock.advance(24 * 3600)
    last = [to for to, subject, _body in letters() if subject.startswith("An application")]
    assert (sorted(told), len(again), len(last)) == (sorted([support.email, staff.email]), 4, 4)


def test_g7_what_was_written_is_sealed_and_destroyed_when_its_time_is_over(
    applied: Applied, support: User, stopped_clock: StoppedClock, settings
) -> None:
    application = applied()
    decision = decided(application, support, percent=0)
    assert (words_of(application.words), WORDS.reasons in str(vars(application))) == (WORDS, False)
    due = clock.now() + timedelta(days=settings.IDENTITY_RETENTION_DAYS)
    assert (shred_due(now=due - TICK), words_of(application.words)) == (due, WORDS)
    assert (shred_due(now=due), words_of(application.words), decision_words(decision.words)) == (None, None, None)
    assert Decision.objects.get().percent == 0


def test_what_the_staff_read_is_written_down_first(applied: Applied, support: User) -> None:
    application = applied()
    assert looked_at(application=application, viewer=support) == WORDS
    assert Entry.objects.get(action="stipend.look").actor == f"user:{support.pk}"
    assert not any(WORDS.reasons in str(vars(entry)) for entry in Entry.objects.all())


def test_g7_an_account_that_is_deleted_leaves_only_when_it_applied(
    applied: Applied, live: Program, support: User, candidate: User, stopped_clock: StoppedClock
) -> None:
    voucher = decided(applied(), support).voucher
    assert voucher is not None
    typed = code_of(voucher)
    assert [one["written"]["reasons"] for one in export(candidate)] == [WORDS.reasons]
    deletion.delete(user=candidate)
    back = _account("candidate@example.org", "Ada Again")
    with pytest.raises(AppliedBefore):
        applied(back)
    with pytest.raises(Exception, match="stopped"):
        redeem(code=typed, user=back, program=live, now=clock.now())
    assert (Application.objects.count(), Decision.objects.count()) == (0, 0)
    stopped_clock.at += YEAR
    forget(None)  # type: ignore[arg-type]
    assert (RememberedApplication.objects.count(), applied(back).user) == (0, back)
