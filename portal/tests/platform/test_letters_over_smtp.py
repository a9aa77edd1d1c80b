"""Letters that leave through a real mail server: what `portal.toml` asks for, and what arrives."""

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from portal.tests.platform.conftest import CODE, ServedPortal
from tests.loopback_smtp import LoopbackSmtp

from guildmark_portal import clock
from guildmark_portal.jobs.handlers import _handlers
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.mail import services as mail

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SENDER = "시험 본부 <exams@guild.example>"


@pytest.fixture
def smtp() -> Iterator[LoopbackSmtp]:
    with LoopbackSmtp() as server:
        yield server


@pytest.fixture
def through(settings, smtp: LoopbackSmtp) -> LoopbackSmtp:
    """The mail server, with this process's letters on their way to it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", smtp.port, False
    settings.DEFAULT_FROM_EMAIL = SENDER
    return smtp


@pytest.fixture
def done_at_once() -> Iterator[list[str]]:
    """The keys of `decide` jobs, as they are done; what decides attempts stands back for the length of the test."""
    before, done = dict(_handlers), list[str]()
    del _handlers["decide"]
    handler("decide")(lambda job: done.append(job.key))
    yield done
    _handlers.clear()
    _handlers.update(before)


def set_up(data: Path, port: int) -> None:
    """Have the portal of `data` send through the server on `port`."""
    config = data / "portal.toml"
    changes = {
        'transport = "console"': 'transport = "smtp"',
        'host = "localhost"': 'host = "127.0.0.1"',
        "port = 587": f"port = {port}",
        'security = "starttls"': 'security = "none"',
        'sender = "Guildmark <no-reply@localhost>"': f'sender = "{SENDER}"',
    }
    text = config.read_text()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    config.write_text(text)


def test_a_served_portal_sends_its_codes_through_the_mail_server(
    initialised: Path, portal_env: dict[str, str], smtp: LoopbackSmtp
) -> None:
    set_up(initialised, smtp.port)
    portal = ServedPortal(initialised, portal_env)
    try:
        with httpx.Client(base_url=portal.url, follow_redirects=True, headers={"Accept-Language": "ko"}) as browser:
            token = TOKEN.search(browser.get("/accounts/signup/").text)[1]
            browser.post("/accounts/signup/", data={"csrfmiddlewaretoken": token, "email": "ada@example.org", "name": "아다"})
            arrived = smtp.letter_to("ada@example.org")
            letter = arrived.message
            assert (arrived.sender, arrived.recipients) == ("exams@guild.example", ("ada@example.org",))
            assert (letter["From"], letter["To"]) == (SENDER, "ada@example.org")
            assert letter["Subject"] == "이메일 주소 확인"
            assert b"\nSubject: =?utf-8?" in arrived.content
            assert b"\nFrom: =?utf-8?" in arrived.content
            code = CODE.findall(letter.get_body(("plain",)).get_content())
            assert len(code) == 1
            token = TOKEN.search(browser.get("/accounts/confirm-email/").text)[1]
            browser.post("/accounts/confirm-email/", data={"csrfmiddlewaretoken": token, "code": code[0]})
            assert browser.get("/account/").status_code == 200
        assert "ada@example.org" not in "\n".join(portal.lines) + portal.errors()
    finally:
        portal.stop()


def test_a_letter_says_that_a_machine_wrote_it_and_when(db, through: LoopbackSmtp) -> None:
    mail.send(to="ada@example.org", subject="결과", body=".\n..dots\n합격했습니다.")
    before = clock.now().replace(microsecond=0)
    Runner().run_due()
    (arrived,) = through.letters
    letter = arrived.message
    assert re.fullmatch(r"<[0-9.]+@guild\.example>", letter["Message-ID"])
    assert letter["Auto-Submitted"] == "auto-generated"
    assert before <= parsedate_to_datetime(letter["Date"]).replace(tzinfo=UTC) <= clock.now()
    plain = letter.get_body(("plain",))
    assert (plain.get_content_type(), plain.get_content_charset()) == ("text/plain", "utf-8")
    assert plain.get_content().replace("\r\n", "\n") == ".\n..dots\n합격했습니다.\n"
    assert [letter[name] for name in ("List-Unsubscribe", "Bcc", "Reply-To", "Return-Path")] == [None] * 4


def test_a_letter_keeps_its_name_when_it_is_sent_again(db, through: LoopbackSmtp) -> None:
    sent = mail.send(to="ada@example.org", subject="s", body="b")
    Runner().run_due()
    payload = {"to": "ada@example.org", "subject": "s", "body": "b", "html": ""}
    Job.objects.filter(pk=sent.pk).update(finished_at=None, payload=payload)  # as if the outcome had never been written
    Runner().run_due()
    first, second = (one.message["Message-ID"] for one in through.letters)
    assert first == second
    mail.send(to="ada@example.org", subject="s", body="b")
    Runner().run_due()
    assert through.letters[-1].message["Message-ID"] != first


def test_text_and_html_arrive_as_two_forms_of_one_letter(db, through: LoopbackSmtp) -> None:
    mail.send(to="ada@example.org", subject="결과", body="합격했습니다.\n\nhttps://exam.example/result/")
    Runner().run_due()
    letter = through.letters[0].message
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    html = letter.get_body(("html",)).get_content()
    assert "합격했습니다." in html
    assert 'href="https://exam.example/result/"' in html


def test_an_address_that_is_refused_for_good_is_given_up_at_once(db, through: LoopbackSmtp, caplog) -> None:
    through.refuse["gone@example.org"] = "550 5.1.1 No such user gone@example.org"
    mail.send(to="gone@example.org", subject="s", body="b")
    assert Runner().run_due() == 1
    job = Job.objects.get()
    assert (job.dead_at is None, job.attempts, job.last_error) == (False, 1, "RefusedForGood: SMTPRecipientsRefused 550")
    assert "gone@example.org" not in caplog.text


def test_an_address_that_is_refused_for_now_is_tried_again(db, through: LoopbackSmtp, stopped_clock) -> None:
    through.refuse["full@example.org"] = "450 4.2.2 Over quota"
    mail.send(to="full@example.org", subject="s", body="b")
    assert Runner().run_due() == 1
    job = Job.objects.get()
    assert (job.dead_at, job.attempts, job.last_error) == (None, 1, "NotSent: SMTPRecipientsRefused 450")
    del through.refuse["full@example.org"]
    stopped_clock.advance(1)
    Runner().run_due()
    assert [one.recipients for one in through.letters] == [("full@example.org",)]


def test_a_sender_that_is_refused_is_ours_to_mend_so_the_letter_waits(db, through: LoopbackSmtp) -> None:
    through.refuse_sender = "550 5.7.1 Not from there"
    mail.send(to="ada@example.org", subject="s", body="b")
    Runner().run_due()
    job = Job.objects.get()
    assert (job.dead_at, job.last_error) == (None, "NotSent: SMTPSenderRefused 550")


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_holds_up_letters_and_nothing_else(settings, done_at_once: list[str]) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "django.core.mail.backends.smtp.EmailBackend", 3
    with LoopbackSmtp(hangs=True) as smtp:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", smtp.port, False
        for number in range(5):
            mail.send(to=f"ada{number}@example.org", subject="s", body="b")
        runner = Runner(poll_s=0.1)
        runner.start()
        try:
            smtp.until(lambda: smtp.connections == settings.JOB_LANES["mail"])
            enqueue(kind="decide", key="7")
            smtp.until(lambda: done_at_once == ["7"], timeout_s=2)
            assert smtp.connections == settings.JOB_LANES["mail"]  # all of them still hang
            assert Job.objects.filter(kind="mail", finished_at=None).count() == 5
        finally:
            runner.stop(timeout_s=10)
