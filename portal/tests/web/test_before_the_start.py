"""Before the clock runs: the program, registering, and the list of attempts."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from .visiting import read


class TestProgram:
    @pytest.mark.usefixtures("program")
    def test_it_says_what_the_exam_is_and_what_it_asks(self, client: Client) -> None:
        page = read(client.get("/"))
        for said in ("Demonstration", "5 hours", "90 of 100 points", "TensorFlow 2.x", "1. Regression", "5. Time series", "30"):
            assert said in page.text

    @pytest.mark.usefixtures("program")
    def test_p1_it_says_that_the_exam_is_hands_on(self, client: Client) -> None:
        assert "There are no multiple-choice questions." in read(client.get("/")).text

    @pytest.mark.usefixtures("program")
    def test_p4_it_says_that_any_resource_is_allowed_without_a_proctor(self, client: Client) -> None:
        assert "There is no proctor." in read(client.get("/")).text

    @pytest.mark.usefixtures("db")
    def test_it_says_so_when_nothing_is_open(self, client: Client) -> None:
        assert "No exam is open" in read(client.get("/")).text


class TestBeforeTheStart:
    def test_registering_does_not_start_the_clock(self, owner: Client, registered: str) -> None:
        page = read(owner.get(registered))
        assert "Before you start" in page.text
        assert "Time left" not in page.text

    def test_it_promises_no_package_index(self, owner: Client, registered: str) -> None:
        page = read(owner.get(registered))
        assert 'pip install "guildmark[check]"' in page.text
        assert "It comes from the organisation that runs the exam" in page.text

    def test_s3_no_question_can_be_read_before_the_clock_runs(self, owner: Client, registered: str) -> None:
        assert "Train a model" not in read(owner.get(registered)).text
        assert owner.get(f"{registered}workspace.zip")["Location"] == registered

    def test_s3_the_clock_starts_only_on_the_candidates_word(self, owner: Client, registered: str) -> None:
        page = read(owner.post(f"{registered}begin/", follow=True))
        assert "The clock has not started." in page.text
        assert "Start the exam" in page.text

    @pytest.mark.usefixtures("program")
    def test_an_unknown_program_is_refused_with_a_next_step(self, owner: Client) -> None:
        page = read(owner.post("/exam/", {"program": "nothing"}, follow=True))
        assert "Choose another program." in page.text


class TestUnderWay:
    def test_who_has_an_attempt_under_way_goes_on_with_it_instead_of_registering(self, owner: Client, running: str) -> None:
        for address in ("/", "/exam/"):
            page = read(owner.get(address))
            links = [attributes.get("href") for tag, attributes in page.tags if tag == "a"]
            assert ("Go on with the exam" in page.text, running in links) == (True, True)
            assert ("Register for the exam" in page.text, "The clock does not start yet." in page.text) == (False, False)

    @pytest.mark.usefixtures("running")
    def test_a_stranger_is_offered_to_register_all_the_same(self, other: Client, client: Client) -> None:
        assert "Register for the exam" in read(other.get("/exam/")).text
        assert "Go on with the exam" not in read(client.get("/")).text

    @pytest.mark.usefixtures("passed")
    def test_after_it_one_can_register_again(self, owner: Client) -> None:
        page = read(owner.get("/exam/"))
        assert ("Register for the exam" in page.text, "Go on with the exam" in page.text) == (True, False)

    def test_the_list_says_when_an_attempt_ends_and_when_it_ended(self, owner: Client, running: str) -> None:
        from guildmark_portal import clock
        from guildmark_portal.exams.models import Attempt

        started = Attempt.objects.get().started_at
        assert started is not None
        times = [a["datetime"] for tag, a in read(owner.get("/exam/")).tags if tag == "time"]
        assert [datetime.fromisoformat(str(at)) for at in times] == [started + timedelta(hours=5)]
        finish = (started + timedelta(hours=1)).replace(microsecond=0)
        with clock.stopped_at(finish):
            owner.post(f"{running}finish/", {"confirm": "yes"})
        page = read(owner.get("/exam/"))
        times = [a["datetime"] for tag, a in page.tags if tag == "time"]
        assert [datetime.fromisoformat(str(at)) for at in times] == [finish]
        assert "ended" in page.text
