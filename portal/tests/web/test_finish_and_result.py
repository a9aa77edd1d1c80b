"""The end of an exam: the list before Finish, and the result."""

from collections.abc import Callable

import pytest
from django.test import Client

from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate, NameChoice
from guildmark_portal.exams.models import Attempt
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName

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


class TestTheName:
    """A certificate is issued with the decision, so its name is chosen before: on the way to the start, or at Finish."""

    @pytest.fixture
    def known_by_two(self, candidate: User) -> None:
        profiles.record_name(user=candidate, full_name=FullName("김아다", "Kim Ada"))

    @pytest.mark.usefixtures("known_by_two")
    def test_who_chooses_at_finish_gets_the_certificate_like_that(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        for number in range(1, 6):
            hand_in(owner, running, number, f"score 5 {number}".encode())
        work()
        page = read(owner.get(f"{running}finish/"))
        assert all(form in page.text for form in ("김아다", "Kim Ada", "김아다 (Kim Ada)"))
        assert page.labels_missing == []
        owner.post(f"{running}finish/", {"name": "both"})
        work()
        assert [one.holder for one in Certificate.objects.all()] == ["김아다 (Kim Ada)"]
        assert owner.post(f"{running}name/", {"name": "own"})["Location"] == running  # its own page renames it now
        assert NameChoice.objects.get().form == "both"

    @pytest.mark.usefixtures("known_by_two")
    def test_it_is_chosen_before_the_start_too_and_kept(self, owner: Client, registered: str) -> None:
        assert "The certificate will carry the name 김아다." in read(owner.get(registered)).text
        assert owner.post(f"{registered}name/", {"name": "latin"})["Location"] == registered
        assert "The certificate will carry the name Kim Ada." in read(owner.get(registered)).text
        chosen = [tag for name, tag in read(owner.get(f"{registered}name/")).tags if name == "input" and "checked" in tag]
        assert [one["value"] for one in chosen] == ["latin"]

    @pytest.mark.usefixtures("known_by_two")
    def test_a_name_that_is_not_offered_is_refused_and_nothing_is_finished(self, owner: Client, running: str) -> None:
        refused = owner.post(f"{running}finish/", {"name": "Eve", "confirm": "yes"}, follow=True)
        assert "The certificate cannot carry this name." in read(refused).text
        assert (NameChoice.objects.count(), "Time left" in read(owner.get(running)).text) == (0, True)

    def test_who_has_one_name_is_asked_nothing(self, owner: Client, running: str) -> None:
        assert "Your name on the certificate" not in read(owner.get(f"{running}finish/")).text
        assert owner.get(f"{running}name/")["Location"] == running

    @pytest.mark.usefixtures("known_by_two")
    def test_only_names_that_papers_were_seen_for_are_offered(self, owner: Client, running: str) -> None:
        Attempt.objects.update(identity_check="reviewed")
        assert owner.get(f"{running}name/")["Location"] == running

    def test_a_stranger_chooses_nothing(self, other: Client, running: str) -> None:
        assert [other.get(f"{running}name/").status_code, other.post(f"{running}name/").status_code] == [404, 404]


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
