"""`guildmark break`, and a clock that stands still."""


def test_s3_a_break_is_taken_in_the_terminal(guildmark, started, portal):
    portal.exam.breaks_left = 1
    before = portal.exam.state()["time_left_s"]
    answer = guildmark("break", "--json")
    assert (answer.status, answer.json["breaks_left"]) == (0, 0)
    assert 0 <= before + 900 - answer.json["time_left_s"] < 60
    refused = guildmark("break", "--json")
    assert (refused.status, refused.json["error"]["message"]) == (3, "No break is left to you in this exam.")


def test_s3_a_person_reads_until_when_the_break_lasts(guildmark, started, portal):
    portal.exam.breaks_left = 2
    said = guildmark("break").out
    assert ("You are on a break until" in said, "Breaks left after it: 1" in said, "Time left" in said) == (True, True, True)


def test_x10_the_terminal_says_that_the_time_stands_still(guildmark, started, portal):
    portal.exam.outage_since = portal.exam.now
    said = " ".join(guildmark("status").out.split())
    assert "It stands still: something of ours does not work." in said


def test_s3_the_terminal_says_before_the_start_what_this_candidate_will_have(guildmark, signed_in, portal):
    portal.exam.extra_s, portal.exam.breaks_left = 4500, 2
    said = " ".join(guildmark("start", "--yes").out.split())
    assert ("6:15:00 on the clock" in said, "Breaks that you can take, of 15 minutes each: 2." in said) == (True, True)
