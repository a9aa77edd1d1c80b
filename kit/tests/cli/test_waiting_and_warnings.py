"""What the commands say of a file that waits, and of one that something speaks against."""

import os
from datetime import timedelta

import pytest
from command_answers import RUNNER, Answer, model

from guildmark.cli import app
from guildmark.cli.screen import Screen
from guildmark.client.outbox import Outbox
from guildmark.client.sending import Emptied, Sender
from guildmark.client.session import Session
from guildmark.client.tus import Uploader
from guildmark.errors import Refused, StillWaiting

FOR_EVER = 10**6


@pytest.fixture
def away(portal, no_wait):
    """Makes the portal silent, or lets it answer again."""

    def go(*, back=False):
        portal.faults.drop = 0 if back else FOR_EVER

    return go


@pytest.fixture
def older(started):
    """Leaves a model that was saved before its code changed."""

    def leave(text="score 4"):
        model(started, 1, text)
        os.utime(started / "Category1" / "mymodel.keras", (1_700_000_000, 1_700_000_000))

    return leave


def test_x9_submit_keeps_the_file_when_the_portal_does_not_answer_and_says_what_to_do(guildmark, started, away, portal):
    model(started, 1, "score 4")
    away()
    answer = guildmark("submit", "1", "--no-check")
    assert (answer.status, answer.out, portal.exam.uploads) == (5, "", {})
    assert "is kept here and is not submitted yet: it counts from the moment that the portal answers" in answer.err
    assert answer.err.splitlines()[-1].endswith(
        "A tool that is open sends it when the portal answers; in a terminal, run: guildmark status"
    )
    assert guildmark("submit", "1", "--no-check", "--json").json["error"]["code"] == "kept_in_outbox"


def test_x9_status_tells_what_waits_and_what_was_known_and_counts_the_time_on(guildmark, started, away):
    model(started, 1, "score 3")
    guildmark("submit", "1", "--no-check")
    model(started, 2, "score 4")
    away()
    guildmark("submit", "2", "--no-check")
    answer = guildmark("status")
    assert (answer.status, "◆◆◆◇◇  3" in answer.out) == (5, True)
    assert "by this machine's clock; the portal's decides." in answer.out
    assert "category2: mymodel.keras (7 bytes) waits here to be sent. It is not submitted" in answer.out
    assert guildmark("status", "--json").json["error"]["code"] == "server_unreachable"


def test_x9_with_a_sign_in_that_is_over_status_tells_what_waits_and_what_was_known(guildmark, started, portal):
    model(started, 1, "score 4")
    portal.access.clear()
    portal.refresh.clear()
    guildmark("submit", "1", "--no-check")
    answer = guildmark("status")
    assert answer.status == 4
    assert "category1: mymodel.keras (7 bytes) waits here to be sent." in answer.out
    assert "The last try came to nothing: " in answer.out
    assert "by this machine's clock; the portal's decides." in answer.out


def test_x9_status_says_that_what_waits_cannot_be_seen_and_finish_stops_there(guildmark, started, portal):
    (started / ".guildmark" / "outbox").write_bytes(b"")
    assert ".guildmark/outbox cannot be read: Not a directory." in guildmark("status").out
    answer = guildmark("finish", "--yes")
    assert (answer.status, portal.exam.finished_at) == (3, None)


def test_x6_a_file_that_is_refused_as_the_exam_is_finished_stops_the_finish(guildmark, started, portal, away):
    model(started, 1, "score 4")
    away()
    guildmark("submit", "1", "--no-check")
    away(back=True)
    (copy,) = (started / ".guildmark" / "outbox").glob("*/file/*")
    copy.write_bytes(b"damaged")
    answer = guildmark("finish", "--yes")
    assert (answer.status, portal.exam.finished_at) == (3, None)
    assert "were not taken just now" in answer.err
    assert guildmark("finish", "--yes").status == 0


@pytest.mark.parametrize("is_here", [True, False])
def test_x3_what_is_under_way_is_to_be_submitted_again_only_where_it_does_not_wait_here(guildmark, stuck, portal, is_here):
    size = 7 if is_here else 8
    upload = {"id": "u1", "category": "category1", "file_name": "mymodel.keras", "size": size, "offset": 3}
    upload["opened_at"] = portal.exam.now.isoformat()
    of_category = portal.exam.category
    portal.exam.category = lambda *which: {**of_category(*which), "open_upload": upload}
    said = guildmark("status").out
    assert f"mymodel.keras is under way, 3 bytes of {size} bytes." in said
    assert ("Submit it again to go on." in said) is not is_here


def test_x9_status_sends_what_waits_and_shows_its_score(guildmark, started, away, portal):
    model(started, 1, "score 4")
    away()
    guildmark("submit", "1", "--no-check")
    away(back=True)
    answer = guildmark("status")
    assert (answer.status, "◆◆◆◆◇  4" in answer.out) == (0, True)
    assert "category1: mymodel.keras, which waited here, is received." in answer.err
    assert (guildmark("status", "--json").json["waiting"], sorted(portal.exam.submissions)) == ([], ["s1"])


def test_x9_submit_sends_what_waits_after_the_file_that_counts_from_now(guildmark, started, away, portal):
    model(started, 1, "score 4")
    away()
    guildmark("submit", "1", "--no-check")
    away(back=True)
    model(started, 2, "score 5")
    assert guildmark("submit", "2", "--no-check", "--json").json["submission"]["category"] == "category2"
    assert [one["upload"].category for one in portal.exam.submissions.values()] == ["category2", "category1"]


def test_x9_with_a_sign_in_that_is_over_submit_keeps_the_file(guildmark, started, portal):
    model(started, 1, "score 4")
    portal.access.clear()
    portal.refresh.clear()
    answer = guildmark("submit", "1", "--no-check", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (4, "sign_in_required")
    assert "mymodel.keras is kept here and is not submitted yet" in answer.json["error"]["message"]
    portal.access.add("ada-1")
    assert (guildmark("status", "--json").json["waiting"], sorted(portal.exam.submissions)) == ([], ["s1"])


@pytest.fixture
def stuck(guildmark, started, away, portal):
    """A file waits that the portal does not take now."""
    model(started, 1, "score 4")
    away()
    guildmark("submit", "1", "--no-check")
    away(back=True)

    def not_now(*_announced):
        raise Refused("Not now.", code="strange")

    portal.exam.open_upload = not_now


def test_x6_finish_with_a_file_that_waits_takes_a_word_of_its_own(guildmark, stuck, portal):
    answer = guildmark("finish", "--yes", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "still_waiting")
    assert "would not count: category1/mymodel.keras. Not now." in answer.json["error"]["message"]
    assert answer.json["error"]["next_step"].endswith("guildmark finish --yes --without-waiting")
    assert portal.exam.finished_at is None
    assert guildmark("finish", "--yes", "--without-waiting", "--json").json["phase"] == "decided"


def test_x6_what_another_tool_sends_now_is_on_the_list_and_waiting_for_it_is_said(guildmark, started, portal, monkeypatch):
    model(started, 1, "score 4")
    with Session.open(started) as other_tool:
        other_tool.keep_for_later("1")
    monkeypatch.setattr(Sender, "send_waiting", lambda *_what, **_how: Emptied())
    monkeypatch.setattr(Outbox, "is_being_sent", lambda *_item: True)
    monkeypatch.setattr(Session, "finish", _held_up_and_refused)
    answer = guildmark("finish", "--yes")
    assert "mymodel.keras of Category1 is handed in and not sent yet; it is sent before the exam ends." in answer.out
    assert "Another tool of this exam is handing in a file. The exam ends when that is done." in answer.err


def _held_up_and_refused(*_what, held_up, **_how):
    held_up()
    raise StillWaiting


@pytest.mark.parametrize(("word", "ends"), [("y\nn\n", False), ("y\ny\n", True)], ids=["no", "yes"])
def test_x6_at_a_terminal_finish_asks_whether_to_go_without_what_waits(stuck, portal, monkeypatch, word, ends):
    monkeypatch.setattr(Screen, "can_ask", True)
    answer = Answer(RUNNER.invoke(app, ["finish"], input=word))
    assert (answer.status, "Finish without these files?" in answer.err) == (0, True)
    assert (portal.exam.finished_at is not None, "The exam goes on." in answer.out) == (ends, not ends)


def test_s8_status_says_what_waited_and_was_not_taken(guildmark, started, away, portal):
    model(started, 1, "score 4")
    away()
    guildmark("submit", "1", "--no-check")
    away(back=True)
    portal.exam.finished_at = portal.exam.now
    said = guildmark("status").out
    assert "category1: mymodel.keras waited here and was not taken, so it does not count: The exam is over" in said
    (waiting,) = guildmark("status", "--json").json["waiting"]
    assert (waiting["file_name"], waiting["refused"]["code"]) == ("mymodel.keras", "attempt_closed")


def test_a_folder_from_before_without_any_of_this_shows_its_status(guildmark, started, away):
    away()
    answer = guildmark("status")
    assert (answer.status, "did not answer" in answer.err) == (5, True)


def test_without_a_terminal_warnings_are_printed_and_the_file_is_sent(guildmark, started, older):
    older()
    answer = guildmark("submit", "1", "--no-check")
    assert (answer.status, "◆◆◆◆◇  4" in answer.out) == (0, True)
    assert "Category1/starter.py changed after mymodel.keras was saved." in answer.err
    assert "[y/N]" not in answer.err


def test_as_json_warnings_are_part_of_the_answer(guildmark, started, older):
    older()
    (notice,) = guildmark("submit", "1", "--no-check", "--json").json["warnings"]
    assert (notice["code"], notice["level"], bool(notice["next_step"])) == ("older_than_code", "caution", True)


@pytest.mark.parametrize(
    ("args", "word", "sent"),
    [((), "n\n", 0), ((), "", 0), ((), "y\n", 1), (("--yes",), "", 1)],
    ids=["no", "end", "yes", "--yes"],
)
def test_at_a_terminal_it_asks_before_it_sends_what_something_speaks_against(
    started, older, portal, monkeypatch, args, word, sent
):
    older()
    monkeypatch.setattr(Screen, "can_ask", True)
    answer = Answer(RUNNER.invoke(app, ["submit", "1", "--no-check", *args], input=word))
    assert (answer.status, len(portal.exam.submissions)) == (0, sent)
    assert ("[y/N]" in answer.err, "Nothing was submitted." in answer.out) == (not args, not sent)


def test_s8_with_little_time_left_nobody_is_asked(started, older, portal, monkeypatch):
    older()
    monkeypatch.setattr(Screen, "can_ask", True)
    portal.exam.now += timedelta(hours=4, minutes=58)
    answer = Answer(RUNNER.invoke(app, ["submit", "1", "--no-check"]))
    assert (answer.status, "[y/N]" in answer.err, len(portal.exam.submissions)) == (0, False, 1)


def test_s8_in_the_last_minute_a_file_is_sent_without_a_look(guildmark, started, portal):
    model(started, 1, "score 4")
    portal.exam.now += timedelta(hours=4, minutes=59, seconds=30)
    answer = guildmark("submit", "1", "--json")
    assert (answer.status, answer.json["local_check"], answer.json["submission"]["report"]["score"]) == (0, "skipped", 4)


def test_x9_the_file_is_kept_before_a_silent_portal_is_tried_with_patience(guildmark, started, away, portal, monkeypatch):
    model(started, 1, "score 4")
    away()
    tries_before_it_was_kept = []
    keep = Outbox.keep

    def counted(*what, **how):
        tries_before_it_was_kept.append(len(portal.log))
        return keep(*what, **how)

    monkeypatch.setattr(Outbox, "keep", counted)
    before = len(portal.log)
    assert guildmark("submit", "1", "--no-check").status == 5
    assert tries_before_it_was_kept == [before + 1]


def test_x9_ctrl_c_while_a_file_is_sent_says_that_it_is_kept(guildmark, started, portal, monkeypatch):
    model(started, 1, "score 4")
    monkeypatch.setattr(Uploader, "fill", _interrupted)
    answer = guildmark("submit", "1", "--no-check")
    assert answer.status == 130
    assert "Stopped. mymodel.keras is kept here and not sent whole yet; the next command goes on with it" in answer.err


def test_x9_ctrl_c_before_a_file_is_kept_does_not_say_that_it_is(guildmark, started, portal, monkeypatch):
    model(started, 1, "score 4")
    monkeypatch.setattr(Outbox, "keep", _interrupted)
    answer = guildmark("submit", "1", "--no-check")
    assert (answer.status, answer.err) == (130, "Stopped. guildmark status shows what was submitted.\n")


def _interrupted(*_what, **_how):
    raise KeyboardInterrupt


def test_a_model_that_is_submitted_again_as_it_is_is_noticed(guildmark, started):
    model(started, 1, "score 4")
    guildmark("submit", "1", "--no-check")
    assert "the very file that you submitted last" in guildmark("submit", "1", "--no-check").err
