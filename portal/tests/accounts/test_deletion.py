"""Deleting an account, and downloading what it holds."""

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from portal.tests.accounts.conftest import CODE, signed_in, streamed, who
from portal.tests.conftest import person_with
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal import clock
from guildmark_portal.accounts import deletion, deletion_page, recovery
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import Attempt, Entitlement, Submission
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName
from guildmark_portal.profiles.models import Residence

PAGE, DATA = "/account/delete/", "/account/data/"
NAME, ADDRESS, FILE = "Ada Candidate", "candidate@example.org", "adas-own-model.keras"


@pytest.fixture
def finished(own: Client, program: str, work: Callable[[], None], request: pytest.FixtureRequest) -> Attempt:
    """An attempt that is over: passed with `passed` as its parameter, else failed."""
    address = own.post("/exam/", {"program": program})["Location"]
    own.post(f"{address}begin/", {"understood": "yes"})
    content = b"score 5" if getattr(request, "param", "") == "passed" else b"score 1"
    for number in range(1, 6):
        own.post(f"{address}category{number}/hand-in/", {"model": SimpleUploadedFile(FILE, content)})
    work()
    own.post(f"{address}finish/", {"confirm": "yes"})
    work()
    return Attempt.objects.get()


def downloaded(client: Client) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(streamed(client.post(DATA)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_download_holds_the_account_the_exam_and_the_files(own, finished):
    found = downloaded(own)
    account = json.loads(found["account.json"])
    assert (account["email"], account["name"]) == (ADDRESS, NAME)
    (attempt,) = json.loads(found["exams.json"])["attempts"]
    assert [one["file_name"] for one in attempt["submissions"]] == [FILE] * 5
    assert [one["reports"][0]["score"] for one in attempt["submissions"]] == [1] * 5
    assert sorted(content for name, content in found.items() if name.startswith("exams/")) == [b"score 1"] * 5
    assert json.loads(found["about.json"])["account"] == ADDRESS


def test_a_stranger_downloads_nothing_of_it(own, finished, stranger):
    found = downloaded(signed_in(stranger, minutes_ago=1))
    text = b"".join(found.values())
    assert [secret for secret in (ADDRESS, NAME, FILE) if secret.encode() in text] == []


def test_no_secret_is_in_the_download(own):
    own.get("/account/security/totp/activate/")
    secret = own.session["mfa.totp.secret"]
    text = b"".join(downloaded(own).values())
    assert (secret.encode() in text, own.session.session_key.encode() in text) == (False, False)


def test_the_download_comes_in_pieces_and_is_made_twice_in_ten_minutes(own, finished, candidate):
    answer = own.post(DATA)
    assert answer.is_async
    size, content = int(answer["Content-Length"]), streamed(answer)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kinds = {one.compress_type for one in archive.infolist() if one.filename.startswith("exams/")}
    assert (size, kinds) == (len(content), {zipfile.ZIP_STORED})
    streamed(own.post(DATA))
    assert own.post(DATA).status_code == 429


def test_who_has_a_longer_address_stays_signed_in(own, candidate):
    longer = User.objects.create_user(f"my{candidate.email}", "Mia")
    other = signed_in(longer, minutes_ago=1)
    waiting = Client()
    session = waiting.session
    session["asked"] = {"for": ["x", candidate.email]}
    session.save()
    deletion.delete(user=candidate)
    assert (who(other), waiting.session.get("asked")) == (longer, None)


def test_what_an_owner_did_stays_in_the_log_without_words_and_others_stay_whole(candidate, stranger, staff):
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(User)
    for user in (candidate, stranger):
        LogEntry.objects.create(
            user=staff,
            content_type=kind,
            object_id=str(user.pk),
            object_repr=NAME,
            change_message=user.email,
            action_flag=CHANGE,
        )
    number = str(candidate.pk)
    deletion.delete(user=candidate)
    assert set(LogEntry.objects.values_list("user", "object_id", "object_repr", "change_message")) == {
        (staff.pk, number, "", ""),
        (staff.pk, str(stranger.pk), NAME, stranger.email),
    }


def test_deleting_needs_the_box_ticked(own):
    answer = own.post(PAGE, {}, follow=True)
    assert "Nothing was deleted. Tick the box" in answer.content.decode()
    assert User.objects.filter(email=ADDRESS).exists()


def test_a_second_click_that_comes_too_late_is_answered_as_the_first(own, candidate, monkeypatch):
    """Both requests have found the account; the other one deletes it before this one does."""

    def found_by_both(request):
        user = signed_in_person(request)
        if request.method == "POST":
            assert deletion.delete(user=User.objects.get(pk=user.pk))
        return user

    signed_in_person = deletion_page.signed_in
    monkeypatch.setattr(deletion_page, "signed_in", found_by_both)
    answer = own.post(PAGE, {"understood": "yes"})
    assert (answer.status_code, answer["Location"], User.objects.count()) == (302, "/", 0)
    assert Entry.objects.filter(action="account.deleted").count() == 1
    assert Job.objects.filter(key__startswith="goodbye-").count() == 1


@pytest.mark.usefixtures("finished")
def test_everything_goes_with_a_letter_and_an_entry_that_names_nobody(
    own, letters, data_dir, django_capture_on_commit_callbacks
):
    number = User.objects.get().pk
    with django_capture_on_commit_callbacks(execute=True):
        answer = own.post(PAGE, {"understood": "yes"})
    assert (answer.status_code, answer["Location"], who(own)) == (302, "/", None)
    for model in (User, EmailAddress, Attempt, Entitlement, Submission):
        assert model.objects.count() == 0
    assert list((data_dir / "blobs" / "submissions").rglob("*")) == []
    assert letters()[-1][:2] == (ADDRESS, "Your account is deleted")
    assert Entry.objects.filter(action="account.deleted").values_list("actor", "subject", "detail").get() == (
        f"user:{number}",
        f"user:{number}",
        {},
    )
    assert [job.payload for job in Job.objects.filter(kind="mail")] == [{}] * Job.objects.filter(kind="mail").count()


@pytest.mark.parametrize("finished", ["passed"], indirect=True)
def test_a_certificate_stays_and_can_be_checked_and_the_row_behind_it_names_nobody(own, finished, client):
    certificate = Certificate.objects.get()
    page = own.get(PAGE).content.decode()
    assert "Your certificate, with your name, so that whoever was shown it can go on checking it" in page
    own.post(PAGE, {"understood": "yes"})
    left = User.objects.get()
    assert (left.name, left.is_active, left.email.partition("@")[2]) == ("", False, "deleted.invalid")
    assert set(Submission.objects.values_list("file_name", flat=True)) == {"model"}
    assert "valid" in client.get(f"/certificates/{certificate.identifier}/").content.decode().lower()
    assert EmailAddress.objects.count() == 0


@pytest.mark.usefixtures("finished")
def test_the_address_is_free_again_afterwards(own, client):
    own.post(PAGE, {"understood": "yes"})
    client.post("/accounts/signup/", {"email": ADDRESS, "name": "Somebody New"})
    assert User.objects.get().name == "Somebody New"


def test_an_exam_under_way_is_finished_first(own, program):
    address = own.post("/exam/", {"program": program})["Location"]
    own.post(f"{address}begin/", {"understood": "yes"})
    page = own.get(PAGE).content.decode()
    assert "Finish it, or wait until its result is there." in page
    assert "Delete the account</button>" not in page
    own.post(PAGE, {"understood": "yes"})
    assert User.objects.filter(email=ADDRESS, is_active=True).exists()


def test_the_last_owner_cannot_go(staff):
    with pytest.raises(deletion.CannotBeDeleted) as refused:
        deletion.delete(user=staff)
    assert "Make somebody else an owner first." in str(refused.value)
    person_with("owner")
    deletion.delete(user=staff)
    assert not User.objects.filter(email=staff.email).exists()


def test_every_session_and_token_ends(own, candidate):
    other = signed_in(candidate)
    deletion.delete(user=candidate)
    assert other.get("/exam/").status_code == 302


def test_letters_that_wait_for_the_address_are_forgotten_but_for_the_goodbye(candidate, letters):
    from guildmark_portal.mail import services as mail

    mail.send(to=candidate.email, subject="Old news", body="For you.")
    deletion.delete(user=candidate)
    assert [subject for _to, subject, _body in letters()] == ["Your account is deleted"]


def test_letters_to_a_former_address_that_were_given_up_are_forgotten_too(own, candidate, newest_code):
    own.post("/account/email/", {"email": "ada@new.example.org", "action_add": "yes"})
    own.post("/accounts/confirm-email/", {"code": newest_code()})
    Job.objects.filter(kind="mail", finished_at=None).update(dead_at=clock.now())  # the notice to the address that was left
    assert Job.objects.filter(kind="mail", payload__to=ADDRESS).exists()
    candidate.refresh_from_db()
    deletion.delete(user=candidate)
    assert [one.payload.get("to") for one in Job.objects.filter(kind="mail").exclude(payload={})] == ["ada@new.example.org"]


def test_a_mail_server_that_refuses_the_address_leaves_it_in_no_log(candidate, caplog, settings):
    settings.EMAIL_BACKEND = "portal.tests.accounts.refusing_mail.Backend"
    deletion.delete(user=candidate)
    Runner().run_due()
    assert "SMTPRecipientsRefused" in caplog.text
    assert (ADDRESS in caplog.text, list(Job.objects.filter(last_error__contains=ADDRESS))) == (False, [])


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Path]:
    """The database's file, written to as outside of tests."""
    yield Path(str(connection.settings_dict["NAME"]))
    connection.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that anything logs, in the portal's own words."""
    path = tmp_path / "portal.log"
    handler, root = logging.FileHandler(path), logging.getLogger()
    handler.setFormatter(logging.Formatter(django_settings.LOGGING["formatters"]["line"]["fmt"], style="{"))
    was = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.setLevel(was)
    root.removeHandler(handler)
    handler.close()


PERSON = {
    "address": ADDRESS,
    "a former address": "ada@first.example.org",
    "name": "Ada Quuxberg",
    "legal name": "Adelheid Quuxberg-Zwölf",
    "street": "17 Zzyzx Lane",
    "file name": FILE,
    "file": "weights that Ada trained",
    "what support wrote": "she knew the number of her first attempt",
    "browser": "Quuxbrowser/7",
}
"""What is written of the person, and where it must not be read any more; one of each kind that the portal keeps in clear."""


def live(own: Client, candidate: User, program: str, work: Callable[[], None]) -> None:
    """Do everything that leaves something of a person behind."""
    from django.contrib.admin.models import CHANGE, LogEntry

    User.objects.filter(pk=candidate.pk).update(email=PERSON["a former address"])
    EmailAddress.objects.filter(user=candidate).update(email=PERSON["a former address"])
    own.post("/account/email/", {"email": ADDRESS, "action_add": "yes"})
    own.post("/accounts/confirm-email/", {"code": waiting_code()})
    own.post("/account/", {"name": PERSON["name"]})
    candidate.refresh_from_db()
    assert candidate.email == ADDRESS
    entered = FullName(PERSON["legal name"])
    profiles.record_name(user=candidate, full_name=entered)
    own.post("/account/", {"name": PERSON["name"]})
    Residence.objects.create(user=candidate, country="KR", street=PERSON["street"], recorded_at=clock.now())
    address = own.post("/exam/", {"program": program})["Location"]
    own.post(f"{address}begin/", {"understood": "yes"})
    content = PERSON["file"].encode()
    own.post(f"{address}category1/hand-in/", {"model": SimpleUploadedFile(FILE, b"score 1 " + content)})
    work()
    own.post(f"{address}finish/", {"confirm": "yes"})
    work()
    LogEntry.objects.create(user=candidate, object_id="1", object_repr=f"{ADDRESS} (job)", action_flag=CHANGE)
    Authenticator.objects.create(user=candidate, type="totp", data={"secret": "x"})
    recovery.open_recovery(email=ADDRESS, reason=PERSON["what support wrote"], actor="tests")
    Authenticator.objects.filter(user=candidate).delete()
    browser = Client(headers={"user-agent": PERSON["browser"]})
    browser.post("/accounts/login/", {"login": ADDRESS})
    browser.post("/accounts/login/code/confirm/", {"code": waiting_code()})
    assert who(browser) == candidate
    Client().post("/accounts/login/", {"login": ADDRESS})


def waiting_code() -> str:
    """The code of the newest letter, before it is sent."""
    return str(CODE.findall(Job.objects.filter(kind="mail", finished_at=None).latest("pk").payload["body"])[-1])


@about_sqlite
def test_afterwards_nothing_readable_is_in_database_files_log_or_a_backup(
    committed, candidate, program, work, own, log, tmp_path
):
    live(own, candidate, program, work)
    before = {"database and files": everything(committed), "backup": backup(tmp_path / "before.sqlite3")}
    found = {kind for kind, text in PERSON.items() if text.encode() in before["database and files"]}
    assert found == set(PERSON)
    in_backup = {kind for kind, text in PERSON.items() if text.encode() in before["backup"]}
    assert in_backup == set(PERSON) - {"file", "a former address"}  # the one is no row, the other only in freed pages
    assert own.post(PAGE, {"understood": "yes"}).status_code == 302
    unswept = everything(committed)
    assert [kind for kind, text in PERSON.items() if text.encode() in unswept] != []  # the write-ahead log, until it is cut
    Client(headers={"host": "elsewhere.example"}).get("/")
    Runner().run_due()
    with clock.use(lambda: datetime.now(UTC) + deletion.SOON):  # noqa: TID251 - a minute later
        assert Runner().run_due() == 1
    places = {
        "database and files": everything(committed),
        "log": log.read_bytes(),
        "backup": backup(tmp_path / "after.sqlite3"),
    }
    assert b"elsewhere.example" in places["log"]  # it is the portal's log
    left = [(kind, place) for kind, text in PERSON.items() for place, held in places.items() if text.encode() in held]
    assert left == []


def everything(database: Path) -> bytes:
    """The bytes of the database, of its write-ahead log, and of every file of the portal."""
    files = [*database.parent.glob(f"{database.name}*"), *Path(django_settings.DATA_DIR).rglob("*")]
    return b"".join(path.read_bytes() for path in files if path.is_file())


def backup(path: Path) -> bytes:
    """A backup of the database, as SQLite makes it while the portal runs."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return path.read_bytes()
