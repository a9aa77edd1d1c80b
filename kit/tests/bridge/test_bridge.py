"""The bridge as an IDE has it, lines in and lines out, against a portal on loopback.

Most tests hold the endpoint in this process, which is what a server in Python does too; the last ones start the process.
"""

import json
import os
from pathlib import Path

from bridge_front import model
from loopback_exam import Exam

from guildmark import i18n


def test_s1_hello_says_where_things_stand_and_how_to_label_them(ide, portal):
    welcome = ide.result("hello", client="test")
    assert (welcome["protocol"], welcome["folder"], welcome["board"]) == (1, None, None)
    assert (welcome["server"], welcome["signed_in"]) == (portal.url, True)
    assert welcome["words"]["submit"] == "Submit and test"


def test_hello_names_the_language_of_its_words(ide):
    with i18n.in_language("zh-CN"):
        welcome = ide.result("hello", client="test")
    assert (welcome["language"], welcome["words"]["submit"]) == ("zh-Hans", "提交并测试")


def test_s3_preparing_tells_the_terms_and_starts_no_clock(ide):
    ide.result("hello", client="test")
    prepared = ide.result("prepare")
    assert prepared["is_running"] is False
    assert any("cannot be paused" in line for line in prepared["terms"])
    board = ide.result("board")
    assert (board["phase"], board["clock"]["is_running"], board["categories"]) == ("prepared", False, [])


def test_an_environment_of_the_candidate_is_left_alone_and_said_to_be_theirs(ide, tmp_path):
    folder = tmp_path / "exam"
    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv" / "mine").touch()
    ide.result("hello", client="test")
    ide.result("prepare", folder=str(folder))
    made = ide.result("environment")
    assert (made["outcome"], made["python"]) == ("yours", None)
    assert [path.name for path in (folder / ".venv").iterdir()] == ["mine"]


def test_s1_beginning_fills_the_folder_and_shows_the_categories(sitting):
    _ide, begun = sitting
    assert begun["board"]["clock"]["is_running"] is True
    assert [one["starter"] for one in begun["board"]["categories"]] == ["Category1/starter.py", "Category2/starter.py"]


def test_s4_submitting_tells_progress_and_gives_the_score(sitting):
    ide, begun = sitting
    model(begun, 4)
    done = ide.result("submit", category="1", anyway=True)
    assert done["submission"]["report"]["score"] == 4
    assert done["text"].startswith("◆◆◆◆◇  4")
    assert done["board"]["categories"][0]["best_score"] == 4
    progress = [(one["category"], one["done"], one["total"]) for one in ide.notified("progress") if one["task"] == "submit"]
    assert progress[0] == ("category1", 0, 3_000_000)
    assert progress[-1] == ("category1", 3_000_000, 3_000_000)


def test_a_model_that_appears_is_on_the_next_board(sitting):
    ide, begun = sitting
    model(begun, 3)
    board = ide.until(lambda one: one["categories"] and one["categories"][0]["model"])
    assert board["categories"][0]["model"]["path"] == "Category1/mymodel.keras"


def test_x4_warnings_are_asked_first_and_anyway_goes_past_them(sitting):
    ide, begun = sitting
    path = model(begun, 4, size=500_000)
    starter = path.with_name("starter.py")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    starter.touch()
    error = ide.ask("submit", category="1")["error"]
    assert error["data"]["code"] == "confirm"
    assert [one["code"] for one in error["data"]["details"]["notices"]] == ["model_refused", "older_than_code"]
    assert ide.result("submit", category="1", anyway=True)["submission"]["report"]["score"] == 4


def test_a_file_that_no_grader_takes_is_refused_in_words_before_it_is_sent(sitting, portal):
    ide, begun = sitting
    model(begun, 4)
    error = ide.ask("submit", category="1")["error"]
    assert error["data"]["code"] == "model_refused"
    assert not [line for line in portal.log if "/uploads" in line]


def test_s6_finish_lists_what_is_missing_and_wants_a_word(sitting):
    ide, begun = sitting
    model(begun, 5)
    ide.result("submit", category="1", anyway=True)
    readiness = ide.result("readiness")
    assert [(one["number"], one["ready"]) for one in readiness["items"]] == [(1, True), (2, False)]
    assert "error" in ide.ask("finish")
    assert ide.result("finish", confirm=True)["board"]["phase"] in ("grading", "decided")
    result = ide.result("result")
    assert result["page"].endswith("/")
    assert [one["number"] for one in result["categories"]] == [1, 2]


def test_x7_after_an_exam_that_is_over_another_is_begun_beside_it(sitting, portal):
    ide, begun = sitting
    assert ide.result("prepare", another=True)["folder"] == begun["folder"]  # this one still runs
    ide.result("finish", confirm=True)
    assert ide.result("result")["has_room"] is True
    assert "Open another folder" in ide.ask("prepare")["error"]["data"]["next_step"]
    portal.before[portal.exam.attempt] = portal.exam
    portal.exam = Exam(attempt="5f1c2a34-0000-4000-8000-000000000002")
    told = len(ide.notified("board"))
    prepared = ide.result("prepare", another=True)
    assert prepared["folder"] == begun["folder"] + "-2"
    ide.result("begin")
    assert ide.until(lambda one: one["clock"]["is_running"], after=told)["folder"] == prepared["folder"]
    assert ide.result("hello", client="again")["folder"] == prepared["folder"]


def test_a_tool_that_shows_the_exam_folder_itself_begins_no_other_in_it(sitting, new_ide, portal):
    ide, begun = sitting
    ide.result("finish", confirm=True)
    inside = new_ide(begun["folder"])
    assert inside.result("result")["has_room"] is False
    portal.exam.registered = False
    assert inside.ask("prepare", another=True)["error"]["data"]["code"] == "attempt_closed"
    assert portal.exam.registered is False


def test_pinning_and_fetching_back(sitting, tmp_path):
    ide, begun = sitting
    model(begun, 2)
    first = ide.result("submit", category="1", anyway=True)["submission"]["id"]
    model(begun, 4)
    ide.result("submit", category="1", anyway=True)
    assert ide.result("pin", submission=first)["board"]["categories"][0]["best_score"] == 2
    assert ide.result("unpin", category="1")["board"]["categories"][0]["best_score"] == 4
    path = ide.result("fetch", submission=first)["path"]
    assert Path(path).read_bytes()[:7] == b"score 2"


def test_another_tool_in_the_folder_goes_on_where_this_one_stands(sitting, new_ide, portal):
    ide, begun = sitting
    model(begun, 4)
    other = new_ide(begun["folder"])
    assert other.result("hello", client="other")["board"]["exam_title"] == "Test exam"
    other.result("submit", category="1", anyway=True)
    portal.tell()
    assert ide.until(lambda one: one["categories"] and one["categories"][0]["best_score"] == 4)["online"] is True


def test_the_folder_is_a_project_of_every_ide_and_what_the_candidate_changed_there_is_kept(sitting):
    ide, begun = sitting
    settings = Path(begun["folder"]) / ".vscode" / "settings.json"
    assert "python.defaultInterpreterPath" in json.loads(settings.read_text())
    assert begun["kept"] == []
    settings.write_text("{}")
    assert ide.result("begin")["kept"] == [".vscode/settings.json"]


def test_the_board_says_when_the_portal_is_gone_and_that_nothing_is_lost(sitting, portal):
    ide, begun = sitting
    portal.faults.drop = 10_000
    portal.cut_streams()
    board = ide.until(lambda one: not one["online"])
    assert board["notices"][0]["code"] == "offline"
    assert board["clock"]["is_running"] is True
    told = len(ide.notified("board"))
    portal.faults.drop = 0
    ide.until(lambda one: one["online"], after=told)
    assert begun["board"]["online"] is True


def test_a_sign_in_that_is_over_is_no_lost_connection_and_the_board_asks_for_another(sitting, portal):
    ide, _begun = sitting
    access, refresh = set(portal.access), portal.refresh
    portal.access.clear()
    portal.refresh = set()
    portal.cut_streams()
    board = ide.until(lambda one: not one["signed_in"])
    assert (board["online"], [one["code"] for one in board["notices"]]) == (True, ["sign_in"])
    assert board["clock"]["is_running"] is True
    assert ide.result("hello", client="again")["signed_in"] is False
    told = len(ide.notified("board"))
    portal.access, portal.refresh = access, refresh  # another tool signed in
    assert ide.until(lambda one: one["signed_in"], after=told)["notices"] == []
    assert ide.result("hello", client="again")["signed_in"] is True


def test_what_is_submitted_while_the_portal_is_gone_waits_and_is_sent_when_it_is_back(sitting, portal):
    ide, begun = sitting
    model(begun, 4)
    portal.faults.drop = 10_000
    portal.cut_streams()
    ide.until(lambda one: not one["online"])
    done = ide.result("submit", category="1", anyway=True)
    assert done["submission"] is None
    assert "It is sent by itself" in done["text"]
    assert done["board"]["categories"][0]["waiting"] == 1
    told = len(ide.notified("board"))
    portal.faults.drop = 0
    ide.until(lambda one: one["categories"][0]["waiting"] == 0, after=told)
    portal.tell()
    board = ide.until(lambda one: one["categories"][0]["best_score"] == 4, after=told)
    assert board["online"] is True


def test_a_process_speaks_lines_and_ends_with_its_standard_input(new_process):
    ide = new_process()
    assert ide.result("hello", client="test")["protocol"] == 1
    assert ide.close() == 0


def test_the_command_is_a_bridge_too_in_the_language_that_it_is_asked_in(new_process):
    korean = new_process("guildmark.cli", "bridge", LANGUAGE="ko")
    words = korean.result("hello", client="test")["words"]
    assert any("가" <= letter <= "힣" for word in words.values() for letter in word)


def test_without_a_portal_it_says_so_and_waits_for_one(new_ide, monkeypatch):
    monkeypatch.delenv("GUILDMARK_SERVER")
    monkeypatch.setenv("GUILDMARK_CONFIG_DIR", "nowhere")
    lone = new_ide()
    welcome = lone.result("hello", client="test")
    assert (welcome["server"], welcome["signed_in"]) == (None, False)
    assert lone.ask("programs")["error"]["data"]["exit_code"] == 2
