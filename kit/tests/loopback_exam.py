"""The exam behind the loopback portal: one program of two categories, in memory, by the real rules and the real protocol."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildmark import protocol as wire
from guildmark.errors import AttemptClosed, NotStarted, Refused
from guildmark.packs.bundle import new_key, pack_zip, seal
from guildmark.rules import attempt as rules
from guildmark.rules.scoring import PassRule, is_pass, weighted_total
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe
from guildmark.signing import key_id, public_hex, sign

START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
WEIGHTS = {"category1": 40, "category2": 60}
TITLES = {"category1": "Regression", "category2": "Images"}
STARTER = b"def solution_model():\n    raise NotImplementedError\n"
CONTRACT = {
    "formats": ["keras", "h5"],
    "size_limit": 1_000_000,
    "inputs": [{"shape": [4], "dtype": "float32", "name": ""}],
    "output": {"shape": [1], "dtype": "float32"},
    "forbidden_layers": [],
}


def task_json(number):
    task = {"category": f"category{number}", "number": number, "form": "a-form", "title": "A task", "contract": CONTRACT}
    return json.dumps({**task, "metric": "mae"}).encode()


@dataclass
class Upload:
    id: str
    category: str
    file_name: str
    sha256: str
    size: int
    opened_at: datetime
    data: bytes = b""
    submission: str | None = None


@dataclass
class Exam:
    """One attempt of Ada's. `now` is the portal's clock. `polls_until_graded` long-polls answer before a score is there."""

    now: datetime = START
    polls_until_graded: int = 0
    attempt: str = "5f1c2a34-0000-4000-8000-000000000001"
    registered: bool = False
    prepared_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    pins: dict[str, str | None] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    submissions: dict[str, dict] = field(default_factory=dict)
    bundle_key: bytes = field(default_factory=new_key)
    signing_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    published_key: Ed25519PrivateKey | None = None
    extra_files: dict[str, bytes] = field(default_factory=dict)
    revisions: tuple[wire.RevisionView, ...] = ()
    breaks_left: int = 0
    extra_s: int = 0
    begin_until: date | None = None
    breaks: list[datetime] = field(default_factory=list)
    outage_since: datetime | None = None
    requirements: str = "tensorflow\n"

    def __post_init__(self):
        self.bundle = seal(pack_zip(self.files()), key=self.bundle_key, attempt=self.attempt)

    def files(self):
        categories = [{"id": c, "number": n, "title": TITLES[c], "folder": f"Category{n}"} for n, c in enumerate(WEIGHTS, 1)]
        index = {
            "attempt": self.attempt,
            "exam_id": "test",
            "exam_version": "2026.1",
            "title": "Test",
            "categories": categories,
        }
        files = {"exam.json": json.dumps(index).encode(), "requirements.txt": self.requirements.encode()}
        for n in (1, 2):
            files |= {f"Category{n}/starter.py": STARTER, f"Category{n}/task.json": task_json(n)}
            files[f"Category{n}/data/rows.csv"] = b"1,2\n"
        return files | self.extra_files

    @property
    def timeline(self):
        pending = sum(1 for s in self.submissions.values() if s["left"] > 0)
        return rules.Timeline(
            timedelta(hours=5),
            timedelta(minutes=15),
            self.prepared_at,
            self.started_at,
            self.finished_at,
            pending_reports=pending,
            credits=tuple(timedelta(minutes=15) for _ in self.breaks),
            outage_since=self.outage_since,
        )

    def take_break(self):
        if not self.breaks_left:
            raise Refused("No break is left to you in this exam.", next_step="Go on.", code="no_break_left")
        self.breaks_left -= 1
        self.breaks.append(self.now)

    @property
    def phase(self):
        return rules.phase(self.timeline, now=self.now)

    def begin(self):
        if self.prepared_at is None:
            raise NotStarted
        self.started_at = self.started_at or self.now
        times = {"started_at": self.started_at, "deadline": self.timeline.deadline, "server_time": self.now}
        return wire.Begun(key=self.bundle_key.hex(), **times)

    def open_upload(self, category, file_name, sha256, size):
        for standing in self.uploads.values():
            same = (standing.category, standing.sha256, standing.size) == (category, sha256, size)
            if (
                same
                and not standing.submission
                and rules.accepts_bytes(self.timeline, opened_at=standing.opened_at, now=self.now)
            ):
                return standing
        if not rules.accepts_uploads(self.timeline, now=self.now):
            raise AttemptClosed
        if category not in WEIGHTS:
            raise Refused("There is no such category.", code="unknown_category")
        upload = Upload(f"u{len(self.uploads) + 1}", category, file_name, sha256, size, self.now)
        self.uploads = {k: u for k, u in self.uploads.items() if u.category != category or u.submission}
        self.uploads[upload.id] = upload
        self._complete(upload)
        return upload

    def receive(self, upload, data):
        if not rules.accepts_bytes(self.timeline, opened_at=upload.opened_at, now=self.now):
            raise AttemptClosed
        upload.data += data
        self._complete(upload)

    def _complete(self, upload):
        if len(upload.data) < upload.size or upload.submission:
            return
        if hashlib.sha256(upload.data).hexdigest() != upload.sha256:
            raise Refused("The bytes do not match their digest.", code="digest_mismatch")
        upload.submission = f"s{len(self.submissions) + 1}"
        self.submissions[upload.submission] = {"upload": upload, "left": self.polls_until_graded, "received_at": self.now}

    def report(self, data):
        """The file says what it gets: `score 4`, else it is no model."""
        if not data.startswith(b"score "):
            facts = {"verdict": Verdict.REJECTED, "score": None, "metric": None, "next_threshold": None}
            code, params = ("file.empty" if not data else "file.not_a_model"), {}
        else:
            score = int(data.split()[1])
            metric = wire.MetricView(name="mae", value=10.0 - score, unit="USD")
            facts = {
                "verdict": Verdict.GRADED,
                "score": score,
                "metric": metric,
                "next_threshold": None if score == 5 else 9.0 - score,
                "to_next": None if score == 5 else 1.0,
            }
            code = "graded.full" if score == 5 else "graded.quality"
            params = {"metric": "mae", "value": str(metric.value), "threshold": str(9.0 - score)}
        return wire.ReportView(**facts, reason=code, params=params, message=describe(code, params))

    def submission(self, identifier):
        entry = self.submissions[identifier]
        upload = entry["upload"]
        done = entry["left"] <= 0
        receipt = wire.Receipt(
            submission=identifier,
            attempt=self.attempt,
            category=upload.category,
            sha256=upload.sha256,
            size=upload.size,
            opened_at=upload.opened_at,
            received_at=entry["received_at"],
            key_id="",
            signature="",
        )
        state = wire.SubmissionState(
            id=identifier,
            category=upload.category,
            file_name=upload.file_name,
            sha256=upload.sha256,
            size=upload.size,
            received_at=entry["received_at"],
            phase=wire.SubmissionPhase.GRADED if done else wire.SubmissionPhase.QUEUED,
            queue_position=None if done else entry["left"],
            report=self.report(upload.data) if done else None,
            counts=done and self.best(upload.category)[1] == identifier,
            pinned=self.pins.get(upload.category) == identifier,
            receipt=receipt,
        ).model_dump(mode="json")
        # A newer portal says more, and signs it too.
        state["receipt"] = sign({**state["receipt"], "said_by_a_newer_server": 1}, self.signing_key)
        return state

    def best(self, category):
        graded = [
            (self.report(s["upload"].data).score or 0, k)
            for k, s in self.submissions.items()
            if s["upload"].category == category and s["left"] <= 0 and self.report(s["upload"].data).verdict is Verdict.GRADED
        ]
        pinned = next((one for one in graded if one[1] == self.pins.get(category)), None)
        return pinned or max(graded, key=lambda one: one[0], default=(None, None))

    def pin(self, category, submission):
        if self.phase is not rules.Phase.RUNNING:
            raise AttemptClosed
        if submission is not None and self.report(self.submissions[submission]["upload"].data).score is None:
            raise Refused("Only a submission with a score can be pinned.", next_step="Choose another one.", code="not_pinnable")
        self.pins[category] = submission

    def state(self):
        result = self.result() if self.phase is rules.Phase.DECIDED else None
        return {
            "id": self.attempt,
            "program": "test",
            "exam_title": "Test exam",
            "exam_version": "2026.1",
            "kind": "demo",
            "framework": "TensorFlow",
            "phase": self.phase.value,
            "server_time": self.now.isoformat(),
            "duration_s": 18000,
            "time_left_s": rules.time_left(self.timeline, now=self.now).total_seconds(),
            "prepared_at": self.prepared_at and self.prepared_at.isoformat(),
            "started_at": self.started_at and self.started_at.isoformat(),
            "deadline": self.timeline.deadline and self.timeline.deadline.isoformat(),
            "finished_at": self.finished_at and self.finished_at.isoformat(),
            "pass_rule": "weighted",
            "pass_mark": 90,
            "breaks_left": self.breaks_left,
            "extra_s": self.extra_s,
            "begin_until": self.begin_until and self.begin_until.isoformat(),
            "break_minutes": 15,
            "break_until": (self.breaks[-1] + timedelta(minutes=15)).isoformat() if self.breaks else None,
            "outage_since": self.outage_since and self.outage_since.isoformat(),
            "categories": [self.category(n, c) for n, c in enumerate(WEIGHTS, 1)],
            "result": result and result.model_dump(mode="json"),
            "said_by_a_newer_server": True,
        }

    def category(self, number, identifier):
        score, counting = self.best(identifier)
        mine = [self.submission(k) for k, s in self.submissions.items() if s["upload"].category == identifier]
        return {
            "id": identifier,
            "number": number,
            "title": TITLES[identifier],
            "weight": WEIGHTS[identifier],
            "best_score": score,
            "counting": counting,
            "pinned": self.pins.get(identifier),
            "task": None,
            "open_upload": None,
            "submissions": mine[::-1],
        }

    def readiness(self):
        items = []
        for n, c in enumerate(WEIGHTS, 1):
            score, _ = self.best(c)
            warning = "Nothing is submitted: it scores zero." if score is None else None
            items.append(
                wire.ReadinessItem(id=c, number=n, title=TITLES[c], best_score=score, ready=score is not None, warning=warning)
            )
        return wire.Readiness(items=tuple(items), open_uploads=(), pending=self.timeline.pending_reports)

    def finish(self, confirm):
        if self.phase is not rules.Phase.RUNNING:
            raise AttemptClosed
        if not confirm and any(item.warning for item in self.readiness().items):
            raise Refused("Something is missing.", next_step="Confirm.", code="not_ready")
        self.finished_at = self.now

    def result(self):
        scores = {c: self.best(c)[0] or 0 for c in WEIGHTS}
        rows = tuple(
            wire.CategoryResult(
                id=c, number=n, title=TITLES[c], weight=WEIGHTS[c], score=scores[c], points=WEIGHTS[c] * scores[c] / 5,
                metric=None, submitted=self.best(c)[1] is not None,
            )
            for n, c in enumerate(WEIGHTS, 1)
        )  # fmt: skip
        passed = is_pass(scores, WEIGHTS, PassRule.WEIGHTED, 90)
        return wire.Result(
            passed=passed, points=float(weighted_total(scores, WEIGHTS)), points_possible=100, pass_rule=PassRule.WEIGHTED,
            pass_mark=90, decided_at=rules.decided_at(self.timeline, now=self.now), categories=rows,
            certificate="c1" if passed else None, certificate_url="http://portal/certificates/c1/" if passed else None,
            skills=self.skills(scores), practise=() if passed else ("C6", "B2"), revisions=self.revisions,
            retake_from=None if passed else self.now + timedelta(days=14),
        )  # fmt: skip

    @staticmethod
    def skills(scores):
        """The first category asks for B2, the second for B2 and C6."""
        points = {c: WEIGHTS[c] * scores[c] / 5 for c in WEIGHTS}
        model = {"points": sum(points.values()), "points_possible": 100}
        images = {"points": points["category2"], "points_possible": 60}
        return (
            wire.AreaResult(id="B", title="Networks", **model, skills=(wire.SkillResult(id="B2", title="Build", **model),)),
            wire.AreaResult(id="C", title="Images", **images, skills=(wire.SkillResult(id="C6", title="Load", **images),)),
        )

    def public_keys(self):
        public = public_hex(self.published_key or self.signing_key)
        return [wire.PublicKey(key_id=key_id(public), public_key=public)]
