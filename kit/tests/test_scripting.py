import os
import shutil

import pytest

from guildmark import HandedIn, submit
from guildmark.errors import ModelRefused, NoExamHere, ServerUnreachable, SignInRequired, UsageError


@pytest.fixture
def category(running, exam_folder):
    return exam_folder / "Category1"


def test_x7_a_script_hands_in_a_file_and_gets_the_score(category):
    (category / "mine.keras").write_bytes(b"score 4")
    done = submit(1, category / "mine.keras", folder=category, check=False)
    assert isinstance(done, HandedIn)
    assert (done.score, done.submission.file_name) == (4, "mine.keras")
    assert str(done).startswith(
        "Test exam, category 1:  ◆◆◆◆◇  4  Mean absolute error 6 USD  1 USD less for 5  The implementation is right"
    )
    assert str(done).endswith("Time left 5:00:00")


def test_where_two_exams_run_nothing_is_sent_until_one_is_named(category, exam_folder, portal):
    (category / "mymodel.keras").write_bytes(b"score 4")
    shutil.copytree(exam_folder, exam_folder.parent / "second")
    with pytest.raises(UsageError) as caught:
        submit(1, folder=exam_folder.parent, check=False)
    assert "exam, second" in caught.value.message
    assert caught.value.next_step.startswith("Name its folder: submit(…, folder='")
    assert not [line for line in portal.log if "/uploads" in line]
    assert submit(1, folder=exam_folder, check=False).exam == "Test exam"


def test_without_a_model_it_is_the_newest_of_the_category(category):
    (category / "mymodel.keras").write_bytes(b"score 5")
    assert submit("category1", folder=category, check=False).score == 5


def test_a_file_that_the_grader_would_refuse_is_not_sent(category, portal):
    (category / "mymodel.keras").write_bytes(b"score 5")
    with pytest.raises(ModelRefused) as caught:
        submit(1, folder=category)
    assert caught.value.next_step.endswith("or send it all the same with check=False.")
    assert not [line for line in portal.log if "/uploads" in line]


def test_what_speaks_against_the_file_is_said_and_stops_nothing(category, capsys):
    model = category / "mymodel.keras"
    model.write_bytes(b"score 3")
    os.utime(model, (1_700_000_000, 1_700_000_000))
    assert submit(1, folder=category, check=False).score == 3
    assert "Category1/starter.py changed after mymodel.keras was saved." in capsys.readouterr().err


def test_with_a_sign_in_that_is_over_the_file_is_kept(category, portal, running):
    (category / "mymodel.keras").write_bytes(b"score 3")
    portal.access.clear()
    portal.refresh.clear()
    with pytest.raises(SignInRequired, match="is kept here"):
        submit(1, folder=category, check=False)
    portal.access.add("ada-1")
    assert [one.report.score for one in running.send_waiting().sent] == [3]


def test_a_script_that_hears_no_score_is_told_that_the_file_is_received(category, portal, monkeypatch):
    (category / "mymodel.keras").write_bytes(b"score 3")
    monkeypatch.setattr("time.sleep", lambda _s: None)
    portal.exam.polls_until_graded = 3
    original = portal.exam.public_keys

    def keys_and_then_silence():
        portal.faults.drop = 100
        return original()

    portal.exam.public_keys = keys_and_then_silence
    with pytest.raises(ServerUnreachable, match="Your submission is kept and graded"):
        submit(1, folder=category, check=False)
    assert sorted(portal.exam.submissions) == ["s1"]


def test_an_object_that_is_no_model_is_refused_before_anything_is_sent(category, portal):
    with pytest.raises(UsageError, match=r"A builtins\.list is not a model"):
        submit(1, [1, 2], folder=category)
    assert not [line for line in portal.log if "/uploads" in line]


def test_outside_an_exam_folder_it_says_so(tmp_path):
    with pytest.raises(NoExamHere):
        submit(1, folder=tmp_path)


def test_progress_is_told_in_bytes(category):
    (category / "mymodel.keras").write_bytes(b"score 2")
    told = []
    submit(1, folder=category, check=False, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7)
