"""`guildmark pin`, `unpin` and `fetch`: which submission counts, and its file again."""

import pytest
from command_answers import model


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


def test_x1_without_a_name_everything_submitted_is_listed(guildmark, two):
    said = guildmark("pin").out
    assert [words in said for words in ("s1", "s2", "counts", "Next: guildmark pin SUBMISSION")] == [True] * 4
    assert len(guildmark("pin", "--json").json["categories"][0]["submissions"]) == 2


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


def test_x2_a_score_comes_with_the_distance_to_the_next_point(guildmark, started):
    model(started, 1, "score 3")
    assert "1 USD less for 4" in guildmark("submit", "1", "--no-check").out
