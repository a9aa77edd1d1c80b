import json

import pytest
from command_answers import RUNNER, Answer, model

from guildmark.cli import app
from guildmark.cli.screen import Screen

ERRORS = [
    (("status",), 2, "no_exam_here"),
    (("submit", "1"), 2, "no_exam_here"),
    (("check",), 2, "no_exam_here"),
    (("finish",), 2, "no_exam_here"),
    (("result",), 2, "no_exam_here"),
    (("submit",), 2, "usage_error"),
    (("status", "--nonsense"), 2, "usage_error"),
    (("nonsense",), 2, "usage_error"),
    (("start",), 4, "sign_in_required"),
    (("login", "--server", "nowhere"), 2, "usage_error"),
]


@pytest.mark.parametrize(("args", "status", "code"), ERRORS, ids=[" ".join(args) for args, _, _ in ERRORS])
def test_every_error_is_one_json_object_with_the_next_step(guildmark, args, status, code):
    answer = guildmark(*args, "--json")
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert sorted(answer.json["error"]) == ["code", "message", "next_step"]
    assert answer.json["error"]["next_step"]


@pytest.mark.parametrize(("args", "status", "code"), ERRORS, ids=[" ".join(args) for args, _, _ in ERRORS])
def test_for_people_errors_go_to_standard_error(guildmark, args, status, code):
    answer = guildmark(*args)
    assert (answer.status, answer.out) == (status, "")
    assert len(answer.err.strip().splitlines()) >= 2


def test_an_unreachable_portal_is_status_5(guildmark, portal, started, no_wait):
    portal.faults.drop = 100
    answer = guildmark("status", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (5, "server_unreachable")


def test_x9_a_portal_that_does_not_answer_is_said_at_once_and_once(guildmark, portal, started, no_wait):
    portal.faults.drop = 3
    answer = guildmark("status")
    assert (answer.status, answer.err) == (0, "The portal does not answer. Trying again for about 16 seconds.\n")


def test_a_fault_of_ours_is_status_1(guildmark, portal, started, no_wait):
    portal.faults.broken = 100
    answer = guildmark("status", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (1, "our_fault")


def test_a_bug_of_ours_is_still_one_json_object(guildmark, started, monkeypatch):
    monkeypatch.setattr("guildmark.client.session.Session.state", lambda _self: 1 / 0)
    answer = guildmark("status", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (1, "our_fault")
    assert "ZeroDivisionError" in answer.err


def test_login_shows_the_code_and_says_who_signed_in(guildmark, portal, no_wait):
    answer = guildmark("login")
    assert answer.status == 0
    assert f"{portal.url}/o/confirm?code=ABCD-EFGH" in answer.out
    assert f"Signed in at {portal.url} as ada@example.org." in answer.out


def test_l3_login_leads_to_the_rehearsal_while_an_exam_waits_for_its_start(guildmark, portal, no_wait):
    portal.exam.registered = True
    assert "Next: guildmark rehearse, then guildmark start" in guildmark("login").out
    portal.exam.started_at = portal.exam.now
    assert "Next: guildmark start" in guildmark("login").out


def test_login_as_json_first_prints_the_code_to_confirm(guildmark, portal, no_wait):
    first, last = (json.loads(line) for line in guildmark("login", "--server", portal.url, "--json").out.splitlines())
    link = f"{portal.url}/o/confirm?code=ABCD-EFGH"
    assert first == {"verification_uri_complete": link, "user_code": "ABCD-EFGH", "expires_in": 300.0}
    assert last == {"server": portal.url, "email": "ada@example.org", "name": "Ada"}


def test_s3_start_does_not_start_the_clock_when_nobody_can_be_asked(guildmark, signed_in, portal, tmp_path):
    answer = guildmark("start", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (2, "confirmation_needed")
    assert answer.json["error"]["next_step"] == "When you are ready to sit the exam, run: guildmark start --yes"
    assert portal.exam.prepared_at is not None
    assert portal.exam.started_at is None
    assert (tmp_path / "place" / "test" / ".guildmark" / "bundle.gmb").is_file()


@pytest.mark.parametrize(("word", "phase"), [("y\n", "running"), ("n\n", "prepared"), ("\n", "prepared")])
def test_s3_start_asks_before_the_clock(guildmark, signed_in, portal, monkeypatch, word, phase):
    monkeypatch.setattr(Screen, "can_ask", True)
    answer = Answer(RUNNER.invoke(app, ["start", "--json"], input=word))
    assert (answer.status, answer.json["phase"], portal.exam.phase.value) == (0, phase, phase)


def test_s1_start_brings_the_folders_and_says_what_to_do_next(guildmark, signed_in, tmp_path):
    answer = guildmark("start", "--yes", "--folder", "my-exam")
    assert answer.status == 0
    assert "Time left 5:00:00" in answer.out
    assert answer.out.splitlines()[-3:-1] == ["    cd my-exam", "    guildmark submit 1"]
    assert (tmp_path / "place" / "my-exam" / "Category2" / "starter.py").is_file()


def test_start_again_keeps_an_edited_starter_and_says_so(guildmark, started):
    (started / "Category1" / "starter.py").write_text("mine")
    said = guildmark("start").out
    assert ("Kept as you left it: Category1/starter.py" in said, "    cd " in said) == (True, False)
    assert guildmark("start", "--json").json["kept"] == ["Category1/starter.py"]
    assert (started / "Category1" / "starter.py").read_text() == "mine"


def test_start_after_the_end_is_refused(guildmark, started):
    guildmark("finish", "--yes")
    answer = guildmark("start", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "attempt_closed")


def test_start_of_an_unknown_exam_names_the_choice(guildmark, signed_in):
    answer = guildmark("start", "nonsense", "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, "There is no exam nonsense.")
    assert answer.json["error"]["next_step"] == "Run the one that you mean:\n    guildmark start test"


def test_x14_status_shows_the_time_left_and_the_scores(guildmark, started):
    model(started, 1, "score 3")
    guildmark("submit", "1", "--no-check")
    answer = guildmark("status")
    assert answer.status == 0
    assert "Time left 5:00:00" in answer.out
    assert "◆◆◆◇◇  3" in answer.out
    assert "◇◇◇◇◇  -" in answer.out
    assert guildmark("status", "--json").json["categories"][0]["best_score"] == 3


def test_s4_submit_shows_the_score_as_five_marks(guildmark, started):
    model(started, 1, "score 4")
    answer = guildmark("submit", "1", "--no-check")
    assert answer.status == 0
    assert "◆◆◆◆◇  4  Mean absolute error 6 USD" in answer.out
    assert "The implementation is right; what is missing is quality." in answer.out
    assert "Time left 5:00:00" in answer.out


def test_submit_as_json_is_one_object(guildmark, started):
    model(started, 1, "score 5")
    answer = guildmark("submit", "category1", "--no-check", "--json")
    assert answer.status == 0
    assert sorted(answer.json) == ["best_score", "local_check", "submission", "time_left_s", "warnings"]
    assert (answer.json["submission"]["report"]["score"], answer.json["local_check"]) == (5, "skipped")


def test_s9_a_verdict_to_mend_is_status_3_and_says_what_to_change(guildmark, started):
    model(started, 1, "<html>")
    answer = guildmark("submit", "1", "--no-check", "--json")
    report = answer.json["submission"]["report"]
    assert (answer.status, report["verdict"], report["reason"]) == (3, "rejected", "file.not_a_model")
    assert "This is not a model file" in guildmark("submit", "1", "--no-check").out


def test_x1_a_worse_model_says_that_the_better_one_counts(guildmark, started):
    model(started, 1, "score 5")
    guildmark("submit", "1", "--no-check")
    model(started, 1, "score 2")
    assert "Another submission counts: 5." in guildmark("submit", "1", "--no-check").out


def test_submit_without_waiting(guildmark, started, portal):
    portal.exam.polls_until_graded = 2
    model(started, 2, "score 5")
    answer = guildmark("submit", "2", "--no-check", "--no-wait", "--json")
    assert (answer.status, answer.json["submission"]["phase"]) == (0, "queued")


def test_stopping_to_wait_loses_nothing(guildmark, started, portal, monkeypatch):
    portal.exam.polls_until_graded = 2
    model(started, 2, "score 5")

    def interrupt(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("guildmark.client.session.Session.wait_for", interrupt)
    answer = guildmark("submit", "2", "--no-check")
    assert (answer.status, list(portal.exam.submissions)) == (130, ["s1"])
    assert "Your submission is kept" in answer.err


def test_a_portal_that_dies_after_the_receipt_loses_nothing(guildmark, started, portal, no_wait):
    portal.exam.polls_until_graded = 2
    model(started, 2, "score 5")
    original = portal.exam.public_keys

    def dies_after_this_answer():
        portal.faults.drop = 100
        return original()

    portal.exam.public_keys = dies_after_this_answer
    answer = guildmark("submit", "2", "--no-check", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (5, "server_unreachable")
    assert answer.json["error"]["next_step"] == "Check your connection, then run: guildmark status"
    portal.faults.drop = 0
    assert list(portal.exam.submissions) == ["s1"]


def test_submit_looks_at_the_file_first_and_sends_nothing_that_would_be_refused(guildmark, started, portal):
    model(started, 1, "<html>")
    answer = guildmark("submit", "1", "--json")
    assert (answer.status, answer.json["error"]["code"], portal.exam.uploads) == (3, "model_refused", {})
    assert answer.json["error"]["message"].startswith("This is not a model file")
    assert "--no-check" in answer.json["error"]["next_step"]


def test_x5_check_names_what_the_grader_would_refuse(guildmark, started, portal):
    model(started, 1, "<html>")
    (started / "Category2" / "mymodel.h5").write_bytes(b"")
    portal.log.clear()
    answer = guildmark("check", "--json")
    codes = [[finding["code"] for finding in file["findings"]] for file in answer.json["files"]]
    assert (answer.status, answer.json["passed"], codes) == (3, False, [["file.not_a_model"], ["file.empty"]])
    assert portal.log == []
    assert "the grader would refuse it" in guildmark("check", "category2").out


@pytest.mark.parametrize("what", ["1", "category1", "Category1/mymodel.keras"])
def test_check_takes_a_category_or_a_file(guildmark, started, what):
    model(started, 1, "")
    (found,) = guildmark("check", what, "--json").json["files"]
    assert (found["category"], found["findings"][0]["code"]) == ("category1", "file.empty")


def test_check_asks_for_the_category_of_a_file_elsewhere(guildmark, started, tmp_path):
    elsewhere = tmp_path / "model.keras"
    elsewhere.write_bytes(b"")
    answer = guildmark("check", str(elsewhere), "--json")
    assert (answer.status, answer.json["error"]["next_step"]) == (2, "Add it: guildmark check FILE --category 3")
    assert guildmark("check", str(elsewhere), "--category", "2", "--json").json["files"][0]["category"] == "category2"


def test_check_without_any_model_says_what_to_do(guildmark, started):
    answer = guildmark("check", "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, "There is no saved model in any category.")
    assert guildmark("check", "1", "--json").json["error"]["message"].startswith("There is no file")


def test_x6_finish_shows_what_is_missing_and_needs_a_word(guildmark, started, portal):
    answer = guildmark("finish")
    assert answer.status == 2
    assert "Nothing is submitted: it scores zero." in answer.out
    assert "Run: guildmark finish --yes" in answer.err
    assert portal.exam.finished_at is None
    answer = guildmark("finish", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (2, "confirmation_needed")
    assert guildmark("finish", "--yes", "--json").json["phase"] == "decided"


def test_a_finished_exam_cannot_be_finished_again(guildmark, started):
    guildmark("finish", "--yes")
    answer = guildmark("finish", "--yes", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "attempt_closed")


def test_s7_a_failed_result_is_an_answer(guildmark, started):
    guildmark("finish", "--yes")
    answer = guildmark("result")
    assert answer.status == 0
    assert "Not passed: 0 of 100 points; the pass mark is 90." in answer.out
    assert answer.out.count("nothing submitted") == 2
    assert guildmark("result", "--json").json["result"]["passed"] is False


def test_a_pass_shows_the_certificate(guildmark, started):
    for number in (1, 2):
        model(started, number, "score 5")
        guildmark("submit", str(number), "--no-check")
    guildmark("finish", "--yes")
    answer = guildmark("result")
    assert "Passed: 100 of 100 points" in answer.out
    assert "Your certificate: http://portal/certificates/c1/" in answer.out
    assert "it certifies nothing" in answer.out


def test_a_result_while_the_exam_runs_is_refused(guildmark, started):
    answer = guildmark("result", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "still_running")


def test_text_from_a_file_or_the_portal_is_never_markup(guildmark, started, portal):
    (started / "Category1" / "[bold]x[bold].keras").write_bytes(b"score 5")
    assert "[bold]x[bold].keras" in guildmark("submit", "1", "Category1/[bold]x[bold].keras", "--no-check").out


def test_every_command_explains_itself(guildmark):
    for command in ("login", "logout", "start", "status", "check", "submit", "finish", "result", "verify"):
        answer = guildmark(command, "--help")
        assert (answer.status, "--json" in answer.out) == (0, True)
    assert "login" in guildmark().out
    assert guildmark("--version").out.strip() == "0.1.0"
