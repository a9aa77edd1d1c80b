"""What every step of the sitting machine stands on: how the services are asked, and what must hold after each step."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from portal.tests.exams.conftest import GradingService
from portal.tests.exams.plain_exam import PASS_MARK, WEIGHTS, PlainUpload, points_of

from guildmark.errors import AttemptClosed, NotStarted
from guildmark.rules.attempt import deadline_at, last_byte_until, phase
from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams import keyring, services
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt, Decision, Report, Revision, Submission, Upload
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.receipts import receipt_of
from guildmark_portal.exams.refusals import (
    NothingToCredit,
    UploadClosed,
)
from guildmark_portal.exams.results import result_of
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

STEP, SECOND, MANY = 1, 1000, 4
MANY_ATTEMPTS = 50
EPOCH = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)
CONTENTS = (b"score 2 a", b"score 5 a", b"score 4 a", b"score 5 b", b"score 0 a", b"rejected layer.forbidden a")
categories = st.sampled_from(sorted(WEIGHTS))
contents = st.sampled_from(CONTENTS)
places = st.integers(0, 9)
"""Which of several: the newest is 0, and a number beyond the last starts again."""


def chosen(some: list, place: int):
    return some[::-1][place % len(some)]


def found_in(content: bytes) -> int | None:
    """What the stand-in of the grading service finds in a file."""
    word, value = content.decode().split()[:2]
    return int(value) if word == "score" else None


@dataclass(frozen=True)
class World:
    """What every run begins with: somebody, a grading service, and the exam in two editions."""

    candidate: User
    service: GradingService
    best: str
    last: str


class DrivenSitting(RuleBasedStateMachine):
    """One attempt, driven through the services; `plain` is what it should be."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.at, self.closed = world, 0, 0
        self._attempt: Attempt | None = None
        self.clock = clock.use(lambda: EPOCH + timedelta(milliseconds=self.at))
        self.savepoint = transaction.atomic()
        self.clock.__enter__()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        try:
            if hasattr(self, "id"):
                self.every_accepted_file_has_a_receipt()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.clock.__exit__(None, None, None)

    # What is asked of the services

    @property
    def attempt(self) -> Attempt:
        """As it stands after the last step that may have changed it."""
        if self._attempt is None:
            self._attempt = attempt_with(self.id)
        return self._attempt

    def does(self, refusal: type[Exception] | None, act: Callable[[], Any]) -> Any:
        """Let `act` be done, or refused by this very refusal; then time goes on."""
        try:
            if refusal is None:
                return act()
            with pytest.raises(Exception) as refused:  # noqa: PT011 - its class is compared, not matched
                act()
            assert type(refused.value) is refusal
            self.closed += refusal in {AttemptClosed, NothingToCredit, UploadClosed}
            return None
        finally:
            self.at, self._attempt = self.at + STEP, None

    def unless_running(self) -> type[Exception] | None:
        if self.plain.started is None:
            return NotStarted
        return None if self.plain.running(self.at) else AttemptClosed

    # What must hold after every step

    @invariant()
    def the_phase_is_what_the_rules_say(self) -> None:
        if not hasattr(self, "id"):
            return
        attempt = self.attempt
        facts = timeline(attempt)
        assert phase(facts, now=clock.now()).value == self.plain.phase(self.at)
        if self.plain.started is not None and not self.plain.over:
            limits = (deadline_at(facts, now=clock.now()), last_byte_until(facts, now=clock.now()))
            assert [self.milliseconds(limit) for limit in limits if limit is not None] == [
                self.plain.deadline_at(self.at),
                self.plain.last_byte_at(self.at),
            ]
        self.the_result_is_what_was_said(attempt)

    def the_result_is_what_was_said(self, attempt: Attempt) -> None:
        decisions = list(Decision.objects.filter(attempt=attempt))
        revisions = list(Revision.objects.filter(decision__attempt=attempt))
        if self.plain.result is None:
            assert (decisions, revisions) == ([], [])
            assert result_of(attempt).points == points_of(self.plain.so_far())
            return
        (decision,) = decisions
        assert self.milliseconds(decision.decided_at) == self.plain.ended
        assert [revision.number for revision in revisions] == list(range(1, self.plain.revisions + 1))
        newest, points = (revisions or decisions)[-1], points_of(self.plain.result)
        shown = result_of(attempt)
        assert (float(newest.points), shown.points, shown.passed) == (points, points, points >= PASS_MARK)
        letters = set(Job.objects.filter(kind="mail", key__contains=str(self.id)).values_list("key", flat=True))
        assert letters == {f"result:{self.id}", *(f"revised:{self.id}:{one.number}" for one in revisions)}
        said = Entry.objects.filter(subject=f"attempt:{self.id}", action__in=["attempt.decided", "attempt.revised"])
        assert said.count() == 1 + len(revisions)
        assert Certificate.objects.filter(attempt=attempt).count() == self.plain.passed_once

    def every_accepted_file_has_a_receipt(self) -> None:
        (key,) = keyring.public_keys()
        rows = list(Submission.objects.filter(attempt=self.id).order_by("received_at"))
        assert [self.told(row) for row in rows] == [
            (one.category, one.upload.content, one.upload.opened, one.received) for one in self.plain.submissions
        ]
        assert all(is_signed_by(receipt_of(row).model_dump(mode="json"), key.public_key) for row in rows)
        reports = [list(Report.objects.filter(submission=row).order_by("pk").values_list("score", flat=True)) for row in rows]
        assert reports == [one.reports for one in self.plain.submissions]

    # How it is asked

    def some_open(self) -> bool:
        return any(one.is_open for one in self.plain.uploads)

    def any_upload(self, place: int) -> PlainUpload:
        """One that is open, if any is; now and then one that is not."""
        still = [one for one in self.plain.uploads if one.is_open]
        return chosen(still if still and place else self.plain.uploads, place)

    def unless_open(self, upload: PlainUpload) -> type[Exception] | None:
        if not upload.is_open:
            return UploadClosed
        return None if self.plain.takes_bytes(upload, self.at) else AttemptClosed

    def receive(self, upload: PlainUpload, offset: int, piece: bytes) -> services.Received:
        fresh = Upload.objects.select_related("attempt").get(pk=self.uploads[upload].pk)
        return services.receive_bytes(upload=fresh, offset=offset, chunk=piece, now=clock.now())

    def note_accepted(self) -> None:
        for one in self.plain.submissions:
            if one not in self.accepted:
                self.accepted[one] = Submission.objects.get(upload=self.uploads[one.upload].pk)

    def run(self, kinds: Q) -> None:
        """Work off what is due of these jobs."""
        runner = Runner()
        attempts = sum(1 for _ in itertools.takewhile(lambda _: runner._run_one(kinds), range(MANY_ATTEMPTS)))
        assert attempts < MANY_ATTEMPTS, "a job asks for itself at once, again and again"
        self.at, self._attempt = self.at + STEP, None

    @staticmethod
    def milliseconds(instant: datetime) -> int:
        return (instant - EPOCH) // timedelta(milliseconds=1)

    def told(self, row: Submission) -> tuple[str, bytes, int, int]:
        content = next(content for content in CONTENTS if hashlib.sha256(content).hexdigest() == row.sha256)
        return row.category, content, self.milliseconds(row.opened_at), self.milliseconds(row.received_at)
