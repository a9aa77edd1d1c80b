from command_answers import model
from loopback_exam import START

from guildmark.protocol import RevisionView, ScoreChange


def finished(guildmark, started, *scores):
    for number, score in enumerate(scores, start=1):
        model(started, number, f"score {score}")
        guildmark("submit", str(number), "--no-check")
    guildmark("finish", "--yes")
    return guildmark("result")


def test_x12_the_result_shows_skills_and_what_to_practise(guildmark, started):
    answer = finished(guildmark, started, 5, 2)
    assert answer.status == 0
    rows = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "B2 Build ██████░░░░ 64 %" in rows
    assert "C6 Load ████░░░░░░ 40 %" in rows
    assert answer.out.index("Practise next:") < answer.out.index("  C6  Load") < answer.out.index("  B2  Build")


def test_g8_a_failure_says_from_when_on_it_can_be_tried_again(guildmark, started, monkeypatch):
    assert "You can try again from 2026-03-16 " in finished(guildmark, started, 5, 2).out
    assert guildmark("result", "--json").json["result"]["retake_from"] == "2026-03-16T09:00:00Z"


def test_a_pass_says_nothing_of_practice_or_waits(guildmark, started):
    answer = finished(guildmark, started, 5, 5)
    assert [words in answer.out for words in ("Practise", "try again", "██████████ 100 %")] == [False, False, False]
    assert "100 %" in answer.out


def test_x12_a_change_is_said_with_its_reason(guildmark, started, portal):
    change = ScoreChange(number=2, title="Images", before=2, after=3)
    about = {"recorded_at": START, "passed_before": False, "passed": False, "changes": (change,)}
    portal.exam.revisions = (
        RevisionView(**about, reason="", points_before=64, points=76),
        RevisionView(**about, reason="The regrade read another file.", points_before=76, points=64),
    )
    out = finished(guildmark, started, 5, 2).out
    assert "from 64 to 76 points." in out
    assert "  A file was graded again, and reached a higher score." in out
    assert "from 76 to 64 points." in out
    assert "  The regrade read another file." in out
