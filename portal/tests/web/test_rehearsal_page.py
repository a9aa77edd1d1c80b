"""The rehearsal's page, without a script: the checks, the sealed exam, and a practice submission on the exam's own page."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from portal.tests.exams.conftest import downloaded

from guildmark.packs.bundle import iter_zip, unseal
from guildmark_portal.exams import rehearsal, services
from guildmark_portal.exams.models import Attempt
from guildmark_portal.web.rehearsal import CHECKS

from .visiting import hand_in, read

READY = Path(__file__).parents[3] / "packs" / "rehearsal" / "public" / "ready.keras"
SCRIPT = Path(__file__).parents[2] / "src" / "guildmark_portal" / "web" / "static" / "guildmark" / "rehearsal.js"


@pytest.fixture
def practice_exam(db: None) -> None:
    services.publish_practice(actor="tests")


@pytest.fixture
def practising(practice_exam: None, owner: Client, registered: str) -> str:
    """The address of the practice attempt that the rehearsal's page opened."""
    response = owner.post(f"{registered}rehearsal/start/")
    assert response.status_code == 302
    return response["Location"]


def marks(response: HttpResponse) -> dict[str, str | None]:
    """The tone of each check."""
    found = (a for tag, a in read(response).tags if tag == "li" and a.get("data-check"))
    return {str(attributes["data-check"]): attributes["data-tone"] for attributes in found}


@pytest.mark.usefixtures("practice_exam")
class TestBefore:
    def test_l3_the_page_before_the_start_has_one_order(self, owner: Client, registered: str) -> None:
        page = read(owner.get(registered))
        steps = ("1. Rehearse", "2. Bring the sealed exam here", "3. Start")
        places = [page.text.index(step) for step in steps]
        assert places == sorted(places)
        assert f"{registered}rehearsal/" in [a.get("href") for tag, a in page.tags if tag == "a"]

    def test_l3_nothing_is_checked_off_at_first_and_each_check_has_a_fall_back(self, owner: Client, registered: str) -> None:
        response = owner.get(f"{registered}rehearsal/")
        assert marks(response) == dict.fromkeys([*(check.name for check in CHECKS), "bundle", "practice"], "plain")
        text = read(response).text
        assert [check.name for check in CHECKS if str(check.fallback) not in text] == []
        assert "If it does not arrive here, the terminal brings it" in text
        assert "If the upload does not work here, use the terminal" in text
        assert "A notebook or a machine in the cloud does as well" in text

    def test_l3_nothing_of_it_is_compulsory(self, owner: Client, registered: str) -> None:
        assert owner.post(f"{registered}begin/", {"understood": "yes"})["Location"] == registered
        assert "Time left" in read(owner.get(registered)).text

    def test_once_the_clock_runs_there_is_nothing_to_rehearse(self, owner: Client, running: str) -> None:
        assert owner.get(f"{running}rehearsal/")["Location"] == running

    def test_the_script_has_a_check_of_each_name(self) -> None:
        (body,) = re.findall(r"const checks = \{\n(.*?)\n\};", SCRIPT.read_text(), re.DOTALL)
        assert re.findall(r"^  (\w+)[,:]", body, re.MULTILINE) == [check.name for check in CHECKS]


class TestSealedExam:
    def test_x8_it_is_downloaded_sealed_and_opens_only_with_the_key_of_the_start(self, owner: Client, registered: str) -> None:
        sealed = downloaded(owner.post(f"{registered}sealed/"))
        attempt = Attempt.objects.get()
        assert hashlib.sha256(sealed).hexdigest() == attempt.bundle_sha256
        assert (b"Train a model" in sealed, attempt.started_at) == (False, None)
        begun = owner.post(f"/api/v1/attempts/{attempt.pk}/begin", "{}", content_type="application/json").json()
        files = dict(iter_zip(unseal(sealed, key=bytes.fromhex(begun["key"]), attempt=str(attempt.pk))))
        assert [str(path) for path in files if path.name == "starter.py"] == [f"Category{n}/starter.py" for n in range(1, 6)]

    def test_x8_the_clock_does_not_start_for_a_device_with_another_bundle(self, owner: Client, registered: str) -> None:
        page = read(owner.post(f"{registered}begin/", {"understood": "yes", "bundle_sha256": "a" * 64}, follow=True))
        assert ("the sealed exam on this device is not complete" in page.text, "Time left" in page.text) == (True, False)
        assert Attempt.objects.get().started_at is None
        right = Attempt.objects.get().bundle_sha256
        owner.post(f"{registered}begin/", {"understood": "yes", "bundle_sha256": right})
        assert Attempt.objects.get().started_at is not None

    @pytest.mark.usefixtures("practice_exam")
    def test_x8_that_it_arrived_is_shown_as_a_fact(self, owner: Client, registered: str) -> None:
        owner.post(f"{registered}sealed/")
        attempt = Attempt.objects.get()
        word = {"sha256": attempt.bundle_sha256, "by": "terminal"}
        owner.post(f"/api/v1/attempts/{attempt.pk}/delivered", word, content_type="application/json")
        response = owner.get(f"{registered}rehearsal/")
        assert marks(response)["bundle"] == "good"
        assert "The sealed exam arrived complete in a terminal:" in read(response).text


class TestPractice:
    def test_l3_it_is_the_exams_own_page_and_says_that_nothing_counts(
        self, owner: Client, registered: str, practising: str
    ) -> None:
        page = read(owner.get(practising))
        assert "This is the rehearsal: nothing here counts." in page.text
        assert ("Thermometer" in page.text, "Time left" in page.text) == (True, True)
        assert f"{registered}rehearsal/" in [a.get("href") for tag, a in page.tags if tag == "a"]
        assert "This is the rehearsal" not in read(owner.get(registered)).text

    def test_x14_nobody_is_warned_of_the_time_of_a_rehearsal(self, owner: Client, practising: str) -> None:
        (bar,) = [attributes for _tag, attributes in read(owner.get(practising)).tags if attributes.get("id") == "clock"]
        assert (bar["data-level"], [name for name in bar if name.startswith("data-say-")]) == ("calm", ["data-say-over"])

    def test_x8_its_submission_goes_through_the_grader_and_back_to_the_checks(
        self, owner: Client, registered: str, practising: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, practising, 1, b"score 4")
        assert marks(owner.get(f"{registered}rehearsal/"))["practice"] == "waiting"
        work()
        response = owner.get(f"{registered}rehearsal/")
        assert marks(response)["practice"] == "good"
        assert "4/5" in read(response).text
        assert "Your practice submission was graded" in read(owner.get(registered)).text

    def test_x8_a_file_that_cannot_be_graded_says_why_and_what_to_do(
        self, owner: Client, registered: str, practising: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, practising, 1, b"lambda")
        work()
        response = owner.get(f"{registered}rehearsal/")
        assert marks(response)["practice"] == "caution"
        assert "Lambda layer (lambda_1)" in read(response).text
        assert "Practise again" in read(response).text

    def test_l3_finished_it_has_no_result_and_stands_in_no_list(
        self, owner: Client, registered: str, practising: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, practising, 1, b"score 5")
        work()
        owner.post(f"{practising}finish/", {"confirm": "yes"})
        work()
        assert owner.get(practising, follow=True).redirect_chain[-1][0] == f"{registered}rehearsal/"
        for address in ("/exam/", "/"):
            assert "Rehearsal" not in read(owner.get(address)).text

    def test_x8_a_model_that_is_ready_is_given_there_and_at_no_real_exam(
        self, owner: Client, other: Client, registered: str, practising: str
    ) -> None:
        response = owner.get(f"{practising}ready.keras")
        assert (response.content, response["Content-Disposition"]) == (READY.read_bytes(), 'attachment; filename="ready.keras"')
        asked = ((owner, registered), (other, practising))
        assert [client.get(f"{address}ready.keras").status_code for client, address in asked] == [404, 404]

    def test_two_presses_open_one(self, owner: Client, registered: str, practising: str) -> None:
        assert owner.post(f"{registered}rehearsal/start/")["Location"] == practising

    @pytest.mark.usefixtures("practice_exam")
    def test_an_account_that_is_deleted_meanwhile_opens_nothing(
        self, owner: Client, registered: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*, attempt: Attempt, now: object) -> None:
            Attempt.objects.filter(pk=attempt.pk).delete()

        monkeypatch.setattr(rehearsal, "prepare", gone)
        assert owner.post(f"{registered}rehearsal/start/").status_code == 404

    def test_a_stranger_opens_nothing(self, other: Client, registered: str) -> None:
        for page in ("rehearsal/start/", "sealed/"):
            assert other.post(registered + page).status_code == 404
        assert other.get(f"{registered}rehearsal/").status_code == 404

    def test_where_no_practice_exam_is_published_the_page_goes_without(self, owner: Client, registered: str) -> None:
        assert "practice" not in marks(owner.get(f"{registered}rehearsal/"))
        page = read(owner.post(f"{registered}rehearsal/start/", follow=True))
        assert "You can start without it." in page.text


@pytest.mark.usefixtures("practice_exam")
def test_it_has_no_handbook(client: Client) -> None:
    with translation.override("en"):
        assert client.get("/handbook/practice-rehearsal/").status_code == 404
