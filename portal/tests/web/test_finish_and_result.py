"""The end of an exam: the list before Finish, and the result."""

from collections.abc import Callable

import pytest
from django.test import Client

from .visiting import hand_in, read


class TestFinish:
    def test_a_best_score_of_zero_is_not_ready(self, owner: Client, running: str, work: Callable[[], None]) -> None:
        hand_in(owner, running, 1, b"score 0")
        hand_in(owner, running, 2, b"score 1")
        work()
        page = read(owner.get(f"{running}finish/"))
        assert page.text.count("its best score is 0, which counts nothing.") == 1
        assert page.text.count("nothing was submitted; it would count zero.") == 3
        assert owner.get(f"/api/v1/attempts/{running.split('/')[2]}/readiness").json()["items"][0]["ready"] is False

    def test_x6_it_warns_of_every_category_without_a_submission(self, owner: Client, running: str) -> None:
        page = read(owner.get(f"{running}finish/"))
        assert page.text.count("nothing was submitted; it would count zero.") == 5
        assert "I have read the warnings" in page.text

    def test_it_does_not_finish_past_warnings_without_a_word(self, owner: Client, running: str) -> None:
        response = owner.post(f"{running}finish/")
        assert response["Location"] == f"{running}finish/"
        assert "Time left" in read(owner.get(running)).text

    def test_s7_nothing_submitted_is_zero(self, owner: Client, running: str, work: Callable[[], None]) -> None:
        owner.post(f"{running}finish/", {"confirm": "yes"})
        work()
        page = read(owner.get(f"{running}result/"))
        assert "Not passed" in page.text
        assert "0 of 100 points." in page.text
        assert page.text.count("nothing submitted") == 5

    def test_nothing_is_taken_after_it(self, owner: Client, passed: str) -> None:
        response = hand_in(owner, passed, 1, b"score 1")
        page = read(owner.get(response["Location"], follow=True))
        assert "Nothing more can be submitted; the result follows." in page.text


class TestResult:
    def test_the_exam_leads_to_it_once_decided(self, owner: Client, passed: str) -> None:
        assert owner.get(passed)["Location"] == f"{passed}result/"
        assert owner.get(f"{passed}finish/")["Location"] == passed

    def test_c1_it_shows_points_by_category_and_the_total(self, owner: Client, passed: str) -> None:
        page = read(owner.get(f"{passed}result/"))
        for said in ("Passed", "100 of 100 points.", "90 of 100 points", "10 of 10", "30 of 30", "See your certificate"):
            assert said in page.text

    def test_before_it_is_there_the_exam_is_shown(self, owner: Client, running: str) -> None:
        assert owner.get(f"{running}result/")["Location"] == running

    @pytest.mark.usefixtures("passed")
    def test_it_stands_in_the_list_of_attempts(self, owner: Client) -> None:
        assert "Read the result" in read(owner.get("/exam/")).text
