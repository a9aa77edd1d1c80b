import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from loopback_exam import START

from guildmark.client import tus
from guildmark.client.files import sha256_of
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.errors import AttemptClosed, KeptInOutbox, ReceiptInvalid, ResultPending, ServerUnreachable, UsageError
from guildmark.protocol import SubmissionPhase
from guildmark.rules.attempt import Phase
from guildmark.rules.verdict import Verdict

MEGABYTE = 1024 * 1024


@pytest.fixture
def model(exam_folder):
    """A model that earns 4, in 5 MiB, so that it goes in three pieces."""
    path = exam_folder / "Category1" / "mymodel.keras"

    def write(text="score 4", size=5 * MEGABYTE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


def sent(portal):
    """The requests for the upload's address, with the MiB that each announced."""
    lines = [line.split() for line in portal.log if "/uploads/" in line]
    return [(method, int(length) / MEGABYTE) for method, _path, length in lines]


def test_s4_a_submitted_model_gets_its_score(running, model):
    state = running.submit("1", model())
    assert (state.report.verdict, state.report.score, state.counts) == (Verdict.GRADED, 4, True)
    assert state.report.metric.value == 6.0
    assert running.state().categories[0].best_score == 4


def test_x2_below_full_score_it_says_what_is_missing(running, model):
    message = running.submit("1", model()).report.message
    assert message.startswith("The implementation is right; what is missing is quality.")


def test_s9_a_file_that_is_no_model_says_why_and_changes_no_score(running, model):
    running.submit("1", model("score 3"))
    state = running.submit("1", model("<html>"))
    assert (state.report.verdict, state.report.reason, state.counts) == (Verdict.REJECTED, "file.not_a_model", False)
    assert running.state().categories[0].best_score == 3


def test_x1_a_worse_model_does_not_replace_a_better_score(running, model):
    running.submit("1", model("score 4"))
    assert running.submit("1", model("score 2")).counts is False
    assert running.state().categories[0].best_score == 4


def test_an_empty_file_is_sent_and_named(running, model):
    assert running.submit("1", model("", 0)).report.reason == "file.empty"


def test_x9_it_waits_for_the_score_and_tells_the_place_in_the_queue(running, model, portal):
    portal.exam.polls_until_graded = 3
    heard = []
    state = running.submit("1", model(), changed=heard.append)
    assert [one.queue_position for one in heard] == [3, 2, 1]
    assert state.phase is SubmissionPhase.GRADED


def test_without_waiting_it_returns_the_queued_submission(running, model, portal):
    portal.exam.polls_until_graded = 3
    assert running.submit("1", model(), wait=False).phase is SubmissionPhase.QUEUED


def test_progress_is_told_in_bytes(running, model):
    seen = []
    running.submit("1", model(), progress=lambda done, total: seen.append((done // MEGABYTE, total // MEGABYTE)))
    assert seen == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_x9_a_cut_connection_goes_on_where_it_stopped(running, model, portal):
    portal.faults.cut_patch_after = MEGABYTE
    state = running.submit("1", model())
    assert state.report.score == 4
    assert sent(portal) == [("PATCH", 2), ("HEAD", 0), ("PATCH", 1), ("PATCH", 2), ("PATCH", 1)]


def test_x9_on_a_line_that_breaks_chunks_become_smaller_and_grow_again(running, model, portal):
    cuts = iter([0] * 3)

    def cut_again(_done, _total):
        portal.faults.cut_patch_after = next(cuts, None)

    running.submit("1", model(), progress=cut_again)
    sizes = [megabytes for method, megabytes in sent(portal) if method == "PATCH"]
    assert sizes == [2, 1, 0.5, 0.25, 0.5, 1, 2, 1.25]


def test_chunks_become_no_smaller_than_what_is_worth_a_request():
    pace = tus._Pace(tus.CHUNK_BYTES)
    for _ in range(20):
        pace.slower()
    assert pace.chunk_bytes == tus.SMALLEST_CHUNK_BYTES
    small = tus._Pace(1000)
    small.slower()
    assert small.chunk_bytes == 1000


def test_x9_an_upload_that_is_busy_is_asked_again(running, model, portal, waits):
    portal.faults.busy = 2
    assert running.submit("1", model()).report.score == 4
    assert waits == [0.5, 1]


def test_an_upload_that_stays_busy_says_so_when_patience_ends(running, model, portal):
    portal.faults.busy = 100
    with pytest.raises(KeptInOutbox, match="Another request is sending bytes of this upload right now"):
        running.submit("1", model())


def test_s8_an_opening_whose_answer_was_lost_at_the_deadline_is_answered_again(running, model, portal, monkeypatch):
    portal.exam.now = START + timedelta(hours=5) - timedelta(seconds=1)
    portal.faults.lose_opening = 1
    original = running._patience.sleep
    object.__setattr__(
        running._patience, "sleep", lambda s: (original(s), setattr(portal.exam, "now", START + timedelta(hours=5)))
    )
    assert running.submit("1", model()).report.score == 4
    assert sorted(portal.exam.uploads) == ["u1"]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_an_answer_that_was_lost_is_not_a_lost_piece(running, model, portal, lost):
    portal.faults.lose_patch_answer = lost
    assert running.submit("1", model()).report.score == 4
    assert portal.sent_bytes() == 5 * MEGABYTE


def test_x9_another_process_resumes_an_upload(running, model, portal, signed_in, exam_folder):
    path = model()
    stubborn = Patience(waits_s=())
    with Session.open(exam_folder, credentials=signed_in, patience=stubborn) as first:
        portal.faults.cut_patch_after = MEGABYTE

        def fail_from_here(done, _total):
            portal.faults.drop = 100 if done == 0 else 0

        with pytest.raises(ServerUnreachable):
            first.submit("1", path, progress=fail_from_here)
    portal.faults.drop = 0
    portal.exam.receive(portal.exam.uploads["u1"], path.read_bytes()[:MEGABYTE])
    portal.faults.cut_patch_after = None
    portal.log.clear()
    with Session.open(exam_folder / "Category1", credentials=signed_in) as second:
        assert second.submit("1", path).report.score == 4
    assert sent(portal) == [("HEAD", 0), ("PATCH", 2), ("PATCH", 2)]
    assert list((exam_folder / ".guildmark" / "uploads").iterdir()) == []


def test_a_changed_file_is_a_new_upload_after_the_one_that_was_cut(running, model, portal, exam_folder, signed_in):
    with Session.open(exam_folder, credentials=signed_in, patience=Patience(waits_s=())) as first:
        portal.faults.cut_patch_after = 10
        with pytest.raises(ServerUnreachable):
            first.submit("1", model("score 2"), progress=lambda done, _: _drop(portal, done))
    portal.faults.drop = 0
    assert running.submit("1", model("score 5")).report.score == 5
    assert [portal.exam.uploads[name].submission for name in ("u1", "u2")] == ["s1", "s2"]


def _drop(portal, done):
    portal.faults.drop = 100 if done == 0 else 0


def test_an_upload_that_the_portal_abandoned_starts_anew(running, model, portal, exam_folder):
    path = model()
    note = exam_folder / ".guildmark" / "uploads" / "category1.json"
    note.parent.mkdir()
    note.write_text(json.dumps({"url": "/api/v1/uploads/gone", "sha256": sha256_of(path), "size": path.stat().st_size}))
    assert running.submit("1", path).report.score == 4


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api/v1/uploads/u1", "//127.0.0.1:9/api/v1/u1", "/elsewhere", ""])
def test_an_address_that_is_none_of_the_api_is_forgotten_whoever_wrote_it(running, model, portal, exam_folder, address):
    path = model()
    note = exam_folder / ".guildmark" / "uploads" / "category1.json"
    note.parent.mkdir()
    note.write_text(json.dumps({"url": address, "sha256": sha256_of(path), "size": path.stat().st_size}))
    assert running.submit("1", path).report.score == 4
    assert {line.split()[0] for line in portal.log if "/uploads/" in line} == {"PATCH"}


def test_the_token_goes_to_no_other_host(running, model, portal):
    running.submit("1", model())
    assert [line.split()[1] for line in portal.log if "/uploads/" in line] == ["/api/v1/uploads/u1"] * 3


def test_s8_a_file_opened_in_time_may_arrive_within_the_grace(running, model, portal):
    portal.exam.now = START + timedelta(hours=5) - timedelta(seconds=1)

    def clock_goes_on(done, _total):
        if done:
            portal.exam.now = START + timedelta(hours=5, minutes=15)

    assert running.submit("1", model(), progress=clock_goes_on).report.score == 4


def test_s8_a_file_opened_at_the_deadline_is_refused(running, model, portal):
    portal.exam.now = START + timedelta(hours=5)
    with pytest.raises(AttemptClosed):
        running.submit("1", model())
    assert portal.exam.submissions == {}


def test_s8_bytes_after_the_grace_are_refused_with_the_reason(running, model, portal):
    def clock_goes_on(_done, _total):
        portal.exam.now = START + timedelta(hours=5, minutes=15, seconds=1)

    with pytest.raises(AttemptClosed):
        running.submit("1", model(), progress=clock_goes_on)


def test_x9_the_receipt_is_checked_and_kept(running, model, portal, exam_folder):
    state = running.submit("1", model())
    kept = json.loads((exam_folder / ".guildmark" / "receipts" / f"{state.id}.json").read_bytes())
    assert (kept["submission"], kept["said_by_a_newer_server"]) == (state.id, 1)


def test_a_receipt_of_another_key_is_an_error_of_its_own(running, model, portal, exam_folder):
    portal.exam.published_key = Ed25519PrivateKey.generate()
    with pytest.raises(ReceiptInvalid) as caught:
        running.submit("1", model())
    assert (caught.value.code, caught.value.exit_code) == ("receipt_invalid", 1)
    assert [path.name for path in (exam_folder / ".guildmark" / "receipts").iterdir()] == ["s1.json"]


def test_a_receipt_for_other_bytes_is_refused(running, model, portal, monkeypatch):
    original = portal.exam.submission

    def of_other_bytes(identifier):
        from guildmark.signing import sign

        state = original(identifier)
        state["receipt"] = sign({**state["receipt"], "sha256": "0" * 64}, portal.exam.signing_key)
        return state

    portal.exam.submission = of_other_bytes
    with pytest.raises(ReceiptInvalid) as caught:
        running.submit("1", model())
    assert caught.value.message == "The receipt is not for the file that was sent."


@pytest.mark.parametrize("by", [b"short", b"score 1".ljust(5 * MEGABYTE, b" ")], ids=["a shorter one", "one of its size"])
def test_a_file_that_a_training_saves_over_under_way_arrives_as_it_was_handed_in(running, model, portal, by):
    path = model()

    def save_again(done, _total):
        if done:
            path.write_bytes(by)

    assert running.submit("1", path, progress=save_again).report.score == 4


def test_a_missing_file_is_wrong_usage(running, tmp_path):
    with pytest.raises(UsageError):
        running.submit("1", tmp_path / "nothing.keras")


def test_a_portal_that_does_not_count_bytes_is_our_fault(running, model, portal):
    portal.exam.receive = lambda *_: None
    with pytest.raises(KeptInOutbox, match="does not count them"):
        running.submit("1", model())


def test_s7_nothing_submitted_is_zero_and_a_fail_is_a_result(running, model):
    running.submit("1", model("score 5"))
    running.finish(confirm=True)
    result = running.result().result
    assert (result.passed, result.points, [c.score for c in result.categories]) == (False, 40.0, [5, 0])


def test_c1_full_scores_pass(running, model):
    for category in ("1", "2"):
        running.submit(category, model("score 5"))
    running.finish(confirm=True)
    result = running.result().result
    assert (result.passed, result.points, result.certificate) == (True, 100.0, "c1")


def test_x6_the_readiness_list_names_what_is_missing(running, model):
    running.submit("1", model())
    assert [(item.number, item.ready, item.warning) for item in running.readiness().items] == [
        (1, True, None),
        (2, False, "Nothing is submitted: it scores zero."),
    ]


def test_a_result_waits_for_the_last_score(running, model, portal, waits):
    portal.exam.polls_until_graded = 1
    running.submit("1", model(), wait=False)
    running.finish(confirm=True)
    assert running.state().phase is Phase.GRADING
    with pytest.raises(ResultPending):
        running.result()
    entry = portal.exam.submissions["s1"]
    original = running._patience.sleep
    object.__setattr__(running._patience, "sleep", lambda s: (original(s), entry.update(left=0)))
    assert running.result(wait_s=30).result.categories[0].score == 4
    assert waits == [1.0]


def test_a_result_before_the_end_names_the_way_to_it(running):
    with pytest.raises(Exception, match="The exam still runs") as caught:
        running.result()
    assert (caught.value.code, caught.value.exit_code) == ("still_running", 3)
