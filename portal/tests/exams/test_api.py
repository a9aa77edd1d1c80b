"""The API: what it answers, to whom, and in which words."""

import base64
import hashlib
import json

import pytest
from django.http import HttpResponse
from django.test import Client
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Browser, Sit, Sitting, WorkOff, downloaded
from pytest_django import Settings

from guildmark.protocol import PROTOCOL_HEADER, AttemptState, Begun, BundleOffer, Certificate, Problem, SubmissionState
from guildmark.signing import is_signed_by
from guildmark_portal.accounts.models import User
from guildmark_portal.api.application import api
from guildmark_portal.exams import storage
from guildmark_portal.exams.models import Attempt, Submission, Upload

pytestmark = pytest.mark.django_db
MODEL = b"score 4 " + b"m" * 3000
TUS = {"Tus-Resumable": "1.0.0"}


def metadata(category: str, content: bytes, name: str = "mymodel.keras") -> str:
    values = {"category": category, "filename": name, "sha256": hashlib.sha256(content).hexdigest()}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def announce(client: Client, attempt: object, content: bytes, category: str = "category1") -> HttpResponse:
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(category, content)}
    return client.post(f"/api/v1/attempts/{attempt}/uploads", headers=headers)


def send(client: Client, location: str, offset: int, chunk: bytes) -> HttpResponse:
    return client.patch(
        location, chunk, content_type="application/offset+octet-stream", headers={**TUS, "Upload-Offset": str(offset)}
    )


def problem(response: HttpResponse) -> Problem:
    told = Problem.model_validate_json(response.content)
    assert told.message
    assert told.next_step
    return told


def post(client: Client, path: str, **body: object) -> HttpResponse:
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


@pytest.mark.usefixtures("grading_service", "stopped_clock")
def test_a_whole_exam_over_the_api(sit: Sit, candidate: User, browser: Browser, work_off: WorkOff) -> None:
    sit(candidate)
    client = browser(candidate)
    assert client.get("/api/v1/me").json() == {"email": "candidate@example.org", "name": "Ada Candidate"}
    (program,) = client.get("/api/v1/programs").json()
    attempt = AttemptState.model_validate_json(post(client, "/attempts", program=program["slug"]).content).id
    offer = BundleOffer.model_validate_json(client.post(f"/api/v1/attempts/{attempt}/prepare").content)
    sealed = downloaded(client.get(offer.url))
    assert (hashlib.sha256(sealed).hexdigest(), len(sealed)) == (offer.sha256, offer.size)
    assert offer.requirements == program["requirements"] == "tensorflow-cpu==2.21.0\n"
    assert client.post("/api/v1/measure", bytes(512 * 1024), content_type="application/octet-stream").status_code == 204
    begun = Begun.model_validate_json(post(client, f"/attempts/{attempt}/begin", bundle_sha256=offer.sha256).content)
    assert (begun.deadline - begun.started_at).total_seconds() == 18000
    for number in (1, 2, 3):
        content = f"score 5 {number}".encode()
        location = announce(client, attempt, content, f"category{number}").headers["Location"]
        sent = send(client, location, 0, content)
        assert sent.status_code == 204
        assert Submission.objects.filter(pk=sent.headers["Guildmark-Submission"]).exists()
    work_off()
    assert [item["ready"] for item in client.get(f"/api/v1/attempts/{attempt}/readiness").json()["items"]] == [True] * 3
    finished = AttemptState.model_validate_json(post(client, f"/attempts/{attempt}/finish", confirm=False).content)
    assert (finished.phase.value, finished.result.passed) == ("decided", True)
    work_off()
    decided = AttemptState.model_validate_json(client.get(f"/api/v1/attempts/{attempt}").content)
    answered = Client().get(f"/api/v1/certificates/{decided.result.certificate}")
    (key,) = Client().get("/api/v1/keys").json()
    assert is_signed_by(answered.json(), key["public_key"])
    assert Certificate.model_validate_json(answered.content).demonstration


def test_x9_the_receipt_verifies_as_it_arrives(running: Sitting, candidate: User, browser: Browser) -> None:
    submission = running.submit("category1", MODEL)
    document = browser(candidate).get(f"/api/v1/submissions/{submission.pk}").json()["receipt"]
    (key,) = Client().get("/api/v1/keys").json()
    assert is_signed_by(document, key["public_key"])
    assert not is_signed_by({**document, "size": 1}, key["public_key"])


def test_x1_a_client_fetches_a_file_back_byte_for_byte(running: Sitting, candidate: User, browser: Browser) -> None:
    submission = running.submit("category1", MODEL)
    response = browser(candidate).get(f"/api/v1/submissions/{submission.pk}/file")
    assert (response.headers["Content-Disposition"], response.headers["Cache-Control"]) == (
        'attachment; filename="mymodel.keras"',
        "no-store",
    )
    assert downloaded(response) == MODEL


def paths(running: Sitting, upload: Upload, submission: Submission) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """Every address of somebody's own, and how it is called."""
    attempt = f"/api/v1/attempts/{running.id}"
    offset = {**TUS, "Upload-Offset": "0"}
    announced = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata("category2", b"hello")}
    return {
        ("GET", "/api/v1/attempts/{attempt}"): (attempt, {}),
        ("POST", "/api/v1/attempts/{attempt}/prepare"): (f"{attempt}/prepare", {}),
        ("GET", "/api/v1/attempts/{attempt}/bundle"): (f"{attempt}/bundle", {}),
        ("POST", "/api/v1/attempts/{attempt}/delivered"): (f"{attempt}/delivered", {}),
        ("POST", "/api/v1/attempts/{attempt}/begin"): (f"{attempt}/begin", {}),
        ("POST", "/api/v1/attempts/{attempt}/uploads"): (f"{attempt}/uploads", announced),
        ("GET", "/api/v1/attempts/{attempt}/events"): (f"{attempt}/events", {}),
        ("GET", "/api/v1/attempts/{attempt}/readiness"): (f"{attempt}/readiness", {}),
        ("POST", "/api/v1/attempts/{attempt}/break"): (f"{attempt}/break", {}),
        ("POST", "/api/v1/attempts/{attempt}/finish"): (f"{attempt}/finish", {}),
        ("PUT", "/api/v1/attempts/{attempt}/categories/{category}/pin"): (f"{attempt}/categories/category1/pin", {}),
        ("HEAD", "/api/v1/uploads/{upload}"): (f"/api/v1/uploads/{upload.pk}", TUS),
        ("PATCH", "/api/v1/uploads/{upload}"): (f"/api/v1/uploads/{upload.pk}", offset),
        ("DELETE", "/api/v1/uploads/{upload}"): (f"/api/v1/uploads/{upload.pk}", TUS),
        ("GET", "/api/v1/submissions/{submission}"): (f"/api/v1/submissions/{submission.pk}", {}),
        ("GET", "/api/v1/submissions/{submission}/file"): (f"/api/v1/submissions/{submission.pk}/file", {}),
    }


OF_NOBODY = {
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/measure"),
    ("GET", "/api/v1/programs"),
    ("GET", "/api/v1/attempts"),
    ("POST", "/api/v1/attempts"),
}
PUBLIC = {
    ("GET", "/api/v1/certificates/{identifier}"),
    ("GET", "/api/v1/keys"),
    ("OPTIONS", "/api/v1/attempts/{attempt}/uploads"),
}


def test_a_stranger_is_told_that_nothing_of_anothers_attempt_exists(running: Sitting, stranger: User, browser: Browser) -> None:
    submission, upload = running.submit("category1", MODEL), running.open("category2", b"hello")
    eve, before = browser(stranger), running.attempt
    for (method, template), (path, headers) in paths(running, upload, submission).items():
        kind = "application/offset+octet-stream" if method == "PATCH" else "application/json"
        response = eve.generic(method, path, b"hello" if method == "PATCH" else b"", content_type=kind, headers=headers)
        assert response.status_code == 404, (method, template)
        if method != "HEAD":
            assert problem(response).code == "not_found"
    assert eve.get("/api/v1/attempts").json() == []
    upload.refresh_from_db()
    assert (upload.is_open, upload.offset, running.attempt.finished_at) == (True, 0, before.finished_at)
    assert (Attempt.objects.count(), Upload.objects.count(), Submission.objects.count()) == (1, 2, 1)


def test_nobody_who_is_not_signed_in_gets_anything(running: Sitting) -> None:
    submission, upload = running.submit("category1", MODEL), running.open("category2", b"hello")
    asked = {**paths(running, upload, submission), **{(m, p): (p, {}) for m, p in OF_NOBODY}}
    for (method, template), (path, headers) in asked.items():
        response = Client().generic(method, path, b"", content_type="application/json", headers=headers)
        assert response.status_code == 401, (method, template)
        assert response.headers[PROTOCOL_HEADER] == "1"
        if method != "HEAD":
            assert (problem(response).code, problem(response).next_step) == ("sign_in_required", "Run: guildmark login")


def test_the_tables_above_name_every_operation_of_the_api(running: Sitting) -> None:
    submission, upload = running.submit("category1", MODEL), running.open("category2", b"hello")
    described = {(method.upper(), path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods}
    assert described == {*paths(running, upload, submission), *OF_NOBODY, *PUBLIC}


@pytest.mark.usefixtures("db")
def test_the_description_is_published(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "AttemptState" in document["components"]["schemas"]


@pytest.mark.usefixtures("db")
def test_operations_have_short_names_that_clients_can_be_made_from(client: Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    names = sorted(operation["operationId"] for methods in paths.values() for operation in methods.values())
    assert names == [
        *("append_to_upload", "begin_attempt", "create_upload", "finish_attempt", "follow_attempt", "get_attempt"),
        *("get_bundle", "get_certificate", "get_me", "get_readiness", "get_submission", "get_submission_file"),
        *("get_upload", "get_upload_capabilities", "list_attempts", "list_keys", "list_programs"),
        *(
            "measure_connection",
            "note_delivery",
            "open_attempt",
            "pin_submission",
            "prepare_attempt",
            "take_break",
            "terminate_upload",
        ),
    ]


@pytest.mark.usefixtures("db")
def test_a_client_that_names_no_protocol_version_is_refused() -> None:
    response = Client().get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert (response.status_code, problem(response).code) == (426, "protocol_version")


@pytest.mark.parametrize("version", ["0", "2", "one"])
def test_another_protocol_version_is_refused(candidate: User, version: str) -> None:
    client = Client(headers={PROTOCOL_HEADER: version})
    client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get("/api/v1/me")
    assert (response.status_code, response.headers[PROTOCOL_HEADER]) == (426, "1")


def test_a_bearer_token_that_is_unknown_is_refused_even_beside_a_session(candidate: User, browser: Browser) -> None:
    response = browser(candidate).get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert (response.status_code, problem(response).code) == (401, "sign_in_required")


def test_a_browser_needs_its_csrf_token_to_change_anything(running: Sitting, candidate: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post(f"/api/v1/attempts/{running.id}/finish", '{"confirm": true}', content_type="application/json")
    assert response.status_code == 403
    assert running.attempt.finished_at is None
    assert client.get("/api/v1/me").status_code == 200


def test_unknown_fields_are_refused_by_name(running: Sitting, candidate: User, browser: Browser) -> None:
    response = post(browser(candidate), f"/attempts/{running.id}/finish", confirm=True, force=True)
    assert (response.status_code, problem(response).code) == (422, "not_understood")
    assert "force" in problem(response).message
    assert running.attempt.finished_at is None


@pytest.mark.usefixtures("db")
def test_an_unknown_address_is_a_problem_too(client: Client) -> None:
    for method in ("get", "post"):
        response = getattr(client, method)("/api/v1/nothing")
        assert (response.status_code, problem(response).code) == (404, "not_found")
        assert problem(response).message == "There is nothing at this address of the API."
        assert response.headers[PROTOCOL_HEADER] == "1"


def test_an_unknown_program_is_not_found(candidate: User, browser: Browser) -> None:
    assert post(browser(candidate), "/attempts", program="nothing").status_code == 404


@pytest.mark.usefixtures("db")
def test_a_certificate_that_does_not_exist_is_not_found() -> None:
    assert Client().get("/api/v1/certificates/GM-0000-0000-0000").status_code == 404


def test_x6_finish_with_something_missing_is_refused_with_the_list(running: Sitting, candidate: User, browser: Browser) -> None:
    response = post(browser(candidate), f"/attempts/{running.id}/finish")
    told = problem(response)
    assert (response.status_code, told.code) == (409, "not_ready")
    assert "Category 3, Area 3: nothing was submitted" in told.message


def test_an_upload_goes_on_where_it_was_cut(running: Sitting, candidate: User, browser: Browser) -> None:
    client = browser(candidate)
    created = announce(client, running.id, MODEL)
    assert (created.status_code, created.headers["Upload-Offset"], created.headers["Tus-Resumable"]) == (201, "0", "1.0.0")
    location = created.headers["Location"]
    assert send(client, location, 0, MODEL[:1000]).headers["Upload-Offset"] == "1000"
    asked = client.head(location, headers=TUS)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("1000", str(len(MODEL)))
    assert SUBMISSION not in asked.headers
    done = send(client, location, 1000, MODEL[1000:])
    assert done.headers["Upload-Offset"] == str(len(MODEL))
    assert client.head(location, headers=TUS).headers[SUBMISSION] == done.headers[SUBMISSION]


SUBMISSION = "Guildmark-Submission"


@pytest.mark.parametrize(
    ("piece", "answered"),
    [
        ((5, b"x"), (409, "offset_conflict")),
        ((0, MODEL + b"x"), (413, "too_many_bytes")),
        ((0, MODEL[:-1] + b"x"), (409, "digest_mismatch")),
    ],
)
def test_bytes_that_do_not_fit_are_refused(
    running: Sitting, candidate: User, browser: Browser, piece: tuple[int, bytes], answered: tuple[int, str]
) -> None:
    client = browser(candidate)
    response = send(client, announce(client, running.id, MODEL).headers["Location"], *piece)
    assert (response.status_code, problem(response).code) == answered
    assert not Submission.objects.exists()


def test_a_terminated_upload_is_gone(running: Sitting, candidate: User, browser: Browser) -> None:
    client = browser(candidate)
    location = announce(client, running.id, MODEL).headers["Location"]
    assert client.delete(location, headers=TUS).status_code == 204
    assert [client.head(location, headers=TUS).status_code, send(client, location, 0, MODEL).status_code] == [410, 410]


def test_known_bytes_are_complete_with_the_creation(running: Sitting, candidate: User, browser: Browser) -> None:
    running.submit("category1", MODEL)
    created = announce(browser(candidate), running.id, MODEL, "category2")
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, str(len(MODEL)))
    assert Submission.objects.get(pk=created.headers[SUBMISSION]).category == "category2"


@pytest.mark.parametrize(("content", "code"), [(b"", "file.empty"), (bytes(1024 * 1024 + 1), "file.too_large")])
def test_a_file_of_the_wrong_size_gets_the_verdicts_reason(
    running: Sitting, candidate: User, browser: Browser, content: bytes, code: str
) -> None:
    response = announce(browser(candidate), running.id, content)
    assert (response.status_code, problem(response).code) == (409, code)


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "5", "Upload-Metadata": metadata("category1", b"hello"), "Tus-Resumable": "0.2"},
        {**TUS, "Upload-Metadata": metadata("category1", b"hello")},
        {**TUS, "Upload-Length": "-5", "Upload-Metadata": metadata("category1", b"hello")},
        {**TUS, "Upload-Length": "5"},
        {**TUS, "Upload-Length": "5", "Upload-Metadata": "category ???"},
        {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata("kitchen", b"hello")},
    ],
)
def test_a_creation_that_is_not_tus_is_refused(
    running: Sitting, candidate: User, browser: Browser, headers: dict[str, str]
) -> None:
    response = browser(candidate).post(f"/api/v1/attempts/{running.id}/uploads", headers=headers)
    assert (response.status_code, problem(response).code) == (400, "unfit_request")
    assert not Upload.objects.exists()


def test_tus_says_what_it_can(running: Sitting) -> None:
    response = Client().options(f"/api/v1/attempts/{running.id}/uploads")
    assert (response.headers["Tus-Version"], response.headers["Tus-Extension"]) == ("1.0.0", "creation,termination")


def test_a_large_body_is_written_in_pieces(running: Sitting, candidate: User, browser: Browser, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    content = b"score 4 " + bytes(1024 * 1024 - 8)
    client = browser(candidate)
    sent = send(client, announce(client, running.id, content).headers["Location"], 0, content)
    submission = Submission.objects.get(pk=sent.headers[SUBMISSION])
    assert storage.submitted(running.id, submission.sha256).read_bytes() == content


def test_s8_after_the_deadline_the_answer_says_so(
    running: Sitting, candidate: User, browser: Browser, stopped_clock: StoppedClock
) -> None:
    stopped_clock.advance(5 * 3600)
    response = announce(browser(candidate), running.id, MODEL)
    assert (response.status_code, problem(response).code, problem(response).next_step) == (
        409,
        "attempt_closed",
        "Run: guildmark result",
    )


def test_a_fault_of_ours_is_a_503_without_details(running: Sitting, candidate: User, browser: Browser) -> None:
    version = running.attempt.exam_version
    type(version).objects.update(manifest="{}")
    response = browser(candidate).get(f"/api/v1/attempts/{running.id}")
    assert (response.status_code, problem(response).code) == (503, "our_fault")
    assert "manifest" not in response.content.decode()


def test_a_submission_that_waits_is_answered_at_once_without_wait(running: Sitting, candidate: User, browser: Browser) -> None:
    submission = running.submit("category1", MODEL)
    answered = browser(candidate).get(f"/api/v1/submissions/{submission.pk}")
    state = SubmissionState.model_validate_json(answered.content)
    assert (state.phase.value, state.queue_position, state.report) == ("queued", 1, None)


def test_a_number_of_five_thousand_digits_is_the_clients_mistake(running: Sitting, candidate: User, browser: Browser) -> None:
    address = f"/api/v1/attempts/{running.attempt.pk}/uploads"
    answer = browser(candidate).post(address, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9" * 5000})
    assert answer.status_code == 400


def test_text_that_is_no_text_is_the_clients_mistake(candidate: User, browser: Browser) -> None:
    half_a_pair = '{"program": "\\ud800"}'
    answer = browser(candidate).post("/api/v1/attempts", half_a_pair, content_type="application/json")
    assert (answer.status_code, problem(answer).code) == (422, "not_understood")
