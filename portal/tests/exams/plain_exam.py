"""An exam in plain Python: what the rules of the certification say, written anew, so that the services can be held to it.

It shares no line with the product. Instants are whole milliseconds; a report is a score, or None for a file without one.
"""

import itertools
from dataclasses import dataclass, field

WEIGHTS = {"category1": 20, "category2": 30, "category3": 50}
FULL, PASS_MARK = 5, 90
Counted = tuple["PlainSubmission", int]
"""A submission, and the place of the report that stands."""


@dataclass(eq=False)
class PlainUpload:
    """A file on its way. `arrived` is what came of it so far, be it right or wrong."""

    category: str
    content: bytes
    opened: int
    arrived: bytes = b""
    complete: bool = False
    abandoned: bool = False

    @property
    def is_open(self) -> bool:
        return not self.complete and not self.abandoned


@dataclass(eq=False)
class PlainSubmission:
    """A file that was accepted, with its reports in their order."""

    upload: PlainUpload
    received: int
    reports: list[int | None] = field(default_factory=list)
    ruling: int | None = None

    @property
    def category(self) -> str:
        return self.upload.category

    @property
    def standing(self) -> int | None:
        """The place of the report that stands: as ruled, else the first of the best."""
        if self.ruling is not None or not self.reports:
            return self.ruling
        best = max(-1 if score is None else score for score in self.reports)
        return [-1 if score is None else score for score in self.reports].index(best)

    @property
    def score(self) -> int | None:
        return None if self.standing is None else self.reports[self.standing]


def score_of(counted: Counted | None) -> int:
    return 0 if counted is None else counted[0].reports[counted[1]] or 0


def points_of(result: dict[str, Counted]) -> float:
    return sum(WEIGHTS[category] * score_of(one) for category, one in result.items()) / FULL


@dataclass
class PlainExam:
    """One attempt. `result` is what was written down last, None before there is a decision."""

    duration: int
    grace: int
    counts_last: bool = False
    prepared: bool = False
    started: int | None = None
    finished: int | None = None
    ended: int | None = None
    credits: list[int] = field(default_factory=list)
    grace_credits: list[int] = field(default_factory=list)
    outage_began: int | None = None
    credited: list[tuple[int, int]] = field(default_factory=list)
    uploads: list[PlainUpload] = field(default_factory=list)
    submissions: list[PlainSubmission] = field(default_factory=list)
    pins: dict[str, PlainSubmission | None] = field(default_factory=dict)
    result: dict[str, Counted] | None = None
    revisions: int = 0
    passed_once: bool = False

    @property
    def deadline(self) -> int:
        assert self.started is not None
        return self.started + self.duration + sum(self.credits)

    @property
    def last_byte(self) -> int:
        return self.deadline + self.grace + sum(self.grace_credits)

    def deadline_at(self, now: int) -> int:
        return self._moved(self.deadline, now)

    def last_byte_at(self, now: int) -> int:
        return self._moved(self.last_byte, now)

    def _moved(self, due: int, now: int) -> int:
        """Time stands still in an outage that is not over, if it began before the limit."""
        began = self.outage_began
        return due if began is None or began >= due else due + self.taken(began, now)

    @property
    def over(self) -> bool:
        return self.finished is not None or self.ended is not None

    def running(self, now: int) -> bool:
        return self.started is not None and not self.over and now < self.deadline_at(now)

    def takes_bytes(self, upload: PlainUpload, now: int) -> bool:
        if self.started is None or self.over:
            return False
        return upload.opened < self.deadline_at(now) and now <= self.last_byte_at(now)

    def phase(self, now: int) -> str:
        if self.started is None:
            return "prepared" if self.prepared else "registered"
        if self.ended is not None:
            return "decided"
        if self.running(now):
            return "running"
        waits = any(one.is_open and self.takes_bytes(one, now) for one in self.uploads)
        held = self.outage_began is not None and self.finished is None
        return "grading" if waits or held or any(not one.reports for one in self.submissions) else "decided"

    def knows(self, content: bytes) -> bool:
        return any(one.upload.content == content for one in self.submissions)

    def stands_for(self, category: str, content: bytes, now: int) -> PlainUpload | None:
        """The upload that a repeated announcement of a file means."""
        running = self.running(now)
        same = [one for one in self.uploads if (one.category, one.content) == (category, content) and not one.abandoned]
        meant = [one for one in same if one.is_open or not running]
        return meant[-1] if meant and self.takes_bytes(meant[-1], now) else None

    def open(self, category: str, content: bytes, now: int) -> None:
        for one in self.uploads:
            one.abandoned |= one.category == category and one.is_open
        self.uploads.append(PlainUpload(category, content, now))
        self.accept_if_known(self.uploads[-1], now)

    def accept_if_known(self, upload: PlainUpload, now: int) -> None:
        if upload.is_open and self.knows(upload.content):
            self.accept(upload, now)

    def accept(self, upload: PlainUpload, now: int) -> None:
        upload.complete, upload.arrived = True, upload.content
        self.submissions.append(PlainSubmission(upload, now))

    def finish(self, now: int) -> None:
        self.finished = now
        for one in self.uploads:
            one.abandoned |= one.is_open

    def reported_before(self, submission: PlainSubmission) -> list[int | None]:
        """What was found in the same bytes in the same category."""
        same = (submission.category, submission.upload.content)
        others = [one for one in self.submissions if one is not submission and (one.category, one.upload.content) == same]
        return [score for one in others for score in one.reports]

    def taken(self, began: int, ended: int) -> int:
        """What a stretch of time took from the attempt, without what was given back already."""
        assert self.started is not None
        begun = max(began, self.started)
        edges = sorted({begun, ended, *(edge for span in self.credited for edge in span if begun < edge < ended)})
        pieces = [] if ended <= begun else list(itertools.pairwise(edges))
        return sum(b - a for a, b in pieces if not any(s <= a and b <= e for s, e in self.credited))

    def give_back(self, began: int, ended: int, now: int) -> None:
        """Credit an outage in whole seconds, rounded up: to the deadline, or, if it began in the grace, to the last byte."""
        if self.started is None or self.over:
            return
        to_the_deadline = began < self.deadline_at(now)
        if not to_the_deadline and not any(one.is_open and self.takes_bytes(one, began) for one in self.uploads):
            return
        limit = self.deadline_at(now) if to_the_deadline else self.last_byte_at(now)
        lost = -(-self.taken(began, ended) // 1000) * 1000 if began < limit else 0
        if lost:
            (self.credits if to_the_deadline else self.grace_credits).append(lost)
            self.credited.append((began, ended))

    def so_far(self) -> dict[str, Counted]:
        """What counts by what is known now."""
        found: dict[str, Counted] = {}
        for category in WEIGHTS:
            scored = [one for one in self.submissions if one.category == category and one.score is not None]
            if not scored:
                continue
            best = max(one.score for one in scored if one.score is not None)
            chosen = scored[-1] if self.counts_last else next(one for one in scored if one.score == best)
            pinned = self.pins.get(category)
            chosen = pinned if pinned in scored else chosen
            assert chosen.standing is not None
            found[category] = (chosen, chosen.standing)
        return found

    def decide(self) -> None:
        self.ended = self.deadline if self.finished is None else self.finished
        self._write(self.so_far())

    def raise_what_rose(self) -> None:
        """What later reports raise of a decision: a revision, if anything."""
        assert self.result is not None
        higher = {
            category: one for category, one in self.so_far().items() if score_of(one) > score_of(self.result.get(category))
        }
        if higher:
            self.revisions += 1
            self._write({**self.result, **higher})

    def ruled(self, category: str) -> dict[str, Counted]:
        """The result with that category as it counts now."""
        assert self.result is not None
        found = self.so_far()
        others = {other: one for other, one in self.result.items() if other != category}
        return {**others, **({category: found[category]} if category in found else {})}

    def revise(self, result: dict[str, Counted]) -> None:
        if result != self.result:
            self.revisions += 1
            self._write(result)

    def _write(self, result: dict[str, Counted]) -> None:
        self.result = result
        self.passed_once |= points_of(result) >= PASS_MARK
