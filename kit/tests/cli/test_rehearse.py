"""`guildmark rehearse`: what it looks at, what it says where something is missing, and a practice submission with its score."""

import stat
import sys
from pathlib import Path

import pytest

from guildmark.client import doctor, framework
from guildmark.client.rehearsal import practise, sealed_check
from guildmark.rules.attempt import Phase

STARTER = "from pathlib import Path\nPath('mymodel.keras').write_text('score 4')\n"


def interpreter(folder, script):
    """A stand-in for a Python of the candidate's."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def practice_portal(portal):
    """The portal's one exam is the practice exam too: its folder has a model that is ready."""
    portal.exam.extra_files["Category1/ready.keras"] = b"score 5"
    portal.exam.__post_init__()
    return portal


@pytest.fixture
def without_tensorflow(monkeypatch):
    monkeypatch.setattr(framework, "interpreter_with_tensorflow", lambda: None)


class TestSealedExam:
    def test_x8_it_is_downloaded_and_verified_before_the_clock_and_the_portal_is_told(self, session, portal, tmp_path):
        portal.exam.registered = True
        check = sealed_check(session, tmp_path / "exam", lambda *_: None)
        assert (check.good, portal.exam.phase) == (True, Phase.PREPARED)
        assert (tmp_path / "exam" / ".guildmark" / "bundle.gmb").read_bytes() == portal.exam.bundle
        assert [line.split()[1] for line in portal.log if "delivered" in line] == [
            f"/api/v1/attempts/{portal.exam.attempt}/delivered"
        ]

    def test_x8_a_damaged_download_is_said_with_the_next_step(self, session, portal, tmp_path):
        portal.exam.registered, portal.faults.damage_bundle = True, 1
        check = sealed_check(session, tmp_path / "exam", lambda *_: None)
        assert check.said == "The download does not match the digest that the server announced."
        assert check.fallback == "Run: guildmark start; it fetches the bundle again."
        assert [line for line in portal.log if "delivered" in line] == []

    def test_without_a_registration_it_says_where_to_register(self, session, portal, tmp_path):
        check = sealed_check(session, tmp_path / "exam", lambda *_: None)
        assert check.fallback == f"Register on the website: {portal.url}/exam/; then rehearse again."


class TestPractice:
    @pytest.mark.usefixtures("practice_portal")
    def test_x8_the_ready_model_goes_the_whole_way_where_there_is_no_tensorflow(self, session):
        said = []
        practised = practise(session, None, say=said.append)
        assert (practised.check.good, practised.submission.report.score) == (True, 5)
        assert (practised.submission.file_name, session.workspace) == ("ready.keras", None)
        assert said == ["Handing in ready.keras, and waiting for its score."]

    def test_x8_the_starter_trains_with_the_candidates_own_interpreter(self, session, practice_portal):
        practice_portal.exam.extra_files["Category1/starter.py"] = STARTER.encode()
        practice_portal.exam.__post_init__()
        practised = practise(session, Path(sys.executable), say=lambda _: None)
        assert (practised.submission.file_name, practised.submission.report.score) == ("mymodel.keras", 4)

    @pytest.mark.usefixtures("practice_portal")
    def test_x8_a_starter_that_saves_nothing_leaves_the_ready_model(self, session):
        said = []
        practised = practise(session, Path(sys.executable), say=said.append)
        assert said[1] == "Its starter saved no model; the ready one is handed in instead."
        assert practised.submission.report.score == 5

    def test_x8_grading_that_takes_too_long_is_said_and_nothing_waits_for_ever(self, session, practice_portal):
        practice_portal.exam.polls_until_graded = 100
        practised = practise(session, None, say=lambda _: None, grading_limit_s=0)
        assert (practised.check.good, practised.submission.report) == (False, None)
        assert "Nothing is lost" in practised.check.fallback

    def test_x8_a_model_that_cannot_be_graded_says_why(self, session, practice_portal):
        practice_portal.exam.extra_files["Category1/ready.keras"] = b"nothing"
        practice_portal.exam.__post_init__()
        practised = practise(session, None, say=lambda _: None)
        assert practised.check.said.startswith("It was looked at, but could not be graded: ")

    def test_a_portal_that_takes_none_is_a_check_that_failed_not_an_error(self, session, practice_portal):
        practice_portal.exam.finished_at = practice_portal.exam.started_at = practice_portal.exam.now
        practised = practise(session, None, say=lambda _: None)
        assert (practised.check.good, practised.submission) == (False, None)


class TestCommand:
    @pytest.mark.usefixtures("signed_in")
    def test_l3_it_tells_line_by_line_and_ends_with_the_next_step(self, guildmark, practice_portal, monkeypatch, tmp_path):
        python = interpreter(tmp_path, """echo '{"version": "2.21.0"}'""")
        monkeypatch.setattr(framework, "interpreter_with_tensorflow", lambda: python)
        monkeypatch.setattr(doctor, "ROOM_BYTES", 0)
        practice_portal.exam.registered = True
        answer = guildmark("rehearse", "--no-practice")
        marks = [line.split("  ")[0] for line in answer.out.splitlines() if line.startswith(("good", "look"))]
        assert marks == ["good"] * 9
        assert (
            answer.out.splitlines()[-1] == "What was tried is ready; grading was not. When you are ready, run: guildmark start"
        )
        assert practice_portal.exam.started_at is None

    @pytest.mark.usefixtures("signed_in", "practice_portal", "without_tensorflow")
    def test_with_json_every_check_is_a_row_and_a_check_that_fails_is_status_3(self, guildmark):
        answer = guildmark("rehearse", "--json")
        rows = {row["name"]: row["good"] for row in answer.json["checks"]}
        assert (rows, answer.status) == (
            {
                "python": True,
                "tensorflow": False,
                **{name: rows[name] for name in ("gpu", "disk", "memory")},
                "proxy": True,
                "portal": True,
                "connection": True,
                "sealed": False,
                "practice": True,
            },
            3,
        )
        assert (answer.json["score"], answer.json["good"]) == (5, False)

    @pytest.mark.usefixtures("signed_in", "practice_portal", "without_tensorflow")
    def test_who_has_no_exam_to_start_is_not_told_that_they_can_start(self, guildmark):
        said = guildmark("rehearse", "--no-practice").out
        assert "No exam of yours waits for its start" in said
        assert said.splitlines()[-1] == "You cannot start yet: first do what the line about the exam says."

    @pytest.mark.usefixtures("without_tensorflow")
    def test_who_is_not_signed_in_hears_of_the_machine_first_and_then_how_to_sign_in(self, guildmark):
        answer = guildmark("rehearse")
        assert answer.status == 4
        assert "No Python on this machine has TensorFlow." in answer.out
        assert "guildmark login" in answer.err
