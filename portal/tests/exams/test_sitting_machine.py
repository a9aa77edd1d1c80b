"""An attempt through any order of events: what the services do is held, step by step, against the exam in plain Python.

Hypothesis chooses the steps: preparing, beginning, uploads that are cut, repeated and given up, pins, credits, outages,
reports that arrive or fail, regrades, rulings, the finish, and the clock, which it likes to set to the instants beside
a limit. Each run is rolled back. `make test` walks some of them, `make soak` many more.
"""

from datetime import timedelta

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from portal.tests.exams.conftest import GradingService, MakeBank
from portal.tests.exams.driven_sitting import CONTENTS, EPOCH, MANY, SECOND, STEP, World, categories, chosen, found_in, places
from portal.tests.exams.plain_exam import PASS_MARK, WEIGHTS, PlainExam, PlainSubmission, PlainUpload, points_of
from portal.tests.exams.sending_steps import Sending

from guildmark.errors import AttemptClosed, BundleDamaged
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine import deciding
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Decision, Outage, Report, Submission, Upload
from guildmark_portal.exams.outages import begin_outage, end_outage
from guildmark_portal.exams.refusals import (
    NothingToCredit,
    NotPinnable,
    NotPrepared,
    NotRegradable,
    RulingRefused,
)
from guildmark_portal.jobs.models import UNFINISHED, Job

BEGINNINGS = ("graded", "in the grace", "begun", "decided", "waiting", "handed in", "opened")


class Sittings(Sending):
    """One attempt, from its registration to its last revision."""

    @initialize(counts_last=st.booleans(), how_far=st.sampled_from(BEGINNINGS), turns=st.booleans())
    def register(self, *, counts_last: bool, how_far: str, turns: bool) -> None:
        """The attempt, and what happened to it already when the steps begin.

        Where it `turns`, a worse file is pinned and a regrade finds less, or a credit comes after the last look at an attempt
        that waits for reports.
        """
        program = self.world.last if counts_last else self.world.best
        self.id = services.open_attempt(user=self.world.candidate, program=program, now=clock.now()).pk
        exam = self.attempt.exam_version.bank.exam
        minute = 60 * SECOND
        self.plain = PlainExam(exam.duration_minutes * minute, exam.grace_minutes * minute, counts_last=counts_last)
        self.uploads = dict[PlainUpload, Upload]()
        self.accepted = dict[PlainSubmission, Submission]()
        self.outages = dict[int, tuple[int, int]]()
        if how_far != "opened":
            self.prepare()
            self.begin(damaged=False)
        if how_far not in {"opened", "begun"}:
            for number, category in enumerate(sorted(WEIGHTS)):
                self.submit(category, CONTENTS[number])
        if how_far in {"graded", "decided", "in the grace"}:
            self.submit("category2", CONTENTS[4])
            self.reports_arrive(len(WEIGHTS) + 1)
            if turns:
                self.pin("category2", 0, takes_back=False)
                self.order_a_regrade(1, 1, at_once=True)
        if how_far == "in the grace":
            self.announce("category1", CONTENTS[3])
        if how_far in {"decided", "in the grace"}:
            self.time_goes_on("deadline", 0)
            self.decisions_are_looked_after()
        if how_far == "waiting":
            self.time_goes_on("last_byte", SECOND)
            self.decisions_are_looked_after()
            if turns:
                self.credit(3600)
                self.reports_arrive(len(WEIGHTS))
                self.time_goes_on("deadline", 0)
                self.decisions_are_looked_after()

    def reports_arrive(self, count: int) -> None:
        for _ in range(count):
            self.a_report_arrives(0, 0, fails=False)

    @precondition(lambda self: not self.plain.prepared or 0 < self.closed < MANY)
    @rule()
    def prepare(self) -> None:
        closed = self.plain.phase(self.at) in {"grading", "decided"}
        self.does(AttemptClosed if closed else None, lambda: services.prepare(attempt=self.attempt, now=clock.now()))
        self.plain.prepared |= not closed

    @precondition(lambda self: self.plain.started is None or 0 < self.closed < MANY)
    @rule(damaged=st.sampled_from([False, False, True]))
    def begin(self, *, damaged: bool) -> None:
        digest = "0" * 64 if damaged else self.attempt.bundle_sha256
        refusal: type[Exception] | None = AttemptClosed
        if not self.plain.prepared:
            refusal = NotPrepared
        elif damaged:
            refusal = BundleDamaged
        elif self.plain.started is None or self.plain.running(self.at):
            refusal = None
        if refusal is None and self.plain.started is None:
            self.plain.started = self.at
        begun = self.does(refusal, lambda: services.begin(attempt=self.attempt, bundle_sha256=digest, now=clock.now()))
        if begun is not None:
            assert self.milliseconds(begun.deadline) == self.plain.deadline_at(self.at - STEP)

    @precondition(lambda self: any(one.reports for one in self.plain.submissions) and self.plain.result is None)
    @rule(category=categories, place=places, takes_back=st.booleans())
    def pin(self, category: str, place: int, *, takes_back: bool) -> None:
        one = None if takes_back else chosen(self.plain.submissions, place)
        category = one.category if one is not None and place else category
        fits = one is None or (one.category == category and one.score is not None)
        refusal = self.unless_running() or (None if fits else NotPinnable)
        submission = None if one is None else self.accepted[one]
        self.does(
            refusal,
            lambda: services.pin(attempt=self.attempt, category=category, submission=submission, now=clock.now()),
        )
        if refusal is None:
            self.plain.pins[category] = one

    @precondition(lambda self: len(self.plain.credits) < MANY > self.closed)
    @rule(seconds=st.sampled_from([1, 60, 3600]))
    def credit(self, seconds: int) -> None:
        refusal = NothingToCredit if self.plain.over else None
        self.does(
            refusal,
            lambda: services.grant_credit(
                attempt=self.attempt, seconds=seconds, reason="outage", actor="tests", now=clock.now()
            ),
        )
        if refusal is None:
            self.plain.credits.append(seconds * SECOND)

    @precondition(lambda self: self.at > SECOND and len(self.plain.credited) + len(self.outages) < MANY > self.closed)
    @rule(ago=st.integers(0, 600), lasted=st.integers(1, 600), is_credited=st.booleans())
    def declare_outage(self, ago: int, lasted: int, *, is_credited: bool) -> None:
        ended = max(self.at - ago * SECOND, 2)
        began = max(ended - lasted * SECOND - lasted, 1)
        instants = {"began_at": EPOCH + timedelta(milliseconds=began), "ended_at": EPOCH + timedelta(milliseconds=ended)}
        outage = self.does(
            None, lambda: services.declare_outage(**instants, reason="the network", actor="tests", now=clock.now())
        )
        assert outage is not None
        self.outages[outage.pk] = (began, ended)
        if is_credited:
            self.outages_are_credited()

    @precondition(lambda self: self.outages)
    @rule()
    def outages_are_credited(self) -> None:
        for pk in sorted(self.outages):  # in the order of their jobs
            self.plain.give_back(*self.outages.pop(pk), self.at)
        self.run(Q(kind="credit_outage"))

    @precondition(
        lambda self: self.at > SECOND and self.plain.outage_began is None and len(self.plain.credited) < MANY > self.closed
    )
    @rule(ago=st.integers(0, 600))
    def grading_is_found_to_stand_still(self, ago: int) -> None:
        began = max(self.at - ago * SECOND, 1)
        self.does(None, lambda: begin_outage(began_at=EPOCH + timedelta(milliseconds=began), now=clock.now()))
        self.plain.outage_began = began

    @precondition(lambda self: self.plain.outage_began is not None)
    @rule(after=st.integers(0, 600))
    def grading_goes_on(self, after: int) -> None:
        self.at += after * SECOND
        (outage,) = Outage.objects.filter(ended_at=None)
        assert self.plain.outage_began is not None
        self.outages[outage.pk] = (self.plain.outage_began, self.at)
        self.plain.outage_began = None
        self.does(None, lambda: end_outage(outage=outage, now=clock.now()))
        self.outages_are_credited()

    @precondition(lambda self: len(self.plain.submissions) > 1 and self.plain.result is None)
    @rule()
    def finish(self) -> None:
        now, refusal = self.at, self.unless_running()
        self.does(refusal, lambda: services.finish(attempt=self.attempt, confirm=True, now=clock.now()))
        if refusal is None:
            self.plain.finish(now)

    @precondition(lambda _: Job.objects.filter(UNFINISHED, kind="grade").exists())
    @rule(place=places, again=st.integers(0, 5), fails=st.sampled_from([False, False, False, True]))
    def a_report_arrives(self, place: int, again: int, *, fails: bool) -> None:
        """One of the files that wait is graded, or its grading fails. `again` is what a regrade finds."""
        due = list(Job.objects.filter(UNFINISHED, kind="grade", run_at__lte=clock.now()).order_by("pk"))
        if not due:
            return
        job, service = chosen(due, place), self.world.service
        (mine,) = [one for one, row in self.accepted.items() if str(row.pk) == job.payload["submission"]]
        is_regrade = "regrade" in job.payload
        before = [] if is_regrade else self.plain.reported_before(mine)
        service.finds, service.hang_up = f"score {again} x" if is_regrade else "", fails
        self.run(Q(pk=job.pk))
        service.hang_up = False
        if is_regrade and not fails:
            mine.reports.append(again)
        elif before:  # the same bytes get the same report again; nobody is asked
            mine.reports.append(max(before, key=lambda score: -1 if score is None else score))
        elif not fails:
            mine.reports.append(found_in(mine.upload.content))

    @precondition(lambda self: self.plain.submissions)
    @rule(place=places, again=st.integers(0, 5), at_once=st.booleans())
    def order_a_regrade(self, place: int, again: int, *, at_once: bool) -> None:
        one = chosen(self.plain.submissions, place)
        self.does(
            None if one.reports else NotRegradable,
            lambda: services.order_regrade(submission=self.accepted[one], reason="why", actor="tests", now=clock.now()),
        )
        if at_once and one.reports:
            self.a_report_arrives(0, again, fails=False)
            self.decisions_are_looked_after()

    @precondition(lambda self: any(one.reports for one in self.plain.submissions))
    @rule(place=places, report=places)
    def an_examiner_rules(self, place: int, report: int) -> None:
        one = chosen([one for one in self.plain.submissions if one.reports], place)
        ruling, one.ruling = one.ruling, report % len(one.reports)
        before = self.plain.result
        becomes = None if before is None else self.plain.ruled(one.category)
        takes_away = before is not None and becomes is not None and points_of(becomes) < PASS_MARK <= points_of(before)
        row = Report.objects.filter(submission=self.accepted[one]).order_by("pk")[one.ruling]
        self.does(
            RulingRefused if takes_away else None,
            lambda: deciding.rule(report=row, reason="why", actor="tests", now=clock.now()),
        )
        if takes_away:
            one.ruling = ruling
        elif becomes is not None:
            self.plain.revise(becomes)

    @precondition(lambda self: not self.plain.running(self.at))
    @rule()
    def decisions_are_looked_after(self) -> None:
        """Everything that is due to be decided is looked at. A decision comes exactly when it is due."""
        asked = Job.objects.filter(UNFINISHED, kind="decide", run_at__lte=clock.now()).exists()
        self.run(Q(kind="decide"))
        if self.plain.result is not None:
            if asked:
                self.plain.raise_what_rose()
        elif Decision.objects.filter(attempt=self.id).exists():
            assert self.plain.phase(self.at) == "decided"
            self.plain.decide()
        elif self.plain.phase(self.at) == "decided":
            # The look after the grace comes a second after it, for files that were never sent whole.
            assert self.plain.last_byte < self.at < self.plain.last_byte + SECOND
            assert any(one.is_open for one in self.plain.uploads)


@pytest.fixture
def world(make_bank: MakeBank, candidate: User, grading_service: GradingService) -> World:
    best = services.publish(make_bank(id="best").folder, ExamKind.DEMO, "tests").program.slug
    last = services.publish(make_bank(id="last", counts="last").folder, ExamKind.DEMO, "tests").program.slug
    return World(candidate, grading_service, best, last)


def walk(world: World, *, runs: int, steps: int, **how: object) -> None:
    chosen_so = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **how,
    )
    run_state_machine_as_test(lambda: Sittings(world), settings=chosen_so)


@pytest.mark.django_db
def test_s8_x1_x10_x12_an_attempt_ends_once_and_as_the_rules_say_in_any_order_of_events(world: World) -> None:
    walk(world, runs=20, steps=30, derandomize=True, phases=[Phase.generate])  # `make soak` shrinks what it finds


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.django_db
def test_s8_x1_x10_x12_so_do_hundreds_of_attempts(world: World) -> None:
    walk(world, runs=500, steps=60)
