"""A board that stays true by itself: nobody asks for it in these tests, unless they say so."""

import errno
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from guildmark.client import elapsed
from guildmark.client.board import board_of
from guildmark.client.facts import Facts
from guildmark.client.following import Rhythm
from guildmark.client.kept import this_machines_time
from guildmark.client.live_board import LiveBoard
from guildmark.client.local import look_around
from guildmark.client.notices import Level
from guildmark.client.session import Session
from guildmark.errors import KeptInOutbox, ModelRefused, Refused, ServerUnreachable
from guildmark.rules.attempt import Phase

SOON = Rhythm(waits_s=(0.05,), poll_s=0.1, next_try_s=0.1)
FOR_EVER = 10**6
WITHIN_S = 20
MB = 1024 * 1024


class Told:
    """Every board that was told."""

    def __init__(self):
        self.boards = []
        self.news = threading.Condition()

    def take(self, board):
        with self.news:
            self.boards.append(board)
            self.news.notify_all()

    def until(self, is_meant):
        """The first board for which `is_meant` holds."""
        with self.news:
            found = self.news.wait_for(lambda: [one for one in self.boards if is_meant(one)], WITHIN_S)
        assert found, "no such board was told"
        return found[0]


@pytest.fixture
def telling(running):
    @contextmanager
    def tell(changed=None):
        told = Told()
        with LiveBoard(running, changed or told.take, rhythm=SOON):
            yield told

    return tell


@pytest.fixture
def facts(running):
    return Facts(running.workspace, running.state())


def model(exam_folder, text="score 4", number=1):
    path = exam_folder / f"Category{number}" / "mymodel.keras"
    path.write_bytes(text.encode())
    return path


def codes(board):
    return [one.code for one in board.notices]


def test_x14_the_warnings_of_time_come_by_themselves(telling, running, portal):
    portal.exam.now += timedelta(seconds=running.state().time_left_s - 15 * 60 - 1)
    with telling() as told:
        told.until(lambda one: codes(one) == ["time_30"])
        late = told.until(lambda one: "time_15" in codes(one))
    assert (late.clock.level, late.online) == (Level.URGENT, True)


def test_x10_a_deadline_that_passed_without_the_portal_ends_nothing(facts):
    left = facts.state.time_left_s
    board = board_of(replace(facts, age_s=left + 5, offline_since=this_machines_time(), problem=ServerUnreachable()))
    assert (board.phase, board.clock.time_left_s, board.clock.is_running) == (Phase.RUNNING, 0, True)
    assert codes(board) == ["offline", "time_up"]
    assert "The portal's clock decides" in board.notices[-1].text
    assert codes(board_of(replace(facts, age_s=left + 5))) == ["time_5"]  # it is heard, and says within a second what is so


def test_x10_it_is_over_when_the_portal_says_so(telling, portal):
    with telling() as told:
        told.until(lambda one: one.clock.is_running)
        portal.exam.finish(confirm=True)
        portal.tell()
        assert told.until(lambda one: one.phase is Phase.DECIDED).clock.is_running is False


def test_a_file_that_waited_and_was_refused_is_said_until_something_newer_is_handed_in(telling, running, portal, exam_folder):
    running.keep_for_later("1", model(exam_folder))

    def refuse(*_said):
        raise ModelRefused("The portal takes no such file.", next_step="Save it as one file.")

    portal.exam.open_upload = refuse
    with telling() as told:
        board = told.until(lambda one: "refused" in codes(one))
        (said,) = [one for one in board.categories[0].notices if one.code == "refused"]
        assert (said.level, said.next_step) == (Level.URGENT, "Save it as one file.")
        assert "mymodel.keras waited here and was not taken" in said.text
        assert "The portal takes no such file." in said.text
        assert (board.categories[0].waiting, board.categories[1].notices) == (0, ())
        del portal.exam.open_upload
        running.submit("1", model(exam_folder, "score 5"))
        told.until(lambda one: board in told.boards[: told.boards.index(one)] and "refused" not in one.model_dump_json())


def test_a_portal_that_answers_and_refuses_is_not_called_a_lost_connection(telling, running, portal):
    running.state()
    portal.protocol = "99"
    with telling() as told:
        board = told.until(lambda one: not one.online)
    assert codes(board) == ["protocol_version"]
    assert "version 99 of the protocol" in board.notices[0].text
    assert board.notices[0].next_step == "Run: pip install --upgrade guildmark"


def test_another_reason_why_nothing_is_heard_is_told_as_well(telling, running, portal):
    running.state()
    portal.faults.drop = FOR_EVER
    with telling() as told:
        assert codes(told.until(lambda one: not one.online)) == ["offline"]
        portal.protocol, portal.faults.drop = "99", 0
        told.until(lambda one: codes(one) == ["protocol_version"])
        portal.protocol = "1"
        told.until(lambda one: one.online and told.boards.index(one) > 2)


def test_what_the_portal_says_of_a_break_is_not_said_after_the_end(facts):
    on_a_break = facts.state.model_copy(update={"break_until": this_machines_time()})
    assert codes(board_of(replace(facts, state=on_a_break))) == ["break"]
    over = on_a_break.model_copy(update={"phase": Phase.GRADING})
    assert codes(board_of(replace(facts, state=over))) == []


def test_what_a_refusal_says_is_told_in_its_own_words(facts):
    gone = Refused("There is no such attempt.", next_step="Sign in as who began it.", code="not_found")
    (notice,) = board_of(replace(facts, offline_since=this_machines_time(), problem=gone)).notices
    assert (notice.code, notice.text, notice.next_step) == (gone.code, gone.message, gone.next_step)


def test_while_a_large_file_goes_out_of_the_outbox_time_and_scores_come_in(telling, running, portal, exam_folder):
    running.keep_for_later("1", model(exam_folder, "score 3".ljust(5 * MB)))
    receive, may_go_on = portal.exam.receive, threading.Event()

    def slowly(upload, data):
        if upload.data:
            may_go_on.wait(WITHIN_S)
        return receive(upload, data)

    portal.exam.receive = slowly
    with telling() as told:
        sending = told.until(lambda one: one.categories and one.categories[0].upload is not None).categories[0]
        assert (sending.upload.file_name, sending.upload.total, sending.waiting) == ("mymodel.keras", 5 * MB, 1)
        portal.exam.breaks_left = 2
        portal.tell()
        heard = told.until(lambda one: one.breaks_left == 2)
        assert (heard.categories[0].upload is not None, codes(heard)) == (True, [])  # it does not wait: it is being sent
        may_go_on.set()
        portal.tell()
        done = told.until(
            lambda one: one.breaks_left == 2 and one.categories[0].upload is None and not one.categories[0].waiting
        )
    assert codes(done) == []
    assert max(one.categories[0].upload.done for one in told.boards if one.categories and one.categories[0].upload) == 5 * MB


def test_what_another_tool_leaves_behind_is_sent_within_a_second_and_not_when_the_portal_speaks_next(
    telling, running, portal, exam_folder
):
    portal.keep_alive_s = 600.0
    portal.exam.breaks_left = 1
    with telling() as told:
        told.until(lambda one: one.breaks_left == 1)
        running.keep_for_later("1", model(exam_folder))
        told.until(lambda one: one.categories[0].waiting)
        told.until(lambda one: one.categories[0].submissions or portal.exam.submissions)
    assert sorted(portal.exam.submissions) == ["s1"]


def test_why_a_file_waits_is_told_by_every_tool(running, portal, exam_folder, facts):
    portal.exam.open_upload = full
    with pytest.raises(KeptInOutbox):
        running.submit("1", model(exam_folder))
    (notice,) = board_of(replace(facts, local=look_around(running))).notices
    assert (notice.code, notice.level) == ("waiting", Level.URGENT)
    assert "The portal's disk is full." in notice.next_step


def full(*_said):
    raise Refused("The portal's disk is full.", code="storage_full")


def test_a_machine_that_wakes_tells_the_time_at_once(telling, running, portal, monkeypatch):
    portal.exam.breaks_left = 1
    with telling() as told:
        before = told.until(lambda one: one.breaks_left == 1)
        asleep_s, now = 1800.0, elapsed.elapsed_s
        monkeypatch.setattr("guildmark.client.live_board.elapsed_s", lambda: now() + asleep_s)
        told.until(lambda one: one.clock.is_running and one.clock.time_left_s < before.clock.time_left_s - asleep_s + 1)


def test_a_listener_that_failed_hears_what_comes_after(running, telling, portal):
    told = Told()

    def fails_before_a_break(board):
        told.take(board)
        if not board.breaks_left:
            raise BrokenPipeError

    with telling(fails_before_a_break):
        told.until(lambda one: one.online)
        portal.exam.breaks_left = 3
        portal.tell()
        assert told.until(lambda one: one.breaks_left == 3).online
        model(running.workspace.folder)
        told.until(lambda one: one.categories[0].model is not None)


def test_a_sign_in_that_is_over_is_told_by_what_cannot_be_sent_although_the_stream_lives(telling, running, portal, exam_folder):
    portal.keep_alive_s, portal.exam.breaks_left = 0.05, 1
    with telling() as told:
        told.until(lambda one: one.breaks_left == 1)
        tokens, portal.access = portal.access, set()
        refresh, portal.refresh = portal.refresh, set()
        running.keep_for_later("1", model(exam_folder))
        board = told.until(lambda one: not one.signed_in)
        assert (board.online, codes(board)[0]) == (True, "sign_in")
        portal.access, portal.refresh = tokens, refresh
        done = told.until(lambda one: one.categories[0].waiting == 0 and told.boards.index(one) > told.boards.index(board))
    assert done.signed_in


def test_what_this_machine_refuses_is_told_and_does_not_end_the_following(telling, running, portal, monkeypatch):
    running.state()
    listen = Session.listen

    def refuse(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Session, "listen", refuse)
    with telling() as told:
        assert codes(told.until(lambda one: not one.online)) == ["no_room"]
        monkeypatch.setattr(Session, "listen", listen)
        assert told.until(lambda one: one.online and told.boards.index(one) > 1)
