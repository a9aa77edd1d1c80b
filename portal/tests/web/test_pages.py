"""Every page, with the real services behind it: its owner sees it, a stranger finds nothing, a visitor signs in first."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from guildmark.signing import is_signed_by
from guildmark_portal.credentials.identifiers import new_identifier

from .html_reading import Page


def hand_in(client: Client, attempt: str, number: int, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("mymodel.keras", content)
    return client.post(f"{attempt}category{number}/hand-in/", {"model": file})


def read(response: HttpResponse) -> Page:
    assert response.status_code == 200
    return Page(response.content.decode())


@pytest.fixture
def passed(owner: Client, running: str, work: Callable[[], None]) -> str:
    """The address of an attempt that was passed with full scores."""
    for number in range(1, 6):
        hand_in(owner, running, number, f"score 5 {number}".encode())
    work()
    assert owner.post(f"{running}finish/")["Location"] == running
    work()
    return running


@pytest.fixture
def certificate(owner: Client, passed: str) -> str:
    """The path of its certificate."""
    page = read(owner.get(f"{passed}result/"))
    (address,) = [a["href"] for tag, a in page.tags if tag == "a" and "/certificates/GM-" in str(a.get("href"))]
    return "/certificates/" + str(address).partition("/certificates/")[2]


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


class TestRunning:
    def test_x14_the_time_left_is_in_sight_by_the_servers_clock(self, owner: Client, running: str) -> None:
        page = read(owner.get(running))
        (clock,) = [attributes for _tag, attributes in page.tags if attributes.get("id") == "clock"]
        assert 17_900 < float(str(clock["data-left"])) <= 18_000

    def test_s5_instructions_tips_contract_and_forbidden_layers_stand_beside_the_upload(
        self, owner: Client, running: str
    ) -> None:
        page = read(owner.get(running))
        for said in ("Train a model.", "A tip for task 4.", "(None, 28, 28) float32", "(None, 10) float32", "LSTM", "Lambda"):
            assert said in page.text
        assert len([1 for tag, attributes in page.tags if tag == "form" and "data-upload" in attributes]) == 5

    def test_markdown_of_an_author_brings_no_code_into_the_page(self, owner: Client, running: str) -> None:
        page = read(owner.get(running))
        assert '<script>alert("no")</script>' in page.text
        assert page.problems == []
        links = [attributes.get("href") for tag, attributes in page.tags if tag == "a"]
        assert ("https://example.org" in links, "javascript:alert" in links) == (True, False)

    def test_the_newest_report_stands_in_the_upload_panel(self, owner: Client, running: str, work: Callable[[], None]) -> None:
        hand_in(owner, running, 2, b"score 4")
        assert "Waiting to be graded" in read(owner.get(running)).text_of["newest-category2"]
        work()
        newest = read(owner.get(running)).text_of["newest-category2"]
        for said in ("4/5", "Graded", "Accuracy 0.8500", "what is missing is quality", "Train longer.", "mymodel.keras"):
            assert said in newest
        hand_in(owner, running, 2, b"lambda")
        work()
        newest = read(owner.get(running)).text_of["newest-category2"]
        assert ("Not accepted" in newest, "4/5" in newest, "Graded" in newest) == (True, False, False)

    def test_the_workspace_and_then_the_upload_come_before_the_instructions(self, owner: Client, running: str) -> None:
        text = read(owner.get(running)).text
        said = ("Download workspace.zip", "Choose the model file", "Before you submit", "A tip for task 1.", "Train a model.")
        places = [text.index(words) for words in said]
        assert places == sorted(places)
        assert text.count("A tip for task 1.") == 1

    def test_a_category_is_a_small_line_above_the_title_of_its_task(self, owner: Client, running: str) -> None:
        said = read(owner.get(running)).text_of
        assert said["title-category3"].split() == ["Category", "3:", "Colour", "images", "Task", "3"]

    def test_limits_are_said_in_the_unit_that_they_are_meant_in(self, owner: Client, running: str) -> None:
        text = read(owner.get(running)).text
        assert "up to 20 MiB" in text
        assert text.count("up to 20 ms of processor time for 1,000 rows") == 1

    def test_the_workspace_comes_as_an_archive(self, owner: Client, running: str) -> None:
        response = owner.get(f"{running}workspace.zip")
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            names = set(archive.namelist())
        assert {f"Category{number}/starter.py" for number in range(1, 6)} < names
        assert not any(name.endswith((".npy", "bank.json")) for name in names)

    def test_a_submission_is_shown_with_score_metric_reason_and_hint(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 2, b"score 4")
        work()
        page = read(owner.get(running))
        for said in (
            "4/5",
            "Accuracy 0.8500",
            "what is missing is quality",
            "0.9000",
            "Train longer.",
            "mymodel.keras",
            "Counts",
        ):
            assert said in page.text

    def test_it_says_that_a_submission_waits(self, owner: Client, running: str) -> None:
        hand_in(owner, running, 1, b"score 1")
        page = read(owner.get(running))
        assert "Waiting to be graded" in page.text

    def test_s9_a_refused_model_says_why_and_changes_no_score(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 1, b"score 3")
        hand_in(owner, running, 1, b"lambda")
        work()
        page = read(owner.get(running))
        assert "Not accepted" in page.text
        assert "The model has a Lambda layer (lambda_1), which is never accepted" in page.text
        assert page.text_of["best-category1"].split() == ["3/5", "10", "points"]

    def test_an_empty_file_is_refused_at_once(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category1/hand-in/", {"model": SimpleUploadedFile("m.keras", b"")}, follow=True))
        assert "The file is empty." in page.text

    def test_no_file_at_all_is_refused_with_a_next_step(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category1/hand-in/", follow=True))
        assert "No file was chosen. Choose the saved model, then submit it." in page.text

    def test_an_unknown_category_is_refused(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category9/hand-in/", {"model": SimpleUploadedFile("m", b"1")}, follow=True))
        assert "This exam has no such category." in page.text

    def test_bytes_that_were_sent_before_are_taken_again_in_another_category(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 1, b"score 5")
        hand_in(owner, running, 2, b"score 5")
        work()
        said = read(owner.get(running)).text_of
        assert [said[f"history-category{number}"].count("Full score:") for number in (1, 2)] == [1, 1]


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


class TestCertificate:
    def test_anybody_can_open_it_and_is_told_that_it_is_a_demonstration(self, client: Client, certificate: str) -> None:
        page = read(client.get(certificate))
        for said in (
            "Ada Candidate",
            "Machine Learning Practitioner",
            "100 of 100 points",
            "DEMONSTRATION",
            "certifies nothing",
        ):
            assert said in page.text

    def test_its_document_is_what_was_signed(self, client: Client, certificate: str) -> None:
        document = client.get(certificate.rstrip("/") + ".json").json()
        keys = {key["key_id"]: key["public_key"] for key in client.get("/api/v1/keys").json()}
        assert is_signed_by(document, keys[document["key_id"]])

    def test_an_altered_one_is_called_altered(self, client: Client, certificate: str) -> None:
        from guildmark_portal.credentials.models import Certificate

        row = Certificate.objects.get()
        row.document = {**row.document, "holder": "Eve Stranger"}
        Certificate.objects.filter(pk=row.pk).update(document=row.document)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_one_signed_with_a_foreign_key_is_called_altered(self, client: Client, certificate: str) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from guildmark.signing import sign
        from guildmark_portal.credentials.models import Certificate

        forged = sign(Certificate.objects.get().document, Ed25519PrivateKey.generate())
        Certificate.objects.update(document=forged)
        assert "Do not rely on this certificate" in read(client.get(certificate)).text

    def test_c6_an_expired_one_is_called_expired(self, client: Client, certificate: str) -> None:
        from guildmark_portal import clock

        with clock.stopped_at(datetime(2099, 1, 1, tzinfo=UTC)):
            assert "genuine, but it expired on" in read(client.get(certificate)).text

    def test_its_page_says_how_to_check_it_without_this_site(
        self, client: Client, certificate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = read(client.get(certificate))
        assert "pip install" not in page.text
        code = page.text[page.text.index("import json") :].partition("# raises unless genuine")[0]
        response = client.get(certificate.rstrip("/") + ".json")
        (key,) = [k["public_key"] for k in client.get("/api/v1/keys").json() if k["key_id"] == response.json()["key_id"]]
        kept = tmp_path / f"{response.json()['identifier']}.json"
        monkeypatch.chdir(tmp_path)
        kept.write_bytes(response.content)
        shown = compile(code.replace("PUBLIC_KEY", key), "page", "exec")
        exec(shown, {})  # noqa: S102 - the very code that the page shows
        kept.write_bytes(response.content.replace(b"Ada", b"Eve"))
        with pytest.raises(InvalidSignature):
            exec(shown, {})  # noqa: S102

    def test_an_identifier_leads_to_it_however_it_is_typed(self, client: Client, certificate: str) -> None:
        identifier = certificate.split("/")[2]
        for typed in (identifier, identifier.lower(), identifier.replace("-", " "), identifier.replace("-", "")[2:]):
            response = client.get("/certificates/", {"identifier": typed})
            assert (response.status_code, response["Location"]) == (302, certificate)

    def test_a_mistyped_character_is_said_and_can_be_mended(self, client: Client, certificate: str) -> None:
        identifier = certificate.split("/")[2]
        mistyped = identifier[:-1] + ("2" if identifier[-1] != "2" else "3")
        for response in (client.get(f"/certificates/{mistyped}/"), client.get("/certificates/", {"identifier": mistyped})):
            page = Page(response.content.decode())
            assert (response.status_code, page.problems, page.labels_missing) == (404, [], [])
            assert "A character is mistyped: the last one checks all the others, and it does not fit." in page.text
            assert [attributes["value"] for _tag, attributes in page.tags if attributes.get("id") == "identifier"] == [mistyped]

    @pytest.mark.usefixtures("db")
    def test_an_unknown_one_is_not_found(self, client: Client) -> None:
        response = client.get(f"/certificates/{new_identifier()}/")
        assert response.status_code == 404
        assert "No certificate has this identifier." in response.content.decode()
        assert "twelve letters and digits" in client.get("/certificates/", {"identifier": "GM-1"}).content.decode()
        assert client.get("/certificates/nonsense.json").status_code == 404

    @pytest.mark.usefixtures("db")
    def test_every_page_leads_to_the_form_that_checks_one(self, client: Client) -> None:
        links = [attributes.get("href") for tag, attributes in read(client.get("/")).tags if tag == "a"]
        assert "/certificates/" in links
        page = read(client.get("/certificates/"))
        assert (page.problems, page.labels_missing) == ([], [])
        assert "mistyped" not in page.text


OWN = ("", "finish/", "result/", "workspace.zip")
WRITES = ("begin/", "finish/", "category1/hand-in/")


class TestWhoMay:
    @pytest.mark.parametrize("page", OWN)
    def test_a_stranger_finds_nothing(self, other: Client, running: str, page: str) -> None:
        response = other.get(running + page)
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()

    @pytest.mark.parametrize("page", WRITES)
    def test_a_stranger_can_do_nothing(self, owner: Client, other: Client, running: str, page: str) -> None:
        model = SimpleUploadedFile("m.keras", b"score 5")
        response = other.post(running + page, {"understood": "yes", "confirm": "yes", "model": model})
        assert response.status_code == 404
        assert read(owner.get(running)).text.count("Nothing yet.") == 5

    def test_a_stranger_sees_no_attempt_of_others(self, other: Client, running: str) -> None:
        assert running not in other.get("/exam/").content.decode()

    @pytest.mark.parametrize("page", OWN)
    def test_a_visitor_signs_in_first(self, client: Client, running: str, page: str) -> None:
        assert client.get(running + page)["Location"] == f"/accounts/login/?next={running}{page}"

    @pytest.mark.parametrize("page", WRITES)
    def test_a_form_from_elsewhere_is_refused(self, candidate: object, running: str, page: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
        response = client.post(running + page, {"understood": "yes", "confirm": "yes"})
        assert response.status_code == 403
        assert "The form was too old" in response.content.decode()

    @pytest.mark.parametrize("page", ["begin/", "category1/hand-in/"])
    def test_a_link_changes_nothing(self, owner: Client, running: str, page: str) -> None:
        assert owner.get(running + page).status_code == 405
