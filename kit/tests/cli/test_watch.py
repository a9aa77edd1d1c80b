"""Which models `guildmark watch` offers to submit; that it does submit them, a test in a terminal shows."""

import os

import pytest

from guildmark.cli.screen import Screen
from guildmark.cli.watch import Sending, changed_models


class Enough(Exception):
    """The looks that the test planned are over."""


@pytest.fixture
def watched(running, exam_folder):
    """Have `steps` happen, one before each further look, and say what was offered."""

    def offered(*steps):
        left, found = list(steps), []

        def wait(_seconds):
            if not left:
                raise Enough
            left.pop(0)()

        models = changed_models(running.workspace, wait=wait)
        with pytest.raises(Enough):
            found.extend((category.number, path.name) for category, path in _until(models, found))
        return found

    return offered


def _until(models, found):
    for category, path in models:
        found.append((category.number, path.name))
        yield from ()
    raise AssertionError("watching ends only from outside")


def nothing():
    pass


def saving(path, content):
    def save():
        path.write_bytes(content)
        os.utime(path, ns=(len(content), len(content)))

    return save


def test_a_model_that_is_saved_is_offered_once_it_is_whole(watched, exam_folder):
    model = exam_folder / "Category1" / "mymodel.keras"
    grows = [saving(model, b"a"), saving(model, b"ab"), saving(model, b"abc")]
    assert watched(nothing, *grows, nothing, nothing, nothing) == [(1, "mymodel.keras")]


def test_a_model_from_before_is_not_offered(watched, exam_folder):
    saving(exam_folder / "Category1" / "mymodel.keras", b"old")()
    assert watched(nothing, nothing, nothing) == []


def test_each_time_that_it_is_saved_it_is_offered(watched, exam_folder):
    model = exam_folder / "Category2" / "mymodel.h5"
    steps = [saving(model, b"a"), nothing, nothing, saving(model, b"ab"), nothing, nothing]
    assert watched(*steps) == [(2, "mymodel.h5"), (2, "mymodel.h5")]


def test_a_model_that_is_removed_is_not_offered(watched, exam_folder):
    model = exam_folder / "Category1" / "mymodel.keras"
    assert watched(saving(model, b"a"), model.unlink, nothing, nothing) == []


def test_what_waits_is_sent_between_two_looks(running, exam_folder, portal, capsys):
    saving(exam_folder / "Category1" / "mymodel.keras", b"score 4")()
    running.keep_for_later("1")
    wait = Sending(Screen(as_json=False), running, sleep=lambda _seconds: None)
    wait(0.5)
    assert (running.waiting(), len(portal.exam.submissions)) == ((), 1)
    assert "mymodel.keras, which waited here, is received." in capsys.readouterr().err
    asked = len(portal.log)
    running.keep_for_later("1")
    wait(0.5)
    assert len(portal.log) == asked  # the next time is a while from now
