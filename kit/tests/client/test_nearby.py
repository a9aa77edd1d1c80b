import os
import shutil
from datetime import timedelta

import pytest

from guildmark.client.kept import keep, this_machines_time
from guildmark.client.nearby import exam_near, home_of, only_exam_near, room_for_another
from guildmark.client.session import Session
from guildmark.client.workspace import Workspace
from guildmark.errors import UsageError


def test_x7_a_folder_in_the_exam_means_the_exam(running, exam_folder):
    assert exam_near(exam_folder / "Category1") == exam_folder


def test_x7_the_folder_around_an_exam_means_the_exam(running, exam_folder):
    assert exam_near(exam_folder.parent) == exam_folder


def test_x7_two_levels_above_an_exam_nothing_is_meant_but_the_place_itself(running, exam_folder):
    assert exam_near(exam_folder.parent.parent) == exam_folder.parent.parent


def test_a_new_exam_gets_a_folder_and_a_damaged_one_goes_on_where_it_was(tmp_path, exam_folder, running):
    assert home_of(tmp_path, "test") == tmp_path / "test"
    (exam_folder / ".guildmark" / "exam.json").unlink()
    assert home_of(exam_folder, "test") == exam_folder


def test_x7_of_two_exams_the_one_that_was_begun_last_is_meant(session, exam_folder, portal):
    for name in ("old", "new"):
        with Session(portal.url, credentials=session.credentials) as another:
            another.register("test", exam_folder / name)
    os.utime(exam_folder / "old" / ".guildmark" / "exam.json", (1_700_000_000, 1_700_000_000))
    assert exam_near(exam_folder) == exam_folder / "new"
    os.utime(exam_folder / "new" / ".guildmark" / "exam.json", (1_600_000_000, 1_600_000_000))
    assert exam_near(exam_folder) == exam_folder / "old"


def test_x7_an_exam_that_is_over_stands_behind_one_that_goes_on(running, exam_folder):
    over = exam_folder.parent / "over"
    exam_folder.rename(over)
    with Session.open(over, credentials=running.credentials) as ending:
        ending.finish(confirm=True)
        ending.state()  # as every tool asks for the result
    assert exam_near(over.parent) == over
    going_on = over.parent / "another" / ".guildmark"
    going_on.mkdir(parents=True)
    (going_on / "exam.json").write_bytes((over / ".guildmark" / "exam.json").read_bytes())
    os.utime(going_on / "exam.json", (1_700_000_000, 1_700_000_000))
    assert exam_near(over.parent) == going_on.parent


def test_x7_beside_an_exam_there_is_room_for_another_in_a_folder_that_is_not_there_yet(running, exam_folder):
    around = exam_folder.parent
    assert room_for_another(around, "test") == around / "test"
    for name in ("test", "test-2"):
        (around / name).mkdir()
    assert room_for_another(around, "test") == around / "test-3"


def test_x7_in_an_exam_there_is_room_for_no_other(running, exam_folder):
    assert room_for_another(exam_folder / "Category1", "test") is None


@pytest.fixture
def another(running, exam_folder, portal):
    """A second exam beside the one that runs: registered, and prepared later than that was begun."""
    running.state()
    folder = exam_folder.parent / "another"
    with Session(portal.url, credentials=running.credentials) as session:
        session.register("test", folder)
        session.prepare()
    return folder


def test_x7_the_exam_that_runs_is_meant_although_another_was_prepared_after_it(another, exam_folder):
    assert exam_near(exam_folder.parent) == exam_folder
    assert only_exam_near(exam_folder.parent, next_step="") == exam_folder


def test_x7_an_exam_that_was_begun_a_moment_ago_runs_before_any_tool_heard_of_it(running, another, exam_folder):
    (exam_folder / ".guildmark" / "last.json").unlink()
    assert exam_near(exam_folder.parent) == exam_folder


def test_x7_an_exam_whose_time_passed_unheard_stands_behind_one_that_runs(running, exam_folder):
    old = exam_folder.parent / "old"
    shutil.copytree(exam_folder, old)
    keep(Workspace(exam_folder), running.state(), heard_at=this_machines_time())
    keep(Workspace(old), running.state(), heard_at=this_machines_time() - timedelta(days=1))
    os.utime(old / ".guildmark" / "exam.json")
    assert exam_near(exam_folder.parent) == exam_folder
    assert only_exam_near(exam_folder.parent, next_step="") == exam_folder


def test_x7_where_two_exams_run_the_one_must_be_named(running, exam_folder):
    running.state()
    shutil.copytree(exam_folder, exam_folder.parent / "second")
    with pytest.raises(UsageError) as caught:
        only_exam_near(exam_folder.parent, next_step="Name it: {folder}")
    assert caught.value.message == "Several exams run here: exam, second. Which one is meant?"
    assert caught.value.next_step == f"Name it: {exam_near(exam_folder.parent)}"
    assert only_exam_near(exam_folder / "Category1", next_step="") == exam_folder
