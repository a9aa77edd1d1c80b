"""`guildmark pin`, `unpin` and `fetch`: which submission counts, and its file again."""

import re
from pathlib import Path

import pytest
from command_answers import model

from guildmark.client import wording
from guildmark.protocol import ReportView, SubmissionState
from guildmark.rules.verdict import Verdict


@pytest.fixture
def two(guildmark, started):
    """Two submissions to the first category, the better one first."""
    for text in ("score 4", "score 2 worse"):
        model(started, 1, text)
        assert guildmark("submit", "1", "--json", "--no-check").status == 0


def test_x1_a_pin_counts_and_can_be_taken_back(guildmark, two):
    answer = guildmark("pin", "s2", "--json")
    assert (answer.status, answer.json["category"]["best_score"], answer.json["category"]["pinned"]) == (0, 2, "s2")
    answer = guildmark("unpin", "1", "--json")
    assert (answer.status, answer.json["category"]["best_score"], answer.json["category"]["pinned"]) == (0, 4, None)


def test_x1_a_person_reads_what_counts_now(guildmark, two):
    said = guildmark("pin", "s2").out
    assert "mymodel.keras counts now, until you unpin it." in said
    assert "counts, pinned" in said
    assert "Nothing is pinned in this category any more." in guildmark("unpin", "category1").out


def test_x1_the_status_says_that_what_counts_is_pinned(guildmark, two):
    assert "pinned" not in guildmark("status").out
    guildmark("pin", "s2")
    assert "pinned" in guildmark("status").out


def test_x1_without_a_name_everything_submitted_is_listed(guildmark, two):
    said = guildmark("pin").out
    assert [words in said for words in ("s1", "s2", "counts", "Next: guildmark pin SUBMISSION")] == [True] * 4
    assert len(guildmark("pin", "--json").json["categories"][0]["submissions"]) == 2


def test_x1_the_list_shows_seconds_and_cuts_nothing_at_80_columns(guildmark, two, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = "a-very-long-name-of-a-model-that-was-trained-all-night.keras"
    (Path.cwd() / "Category1" / long).write_text("score 3 again")
    assert guildmark("submit", "1", f"Category1/{long}", "--json", "--no-check").status == 0
    lines = guildmark("fetch").out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "…" not in "".join(lines)
    column = lines[0].index("File"), lines[0].index("Received")
    assert long in "".join(line[slice(*column)].strip() for line in lines)
    assert re.search(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b", "\n".join(lines))


@pytest.mark.parametrize(("command", "name"), [("pin", "s"), ("pin", "none"), ("pin", ""), ("fetch", "s9")])
def test_a_name_that_is_not_one_submissions_is_wrong_usage(guildmark, two, command, name):
    answer = guildmark(command, name, "--json")
    assert (answer.status, answer.json["error"]["code"]) == (2, "usage_error")
    assert answer.json["error"]["next_step"] == "Run: guildmark pin; it lists them."


def test_x1_what_has_no_score_cannot_be_pinned(guildmark, started):
    model(started, 1, "no model")
    assert guildmark("submit", "1", "--json", "--no-check").status == 3
    answer = guildmark("pin", "s1", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "not_pinnable")


def test_x1_a_file_comes_back_byte_for_byte(guildmark, started, two):
    answer = guildmark("fetch", "s1", "--json")
    assert answer.status == 0
    place = started / "category1-s1-mymodel.keras"
    assert (answer.json["file"], place.read_bytes()) == (str(place), b"score 4")
    again = guildmark("fetch", "s1", "--to", str(started / "mine.keras"))
    assert (again.status, (started / "mine.keras").read_bytes()) == (0, b"score 4")


def test_x1_a_file_that_is_there_is_kept_and_a_damaged_one_never_comes(guildmark, portal, started, two):
    (started / "kept.keras").write_bytes(b"mine")
    answer = guildmark("fetch", "s1", "--to", "kept.keras", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (2, "usage_error")
    portal.faults.damage_file = 1
    answer = guildmark("fetch", "s1", "--to", "other.keras", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (1, "our_fault")
    assert ((started / "kept.keras").read_bytes(), list(started.glob("*other*"))) == (b"mine", [])


@pytest.mark.parametrize(
    "name", ["é" * 190 + ".keras", "한" * 80 + ".keras", "x" * 200], ids=["accents", "hangul", "no suffix"]
)
def test_x1_a_file_with_a_long_name_comes_back_too(guildmark, portal, started, two, name):
    portal.exam.submissions["s1"]["upload"].file_name = name
    answer = guildmark("fetch", "s1", "--json")
    place = Path(answer.json["file"])
    assert (answer.status, place.read_bytes(), place.suffix) == (0, b"score 4", Path(name).suffix)
    answer = guildmark("fetch", "s1", "--to", "y" * 300, "--json")
    assert (answer.status, "--to FILE" in answer.json["error"]["next_step"]) == (2, True)
    assert guildmark("fetch", "s1", "--to", "y" * 255, "--json").status == 0


def test_every_verdict_that_is_no_score_is_said_in_words_of_the_catalogue(monkeypatch):
    monkeypatch.setattr(wording, "_", lambda sentence: f"«{sentence}»")
    for verdict in set(Verdict) - {Verdict.GRADED}:
        report = ReportView.model_construct(verdict=verdict)
        assert wording.standing(SubmissionState.model_construct(report=report)).startswith("«")


def test_x2_a_score_comes_with_the_distance_to_the_next_point(guildmark, started):
    model(started, 1, "score 3")
    assert "1 USD less for 4" in guildmark("submit", "1", "--no-check").out
