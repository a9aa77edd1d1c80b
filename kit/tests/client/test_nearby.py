import os

from guildmark.client.nearby import exam_near, room_for_another
from guildmark.client.session import Session


def test_x7_a_folder_in_the_exam_means_the_exam(running, exam_folder):
    assert exam_near(exam_folder / "Category1") == exam_folder


def test_x7_the_folder_around_an_exam_means_the_exam(running, exam_folder):
    assert exam_near(exam_folder.parent) == exam_folder


def test_x7_two_levels_above_an_exam_nothing_is_meant_but_the_place_itself(running, exam_folder):
    assert exam_near(exam_folder.parent.parent) == exam_folder.parent.parent


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
