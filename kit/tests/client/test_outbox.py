"""What is handed in while the portal does not answer."""

import os
from datetime import timedelta

import pytest
from loopback_exam import START

from guildmark.client.drafts import make_draft
from guildmark.client.files import sha256_of
from guildmark.client.outbox import Outbox
from guildmark.client.session import Session
from guildmark.client.tus import Outgoing
from guildmark.errors import AttemptClosed, KeptInOutbox, Refused, SignInRequired, UsageError
from guildmark.protocol import Problem

MEGABYTE = 1024 * 1024
SMALL = 1000
FOR_EVER = 10**6
NOBODYS_PID = 10**8


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, size=SMALL):
        path = exam_folder / f"Category{number}" / "mymodel.keras"
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


@pytest.fixture
def waiting(running, model, portal):
    """Hands a model in while the portal does not answer; it answers again afterwards."""

    def keep(text="score 4", number=1):
        portal.faults.drop = FOR_EVER
        with pytest.raises(KeptInOutbox) as caught:
            running.submit(str(number), model(text, number))
        portal.faults.drop = 0
        return caught.value

    return keep


@pytest.fixture
def places(exam_folder):
    return lambda: sorted(path.name for path in (exam_folder / ".guildmark" / "outbox").iterdir())


def scores(portal):
    """What the portal has, in the order in which it came: category and score."""
    exam = portal.exam
    return [(one["upload"].category, exam.report(one["upload"].data).score) for one in exam.submissions.values()]


def drop_from(portal, bytes_sent):
    """A progress that lets the portal go away once so many bytes are sent."""

    def progress(done, _total):
        if done >= bytes_sent:
            portal.faults.drop = FOR_EVER

    return progress


def test_x9_without_an_answer_the_file_is_kept_and_it_says_plainly_that_it_is_not_submitted(waiting, portal, running):
    error = waiting()
    assert error.message == (
        f"{portal.url} did not answer. mymodel.keras is kept here and is not submitted yet: it counts from the moment that the "
        "portal answers, not before."
    )
    assert (error.exit_code, error.code) == (5, "kept_in_outbox")
    assert [(one.category, one.path.name, one.size) for one in running.waiting()] == [("category1", "mymodel.keras", SMALL)]
    assert portal.exam.uploads == {}


def test_x9_what_waited_is_sent_once_with_its_receipt_whatever_became_of_the_file(waiting, portal, running, model, places):
    waiting("score 3")
    model("something else since")
    emptied = running.send_waiting()
    assert ([one.report.score for one in emptied.sent], emptied.refused, emptied.stopped_by) == ([3], (), None)
    assert scores(portal) == [("category1", 3)]
    assert [path.name for path in running.workspace.receipts.iterdir()] == ["s1.json"]
    assert (places(), list(running.workspace.uploads.iterdir())) == ([], [])
    assert running.send_waiting().sent == ()


def test_x9_any_tool_that_opens_the_folder_later_sends_it(waiting, exam_folder, signed_in, portal):
    waiting("score 2")
    with Session.open(exam_folder, credentials=signed_in) as another:
        assert [one.report.score for one in another.send_waiting().sent] == [2]
    assert scores(portal) == [("category1", 2)]


def test_x9_in_a_category_files_are_sent_in_the_order_in_which_they_were_handed_in(waiting, portal, running, model):
    for text, number in (("score 1", 1), ("score 2", 2), ("score 3", 1)):
        waiting(text, number)
    running.submit("1", model("score 5"))
    assert [score for category, score in scores(portal) if category == "category1"] == [1, 3, 5]
    assert ("category2", 2) in scores(portal)


def test_x9_the_same_bytes_wait_once_and_are_not_sent_again_by_a_submit_that_finds_the_portal(waiting, portal, running, model):
    waiting("score 4")
    waiting("score 4")
    assert len(running.waiting()) == 1
    assert running.submit("1", model("score 4")).report.score == 4
    assert scores(portal) == [("category1", 4)]


def test_bytes_that_were_submitted_before_are_submitted_again_when_that_was_asked_for(waiting, portal, running, model):
    running.submit("1", model("score 4"))
    running.state()
    waiting("score 4")
    running.send_waiting()
    assert scores(portal) == [("category1", 4)] * 2


def test_x9_a_portal_that_is_lost_in_the_middle_gets_the_rest_only(running, portal, model):
    with pytest.raises(KeptInOutbox, match="stopped answering while"):
        running.submit("1", model(size=5 * MEGABYTE), progress=drop_from(portal, 2 * MEGABYTE))
    portal.faults.drop = 0
    portal.log.clear()
    assert [one.report.score for one in running.send_waiting().sent] == [4]
    assert (sorted(portal.exam.uploads), portal.sent_bytes()) == (["u1"], 3 * MEGABYTE)


def test_x9_a_portal_that_is_lost_after_the_last_byte_sends_its_receipt_later(running, portal, model, exam_folder):
    with pytest.raises(KeptInOutbox):
        running.submit("1", model(size=5 * MEGABYTE), progress=drop_from(portal, 5 * MEGABYTE))
    assert not running.workspace.receipts.exists()
    portal.faults.drop = 0
    assert [one.id for one in running.send_waiting().sent] == ["s1"]
    assert [path.name for path in running.workspace.receipts.iterdir()] == ["s1.json"]
    assert (sorted(portal.exam.submissions), running.waiting()) == (["s1"], ())


def test_x9_an_answer_that_was_lost_with_the_portal_makes_no_second_submission(running, portal, model):
    path = model()
    outgoing = Outgoing(path, "category1", sha256_of(path), path.stat().st_size)
    running.state()
    running.keep_for_later("1", path)
    upload = portal.exam.open_upload("category1", path.name, outgoing.sha256, outgoing.size)
    portal.exam.receive(upload, path.read_bytes())  # it arrived, and nobody here was told
    assert [one.id for one in running.send_waiting().sent] == ["s1"]
    assert scores(portal) == [("category1", 4)]


def test_s8_what_waited_until_the_exam_was_over_is_refused_and_said_and_the_copy_stays(waiting, portal, running):
    waiting()
    portal.exam.now = START + timedelta(hours=6)
    (refused,) = running.send_waiting().refused
    assert (refused.refused.code, refused.path.is_file()) == (AttemptClosed().code, True)
    assert (running.waiting(), len(running.sender.outbox.refused()), scores(portal)) == ((), 1, [])
    assert running.send_waiting().refused == ()


def test_a_newer_file_that_is_taken_ends_what_is_said_of_a_refused_one(waiting, running, model):
    waiting()
    outbox = running.sender.outbox
    outbox.note(outbox.waiting()[0], refused=Problem(code="file.too_large", message="No.", next_step="Smaller."))
    running.submit("1", model("score 5"))
    assert outbox.refused() == ()


def test_one_category_that_cannot_be_sent_does_not_hold_up_another(waiting, portal, running, model):
    waiting("score 1", 1)
    waiting("score 2", 2)
    original = portal.exam.open_upload

    def refuse_the_first(category, *rest):
        if category == "category1":
            raise Refused("Not now.", code="strange")
        return original(category, *rest)

    portal.exam.open_upload = refuse_the_first
    emptied = running.send_waiting()
    assert ([one.category for one in emptied.sent], emptied.stopped_by.code) == (["category2"], "strange")
    assert [one.category for one in running.waiting()] == ["category1"]


def test_a_sign_in_that_is_over_leaves_everything_where_it_is(waiting, portal, running):
    waiting()
    portal.access.clear()
    portal.refresh.clear()
    assert isinstance(running.send_waiting().stopped_by, SignInRequired)
    assert len(running.waiting()) == 1


def test_where_nothing_can_be_kept_it_says_so_before_anything_is_sent(running, portal, model, exam_folder):
    (exam_folder / ".guildmark" / "outbox").write_bytes(b"a file where a folder should be")
    with pytest.raises(UsageError, match="outbox cannot be written: File exists") as caught:
        running.submit("1", model())
    assert (caught.value.code, portal.exam.uploads) == ("not_written", {})


def test_a_portal_that_stumbles_on_the_way_gets_the_file_later(running, portal, model):
    def stumble(_done, _total):
        portal.faults.broken = FOR_EVER

    with pytest.raises(
        KeptInOutbox, match=r"answered with status 500\. mymodel\.keras is kept here, and the rest of it is sent"
    ):
        running.submit("1", model(), progress=stumble)
    portal.faults.broken = 0
    assert [one.report.score for one in running.send_waiting().sent] == [4]


@pytest.mark.parametrize(
    "slip", [b"", b"{", b"[]", b'{"category": "category2"}', None], ids=["empty", "cut", "list", "other", "none"]
)
def test_a_broken_slip_is_written_anew(waiting, portal, running, exam_folder, slip):
    waiting("score 4")
    (path,) = (exam_folder / ".guildmark" / "outbox").glob("*/slip.json")
    path.unlink() if slip is None else path.write_bytes(slip)
    assert [(one.category, one.path.name) for one in running.waiting()] == [("category1", "mymodel.keras")]
    running.send_waiting()
    assert scores(portal) == [("category1", 4)]


def test_what_is_no_place_of_ours_is_left_alone(waiting, running, exam_folder, portal):
    waiting()
    outbox = exam_folder / ".guildmark" / "outbox"
    (outbox / ".DS_Store").write_bytes(b"")
    (outbox / "000009-category1").mkdir()
    assert len(running.waiting()) == 1
    waiting("score 5")
    assert [one.number for one in running.waiting()] == [1, 10]


def test_what_a_killed_process_left_of_an_unfinished_place_is_cleared_away(waiting, running, exam_folder, places, monkeypatch):
    outbox = exam_folder / ".guildmark" / "outbox"
    with monkeypatch.context() as killed:
        killed.setattr(os, "getpid", lambda: NOBODYS_PID)
        draft = make_draft(outbox, 1, "category1").path
    (outbox / "done-1" / "file").mkdir(parents=True)
    for place in (draft, outbox / "done-1"):
        (place / "file" / "mymodel.keras").write_bytes(b"half")
    assert running.waiting() == ()
    waiting()
    assert places() == ["000001-category1"]


def test_names_of_places_are_those_that_every_system_takes(waiting, places, exam_folder):
    waiting()
    (place,) = places()
    assert place == "000001-category1"
    assert sorted(path.name for path in (exam_folder / ".guildmark" / "outbox" / place).rglob("*")) == [
        "file",
        "mymodel.keras",
        "slip.json",
    ]


def test_an_older_folder_has_an_empty_outbox(running):
    assert (Outbox(running.workspace).waiting(), running.last_heard()) == ((), None)


def test_a_receipt_that_does_not_verify_leaves_nothing_to_send_again(waiting, portal, running):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    waiting()
    portal.exam.published_key = Ed25519PrivateKey.generate()
    assert running.send_waiting().stopped_by.code == "receipt_invalid"
    assert (running.waiting(), scores(portal)) == ((), [("category1", 4)])


def test_x6_finishing_sends_what_waits_first(waiting, portal, running):
    waiting("score 5")
    running.finish(confirm=True)
    assert (scores(portal), running.waiting()) == ([("category1", 5)], ())
