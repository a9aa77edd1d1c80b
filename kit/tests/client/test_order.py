"""Which of several files that wait goes first, and which are not sent any more."""

import pytest

from guildmark.errors import KeptInOutbox, Refused


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, size=1000, name="mymodel.keras"):
        path = exam_folder / f"Category{number}" / name
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


@pytest.fixture
def counts_last(portal):
    """An exam in which the last submission of a category counts."""
    original = portal.exam.state
    portal.exam.state = lambda: {**original(), "counts": "last"}


@pytest.fixture
def refuses_for_now(portal):
    """Has the portal refuse files of a size, until it is called again with another one."""
    original = portal.exam.open_upload

    def refuse(unwanted):
        def open_upload(category, name, sha256, size):
            if size == unwanted:
                raise Refused("Not this one now.", code="strange")
            return original(category, name, sha256, size)

        portal.exam.open_upload = open_upload

    return refuse


def sent(portal):
    """The names of what the portal has, in the order in which it came."""
    return [one["upload"].file_name for one in portal.exam.submissions.values()]


@pytest.mark.usefixtures("counts_last")
def test_where_the_last_one_counts_an_older_file_is_not_sent_after_a_newer_one(running, portal, model, refuses_for_now):
    refuses_for_now(1000)
    with pytest.raises(KeptInOutbox):
        running.submit("1", model("score 2", name="old.keras"))
    running.submit("1", model("score 5", size=1001, name="new.keras"))
    refuses_for_now(None)
    running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras"], ())
    (old,) = running.sender.outbox.refused()
    assert (old.path.name, old.refused.code, old.path.is_file()) == ("old.keras", "superseded", True)


def test_where_the_best_one_counts_an_older_file_is_sent_after_a_newer_one(running, portal, model, refuses_for_now):
    refuses_for_now(1000)
    with pytest.raises(KeptInOutbox):
        running.submit("1", model("score 5", name="old.keras"))
    running.submit("1", model("score 2", size=1001, name="new.keras"))
    refuses_for_now(None)
    running.send_waiting()
    assert (sent(portal), running.waiting()) == (["new.keras", "old.keras"], ())
