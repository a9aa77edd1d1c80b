"""Declaring an outage at the desk: by whom, of what time, and what it says afterwards."""

from datetime import timedelta

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import Sit, Sitting, WorkOff
from portal.tests.operations.conftest import text

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Credit, Outage
from guildmark_portal.exams.outages import begin_outage
from guildmark_portal.exams.refusals import NoOutage, OutageKnown, OutageOfOwnExam, OutageTooLong, OutageUnexplained

pytestmark = pytest.mark.django_db
PAGE = "/desk/outages/"
OUTAGE = {"began_at": "2030-01-15T12:10", "ended_at": "2030-01-15T12:20", "reason": "The network of the house failed."}


@pytest.fixture
def later(examiner: User, stopped_clock: StoppedClock) -> Client:
    """The examiner's browser, at 13:00 UTC."""
    stopped_clock.advance(3600)
    return signed_in(examiner, minutes_ago=1)


def declare(began_s: float, ended_s: float, *, actor: User | str = "tests", **more: object) -> Outage:
    """An outage that began and ended so many seconds before now."""
    now = clock.now()
    span = {"began_at": now - timedelta(seconds=began_s), "ended_at": now - timedelta(seconds=ended_s)}
    return services.declare_outage(**span, **{"reason": "The network failed.", **more}, actor=actor, now=now)


class TestWhoDeclares:
    @pytest.mark.parametrize(("ended_s", "refused"), [(3000, False), (2999, True)])
    def test_x10_nobody_declares_an_outage_in_which_they_sat_an_exam(
        self, examiner: User, sit: Sit, stopped_clock: StoppedClock, *, ended_s: float, refused: bool
    ) -> None:
        sit(examiner).prepare().begin()
        stopped_clock.advance(3000)
        if refused:
            with pytest.raises(OutageOfOwnExam):
                declare(3600, ended_s, actor=examiner)
        else:
            declare(3600, ended_s, actor=examiner)
        assert Outage.objects.count() == (not refused)

    def test_x10_an_examiner_gives_no_time_to_their_own_attempt(
        self, examiner: User, sit: Sit, stopped_clock: StoppedClock, work_off: WorkOff
    ) -> None:
        sit(examiner).prepare().begin()
        stopped_clock.advance(3600)
        shown = text(signed_in(examiner, minutes_ago=1).post(PAGE, OUTAGE))
        work_off()
        assert ("You sat an exam in this outage" in shown, "guildmark-portal outage declare" in shown) == (True, True)
        assert (Outage.objects.count(), Credit.objects.count()) == (0, 0)
        other = signed_in(person_with("examiner", email="other@example.org"), minutes_ago=1)
        other.post(PAGE, OUTAGE)
        work_off()
        assert Credit.objects.get().seconds == 600


class TestWhatIsDeclared:
    def test_x10_the_same_span_is_declared_once(self, later: Client) -> None:
        later.post(PAGE, OUTAGE)
        assert "This very outage is declared already." in text(later.post(PAGE, {**OUTAGE, "reason": "Again."}))
        assert Outage.objects.count() == 1

    @pytest.mark.parametrize(
        ("span", "more", "refusal"),
        [
            ((3 * 86400, 0), {}, None),
            ((3 * 86400 + 1, 0), {}, OutageTooLong),
            ((3 * 86400 + 1, 0), {"is_long": True}, None),
            ((60, 0), {"reason": " "}, OutageUnexplained),
            ((3650 * 86400, 3649 * 86400), {"is_long": True}, None),
            ((3700 * 86400, 3699 * 86400), {"is_long": True}, NoOutage),
        ],
    )
    @pytest.mark.usefixtures("stopped_clock", "db")
    def test_x10_what_can_be_a_slip_of_the_pen_is_refused(
        self, span: tuple[float, float], more: dict[str, object], refusal: type[NoOutage] | None
    ) -> None:
        if refusal is None:
            declare(*span, **more)
        else:
            with pytest.raises(refusal):
                declare(*span, **more)

    @pytest.mark.usefixtures("stopped_clock", "db")
    def test_twice_in_one_breath_is_once(self) -> None:
        declare(60, 0)
        with pytest.raises(OutageKnown):
            declare(60, 0)

    def test_a_long_one_asks_for_a_tick_and_keeps_what_was_typed(self, later: Client) -> None:
        typed = {**OUTAGE, "began_at": "2030-01-10T12:10"}
        page = later.post(PAGE, typed).content.decode()
        assert ("longer than three days" in page, "2030-01-10T12:10" in page) == (True, True)
        later.post(PAGE, {**typed, "is_long": "on"})
        assert Outage.objects.count() == 1

    @pytest.mark.parametrize(("written", "hour"), [("2030-01-15T21:10+09:00", 12), ("2030-01-15T12:10", 12)])
    def test_x10_a_time_zone_that_was_typed_counts(self, later: Client, written: str, hour: int) -> None:
        later.post(PAGE, {**OUTAGE, "began_at": written})
        assert (Outage.objects.get().began_at.hour, Outage.objects.get().began_at.minute) == (hour, 10)

    @pytest.mark.parametrize("written", ["0001-01-01T00:00+09:00", "0001-01-01T00:00", "noon"])
    def test_no_instant_breaks_the_page(self, later: Client, written: str) -> None:
        shown = text(later.post(PAGE, {**OUTAGE, "began_at": written, "is_long": "on"}))
        assert ("There is a problem" in shown, Outage.objects.count()) == (True, 0)


def test_x10_practice_gets_its_time_back_and_stands_in_no_sentence(
    later: Client, running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    services.publish_practice(actor="tests")
    practice = services.practise(user=running.user, now=clock.now())
    practice = services.prepare(attempt=practice, now=clock.now()) and practice
    services.begin(attempt=practice, bundle_sha256=None, now=clock.now())
    stopped_clock.advance(600)
    declare(100, 9.5)
    work_off()
    shown = text(later.get(PAGE))
    assert Credit.objects.count() == 2
    assert ("1 attempt got time back" in shown, shown.count("Ada Candidate"), "1 min 31 s" in shown) == (True, 1, True)


def test_x10_the_desk_says_that_time_stands_still(desk: Client) -> None:
    assert "The time of every running exam stands still" not in text(desk.get("/desk/"))
    begin_outage(began_at=clock.now(), now=clock.now())
    assert "The time of every running exam stands still since:" in text(desk.get("/desk/"))


def test_the_auditor_is_led_to_the_desk(auditor: User) -> None:
    assert '<a href="/desk/">Desk</a>' in signed_in(auditor).get("/account/").content.decode()
