"""Which of several files that wait goes first, and which are not sent any more."""

import errno
from datetime import timedelta

import pytest
from loopback_exam import START
from loopback_portal import _Hangup

from guildmark.client.disk import not_written
from guildmark.client.still_here import holds_up
from guildmark.errors import AttemptClosed, KeptInOutbox, ModelRefused, OurFault, Refused, ServerUnreachable

MEGABYTE = 1024 * 1024


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, size=1000, name="mymodel.keras"):
        path = exam_folder / f"Category{number}" / name
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


@pytest.fixture
def counts_last(portal):
    """An exam in which the last submission of a category counts."""
    original = portal.exam.state
    portal.exam.state = lambda: {**original(), "counts": "last"}


@pytest.fixture
def refuses_for_now(portal):
    """Has the portal refuse files of a size, until it is called again with another one."""
    original = portal.exam.open_upload

    def refuse(unwanted):
        def open_upload(category, name, sha256, size):
            if size == unwanted:
                raise Refused("Not this one now.", code="strange")
            return original(category, name, sha256, size)

        portal.exam.open_upload = open_upload

    return refuse


def sent(portal):
    """The names of what the portal has, in the order in which it came."""
    return [one["upload"].file_name for one in portal.exam.submissions.values()]


@pytest.mark.usefixtures("counts_last")
def test_where_the_last_one_counts_an_older_file_is_not_sent_after_a_newer_one(running, portal, model, refuses_for_now):
    refuses_for_now(1000)
    with pytest.raises(KeptInOutbox):
        running.submit("1", model("score 2", name="old.keras"))
    running.submit("1", model("score 5", size=1001, name="new.keras"))
    refuses_for_now(None)
    running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras"], ())
    (old,) = running.sender.outbox.refused()
    assert (old.path.name, old.refused.code, old.path.is_file()) == ("old.keras", "superseded", True)


def test_where_the_best_one_counts_an_older_file_is_sent_after_a_newer_one(running, portal, model, refuses_for_now):
    refuses_for_now(1000)
    with pytest.raises(KeptInOutbox):
        running.submit("1", model("score 5", name="old.keras"))
    running.submit("1", model("score 2", size=1001, name="new.keras"))
    refuses_for_now(None)
    running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras", "old.keras"], ())


# Near the deadline


def near_the_end(portal, running, seconds):
    """The exam goes on for so many seconds, and this folder has heard of it."""
    portal.exam.now = START + timedelta(hours=5, seconds=-seconds)
    running.state()


@pytest.fixture
def slow_line(portal):
    """Each piece of a file takes a minute of the portal's."""
    original = portal.exam.receive

    def receive(upload, data):
        original(upload, data)
        portal.exam.now += timedelta(minutes=1)

    portal.exam.receive = receive


@pytest.mark.usefixtures("slow_line")
def test_s8_near_the_deadline_the_newest_of_a_category_is_opened_first(running, portal, model):
    running.keep_for_later("1", model("score 2", size=5 * MEGABYTE, name="old.keras"))
    near_the_end(portal, running, 50)
    assert running.submit("1", model("score 5", name="new.keras")).report.score == 5
    assert (sent(portal), [one.refused.code for one in running.sender.outbox.refused()]) == (["new.keras"], ["attempt_closed"])


def test_near_the_deadline_on_a_fast_line_both_arrive(running, portal, model):
    running.keep_for_later("1", model("score 5", size=5 * MEGABYTE, name="old.keras"))
    running.keep_for_later("1", model("score 2", name="new.keras"))
    near_the_end(portal, running, 50)
    running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras", "old.keras"], ())


@pytest.mark.usefixtures("counts_last")
def test_near_the_deadline_where_the_last_one_counts_the_newest_alone_is_sent_and_that_is_told(running, portal, model):
    running.keep_for_later("1", model("score 5", size=5 * MEGABYTE, name="old.keras"))
    running.keep_for_later("1", model("score 2", name="new.keras"))
    near_the_end(portal, running, 50)
    emptied = running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras"], ())
    assert [(one.path.name, one.refused.code) for one in emptied.refused] == [("old.keras", "superseded")]


@pytest.mark.usefixtures("slow_line")
def test_s8_a_file_that_is_under_way_breaks_off_for_a_newer_one_that_would_miss_the_deadline(running, portal, model):
    """As a board of another tool sends the older one, and the newer one is handed in meanwhile."""
    running.keep_for_later("1", model("score 2", size=9 * MEGABYTE, name="old.keras"))
    near_the_end(portal, running, 130)

    def hand_in_another(_item, done, total):
        running.state()
        if 0 < done < total and len(running.waiting()) == 1:
            running.keep_for_later("1", model("score 5", name="new.keras"))

    emptied = running.send_waiting(hand_in_another)
    assert (sent(portal)[0], emptied.sent[0].report.score) == ("new.keras", 5)


@pytest.fixture
def handed_in_meanwhile(running, portal, model):
    """A progress that hands in `new.keras` once the file before it is on its way."""

    def progress(done, total):
        running.state()
        if 0 < done < total and len(running.waiting()) == 1:
            running.keep_for_later("1", model("score 2", name="new.keras"))

    near_the_end(portal, running, 130)
    return progress


@pytest.mark.usefixtures("slow_line")
def test_s8_a_tool_that_hands_in_breaks_off_too(running, portal, model, handed_in_meanwhile):
    with pytest.raises(AttemptClosed):
        running.submit("1", model("score 5", size=9 * MEGABYTE, name="old.keras"), progress=handed_in_meanwhile)
    assert sent(portal) == ["new.keras"]


@pytest.mark.usefixtures("slow_line", "counts_last")
def test_where_the_last_one_counts_what_broke_off_for_a_newer_one_is_not_sent_after_it(
    running, portal, model, handed_in_meanwhile
):
    with pytest.raises(ModelRefused) as caught:
        running.submit("1", model("score 5", size=9 * MEGABYTE, name="old.keras"), progress=handed_in_meanwhile)
    assert (caught.value.code, sent(portal), running.waiting()) == ("superseded", ["new.keras"], ())


# A file that cannot pass


def test_a_file_that_something_on_the_line_cuts_off_holds_up_no_other_category(running, portal, model):
    original = portal.exam.receive

    def receive(upload, data):
        if upload.category == "category1":
            raise _Hangup
        original(upload, data)

    portal.exam.receive = receive
    running.keep_for_later("1", model("score 3"))
    running.keep_for_later("2", model("score 4", number=2, name="another.keras"))
    emptied = running.send_waiting()
    assert (sent(portal), emptied.stopped_by.code) == (["another.keras"], "server_unreachable")
    assert [one.category for one in running.waiting()] == ["category1"]


def test_a_portal_that_is_gone_is_not_asked_for_every_file(running, portal, model):
    for number in (1, 2):
        running.keep_for_later(str(number), model(number=number))
    portal.faults.drop = 10**6
    portal.log.clear()
    assert running.send_waiting().stopped_by.code == "server_unreachable"
    assert len(portal.log) == 2 * (1 + len(running._patience.waits_s)) + 1


@pytest.mark.parametrize(
    ("error", "is_of_all"),
    [
        (not_written(OSError(errno.ENOSPC, "No space left on device")), False),
        (Refused("Not this one now.", code="digest_mismatch"), False),
        (Refused("Another device goes first.", code="upload_elsewhere"), True),
        (ServerUnreachable(), True),
        (OurFault(), True),
    ],
    ids=["disk", "file", "category", "line", "portal"],
)
def test_only_what_is_not_of_the_file_alone_holds_up_what_waits_behind_it(error, is_of_all):
    assert holds_up(error) is is_of_all
