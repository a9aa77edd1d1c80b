"""What is heard of an attempt, and what happens when nothing is."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue

import pytest

from guildmark.client.files import sha256_of, write_atomically
from guildmark.client.following import Following, Rhythm
from guildmark.client.kept import keep, this_machines_time
from guildmark.client.sending import Sender
from guildmark.client.session import Session
from guildmark.errors import KeptInOutbox, NoExamHere, Refused, ServerUnreachable, SignInRequired

QUICK = Rhythm(waits_s=(0.01, 0.02), poll_s=0.02, polling_s=0.1, silence_s=1.0, next_try_s=0.02)
FOR_EVER = 10**6
WITHIN_S = 10


class Listener:
    """Iterates in a thread of its own, as a tool does."""

    def __init__(self, following):
        self.following, self.heard, self.ended = following, Queue(), None
        self.thread = threading.Thread(target=self._listen, name="listener")
        self.thread.start()

    def _listen(self):
        for heard in self.following:
            self.heard.put(heard)

    def next(self, is_meant=lambda _heard: True):
        while True:
            heard = self.heard.get(timeout=WITHIN_S)
            if is_meant(heard):
                return heard

    def close(self):
        begun = time.monotonic()
        self.following.close()
        self.thread.join(WITHIN_S)
        assert not self.thread.is_alive()
        return time.monotonic() - begun


@pytest.fixture
def listening(running):
    @contextmanager
    def listen(rhythm=QUICK):
        listener = Listener(Following(running, rhythm=rhythm))
        try:
            yield listener
        finally:
            listener.close()

    return listen


def streams(portal):
    return sum(1 for line in portal.log if "/events" in line)


def test_it_tells_the_state_at_once_and_at_every_change(listening, portal, running):
    with listening() as listener:
        assert (listener.next().state.phase.value, listener.next is None) == ("running", False)
        portal.exam.breaks_left = 2
        portal.tell()
        heard = listener.next(lambda heard: heard.state.breaks_left == 2)
        assert (heard.online, heard.problem, heard.age_s < WITHIN_S) == (True, None, True)
    assert streams(portal) == 1


def test_it_keeps_what_it_heard_for_a_tool_without_a_connection(listening, portal, running):
    with listening() as listener:
        portal.exam.extra_s = 77
        portal.tell()
        listener.next(lambda heard: heard.state.extra_s == 77)
    assert running.last_heard().state.extra_s == 77


def test_x9_a_portal_that_goes_away_is_said_once_and_followed_again_when_it_is_back(listening, portal):
    with listening() as listener:
        listener.next()
        portal.faults.drop = FOR_EVER
        portal.cut_streams()
        lost = listener.next(lambda heard: not heard.online)
        assert (lost.state.phase.value, type(lost.problem)) == ("running", ServerUnreachable)
        time.sleep(0.1)
        assert listener.heard.empty()
        portal.faults.drop = 0
        back = listener.next()
        assert (back.online, back.problem, back.since > lost.since) == (True, None, True)


def test_x9_a_stream_that_is_cut_is_opened_again_without_a_word(listening, portal):
    with listening() as listener:
        listener.next()
        portal.cut_streams()
        assert listener.next().online
    assert streams(portal) == 2


def test_x9_a_token_that_ends_in_mid_stream_is_traded_for_a_new_one(listening, portal):
    with listening() as listener:
        listener.next()
        portal.access.clear()
        portal.cut_streams()
        assert listener.next().online
    assert portal.access == {"ada-2"}


def test_a_sign_in_that_is_over_is_told_and_waited_for(listening, portal):
    with listening() as listener:
        listener.next()
        portal.access.clear()
        refresh, portal.refresh = portal.refresh, set()
        portal.cut_streams()
        assert isinstance(listener.next(lambda heard: not heard.online).problem, SignInRequired)
        portal.refresh = refresh
        assert listener.next().online


def test_a_sign_in_that_ended_while_the_portal_was_gone_is_told_when_it_is_back(listening, portal):
    with listening() as listener:
        listener.next()
        portal.faults.drop = FOR_EVER
        portal.cut_streams()
        assert isinstance(listener.next(lambda heard: not heard.online).problem, ServerUnreachable)
        portal.access.clear()
        portal.refresh = set()
        portal.faults.drop = 0
        assert isinstance(listener.next().problem, SignInRequired)


def test_where_no_stream_comes_through_the_portal_is_asked_instead(listening, portal):
    portal.faults.no_stream = FOR_EVER
    with listening() as listener:
        listener.next()
        portal.exam.breaks_left = 1
        assert listener.next(lambda heard: heard.state.breaks_left == 1).online
        portal.faults.no_stream = 0
        portal.exam.breaks_left = 2
        listener.next(lambda heard: heard.state.breaks_left == 2)


def test_x9_streams_that_something_on_the_way_refuses_make_nobody_offline(listening, portal, running, exam_folder):
    portal.faults.stream_blocked = FOR_EVER
    model = exam_folder / "Category1" / "mymodel.keras"
    model.write_bytes(b"score 3")
    running.keep_for_later("1", model)
    with listening() as listener:
        assert [one.report.score for one in listener.next(lambda heard: heard.sent or not heard.online).sent] == [3]
        portal.exam.breaks_left = 1
        listener.next(lambda heard: heard.state.breaks_left == 1)
        portal.faults.stream_blocked = 0
        portal.exam.breaks_left = 2
        assert listener.next(lambda heard: heard.state.breaks_left == 2).online


def test_x9_a_folder_whose_attempt_the_portal_does_not_know_sends_nothing(running, portal, exam_folder):
    """As one that a stranger made, to be opened by others: what lies in its outbox is the stranger's."""
    model = exam_folder / "Category1" / "mymodel.keras"
    model.write_bytes(b"score 3")
    running.keep_for_later("1", model)
    under_way = {"url": "/api/v1/uploads/u1", "sha256": sha256_of(model), "size": model.stat().st_size}
    write_atomically(running.workspace.uploads / "category1.json", json.dumps(under_way).encode())
    keep(running.workspace, running.state(), heard_at=this_machines_time())
    portal.exam.attempt, portal.before = "another", {}
    asked = len(portal.log)
    listener = Listener(Following(running, rhythm=QUICK))
    assert listener.next().online  # what was heard before
    listener.following.wake()
    assert isinstance(listener.next(lambda heard: not heard.online).problem, Refused)
    time.sleep(0.1)
    listener.close()
    assert {line.split()[0] for line in portal.log[asked:]} == {"GET"}


def test_a_line_that_is_silent_for_too_long_is_opened_again(listening, portal):
    with listening(Rhythm(waits_s=(0.01,), silence_s=0.2)) as listener:
        listener.next()
        listener.next()
    assert streams(portal) >= 2


def test_a_line_that_says_that_it_is_alive_is_kept(listening, portal):
    portal.keep_alive_s = 0.05
    with listening(Rhythm(waits_s=(0.01,), silence_s=0.3)) as listener:
        listener.next()
        time.sleep(0.6)
        assert listener.heard.empty()
    assert streams(portal) == 1


def test_x9_what_waits_is_sent_as_soon_as_the_portal_is_back(listening, portal, running, exam_folder):
    model = exam_folder / "Category1" / "mymodel.keras"
    model.write_bytes(b"score 3")
    with listening() as listener:
        listener.next()
        portal.faults.drop = FOR_EVER
        portal.cut_streams()
        listener.next(lambda heard: not heard.online)
        with pytest.raises(KeptInOutbox):
            running.submit("1", model)
        portal.faults.drop = 0
        sent = listener.next(lambda heard: heard.sent).sent
    assert ([one.report.score for one in sent], running.waiting()) == ([3], ())
    assert sorted(portal.exam.submissions) == ["s1"]


def test_what_waits_is_sent_while_nothing_changes(listening, portal, running, exam_folder):
    portal.keep_alive_s = 0.05
    model = exam_folder / "Category1" / "mymodel.keras"
    model.write_bytes(b"score 3")
    with listening() as listener:
        listener.next()
        running.keep_for_later("1", model)
        assert [one.report.score for one in listener.next(lambda heard: heard.sent).sent] == [3]


def test_an_error_of_ours_while_something_is_sent_does_not_keep_it_from_being_sent(
    listening, portal, running, exam_folder, monkeypatch
):
    portal.keep_alive_s = 0.05
    send, failures = Sender.send_waiting, [ZeroDivisionError(), OSError()]

    def fail_at_first(*args, **kwargs):
        if failures:
            raise failures.pop()
        return send(*args, **kwargs)

    monkeypatch.setattr(Sender, "send_waiting", fail_at_first)
    model = exam_folder / "Category1" / "mymodel.keras"
    model.write_bytes(b"score 3")
    with listening() as listener:
        running.keep_for_later("1", model)
        assert [one.report.score for one in listener.next(lambda heard: heard.sent).sent] == [3]
    assert failures == []


def test_without_a_connection_it_tells_what_was_heard_before_and_how_long_ago(running, portal, signed_in, exam_folder):
    keep(running.workspace, running.state(), heard_at=this_machines_time() - timedelta(hours=1))
    portal.faults.drop = FOR_EVER
    with Session.open(exam_folder, credentials=signed_in) as session:
        listener = Listener(Following(session, rhythm=QUICK))
        first, second = listener.next(), listener.next()
        listener.close()
    assert (first.state.phase.value, round(first.age_s, -2), second.online) == ("running", 3600, False)


@pytest.mark.parametrize("rhythm", [QUICK, Rhythm(waits_s=(600,))], ids=["in a stream", "between tries"])
def test_closing_ends_whatever_it_waits_for_at_once_and_leaves_no_thread(running, portal, rhythm):
    before = {thread.name for thread in threading.enumerate()}
    portal.faults.drop = FOR_EVER if rhythm is not QUICK else 0
    listener = Listener(Following(running, rhythm=rhythm))
    listener.next(lambda heard: heard.online is (rhythm is QUICK))
    took_s = listener.close()
    portal.cut_streams()
    left = {thread.name for thread in threading.enumerate()} - before
    assert (took_s < 2, {name for name in left if "process_request" not in name}) == (True, set())


def test_closing_ends_a_request_that_a_hung_portal_does_not_answer(running, portal):
    holding = threading.Event()
    portal.exam.state = holding.wait  # the portal took the request, and sits on it
    listener = Listener(Following(running, rhythm=QUICK))
    time.sleep(0.2)
    took_s = listener.close()
    del portal.exam.state
    holding.set()
    assert took_s < 2


def test_a_following_that_was_closed_before_it_began_tells_nothing(running):
    following = Following(running)
    following.close()
    assert [heard.online for heard in following][1:] == []


def test_outside_an_exam_folder_there_is_nothing_to_follow(session):
    with pytest.raises(NoExamHere):
        session.follow()
