"""Letters that a mail server took and a later one sent back: known by their envelope, noted once, written afresh."""

import re
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import Sitting, bank, make_bank, running, sit
from tests.loopback_smtp import LoopbackSmtp

from guildmark_portal import clock
from guildmark_portal.accounts import deletion, own_data
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.mail import envelopes, refusals, returned, rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.mail.models import Posted, Refusal

pytestmark = pytest.mark.django_db
MAILBOX = "bounces@guild.example"
PAGE = "/desk/mail/"
__all__ = ["bank", "make_bank", "running", "sit"]


@pytest.fixture
def smtp(settings) -> Iterator[LoopbackSmtp]:
    with LoopbackSmtp() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        settings.DEFAULT_FROM_EMAIL, settings.MAIL_BOUNCES = "Exams <exams@guild.example>", MAILBOX
        yield server


@pytest.fixture
def sender(smtp: LoopbackSmtp, candidate: User) -> str:
    """The sender on the envelope of a letter to the candidate that a mail server took."""
    mail.send(to=candidate.email, subject="s", body="b", key="result:7")
    Runner().run_due()
    return smtp.letter_to(candidate.email, timeout_s=1).sender


def report(to: str, *, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 <ada> unknown") -> bytes:
    """What a mail server sends back, as Postfix writes it."""
    return f"""Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Tue, 15 Jan 2030 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; candidate@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; {said}

--B
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Exams <exams@guild.example>
Subject: s

b

--B--
""".encode()


def note(message: bytes) -> bool | None:
    """As the command does; None where the letter is not known."""
    (told,) = returned.reports(message)
    posted = envelopes.letter_of(returned.recipients(message))
    return None if posted is None else refusals.note_returned(posted=posted, report=told, now=clock.now())


class TestEnvelope:
    def test_each_letter_has_a_sender_of_its_own_and_people_see_the_one_they_know(self, smtp: LoopbackSmtp) -> None:
        for name in ("ada", "bob"):
            mail.send(to=f"{name}@example.org", subject="s", body="b")
        Runner().run_due()
        senders = {one.sender for one in smtp.letters}
        assert len(senders) == 2
        assert all(re.fullmatch(r"bounces\+[0-9a-f]{32}@guild\.example", one) for one in senders)
        assert {one.message["From"] for one in smtp.letters} == {"Exams <exams@guild.example>"}

    def test_it_stays_the_same_when_the_letter_is_tried_again(self, smtp: LoopbackSmtp, stopped_clock: StoppedClock) -> None:
        smtp.refuse["full@example.org"] = "450 4.2.2 Over quota"
        mail.send(to="full@example.org", subject="s", body="b")
        Runner().run_due()
        first = Posted.objects.get().pk
        smtp.refuse.clear()
        stopped_clock.advance(1)
        Runner().run_due()
        assert [one.sender for one in smtp.letters] == [f"bounces+{first.hex}@guild.example"]

    def test_without_a_mailbox_letters_come_back_to_the_sender_and_nothing_is_kept(self, smtp: LoopbackSmtp, settings) -> None:
        settings.MAIL_BOUNCES = ""
        mail.send(to="ada@example.org", subject="s", body="b")
        Runner().run_due()
        assert ([one.sender for one in smtp.letters], Posted.objects.count()) == (["exams@guild.example"], 0)

    @pytest.mark.usefixtures("stopped_clock", "sender")
    @pytest.mark.parametrize(("seconds", "kept"), [(0, 2), (1, 1)])
    def test_what_can_come_back_no_more_is_forgotten(self, seconds: int, kept: int) -> None:
        Posted.objects.update(posted_at=clock.now() - timedelta(days=14, seconds=seconds))
        mail.send(to="ada@example.org", subject="s", body="b")
        Runner().run_due()
        assert Posted.objects.count() == kept

    @pytest.mark.usefixtures("sender")
    def test_it_goes_with_the_person(self, candidate: User) -> None:
        assert candidate.email in mail.held_addresses()
        assert [one["address"] for one in own_data.export(candidate)["letters_sent"]] == [candidate.email]
        mail.forget(candidate.email)
        assert (Posted.objects.count(), mail.held_addresses()) == (0, set())


class TestReports:
    def test_a_letter_that_came_back_is_noted_once(self, sender: str, candidate: User) -> None:
        assert [note(report(sender)), note(report(sender))] == [True, False]
        refusal = Refusal.objects.get()
        found = (refusal.address, refusal.told_by, refusal.code, refusal.status, refusal.words, refusal.is_permanent)
        assert found == (candidate.email, "returned", "550", "5.1.1", "5.1.1 <ada> unknown", True)
        assert Entry.objects.get(action="letter.returned").detail == {"code": "550", "status": "5.1.1"}

    def test_one_that_was_tried_for_days_says_nothing_of_the_address(self, sender: str, candidate: User) -> None:
        assert note(report(sender, status="4.4.7", said="451 4.4.1 timed out")) is True
        assert Refusal.objects.get().is_permanent is False
        assert refusals.address_failed_at(candidate.email, now=clock.now()) is None

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
    def test_what_is_not_given_up_is_not_final(self, action: str) -> None:
        (told,) = returned.reports(report("bounces+x@guild.example", action=action, status="4.4.1"))
        assert told.is_final is False

    @pytest.mark.parametrize(
        "to",
        [
            MAILBOX,
            f"bounces+{uuid.UUID(int=7).hex}@guild.example",
            f"bounces+{'0' * 31}@guild.example",
            "exams@guild.example",
        ],
    )
    @pytest.mark.usefixtures("sender")
    def test_nobody_can_say_it_of_a_letter_that_they_do_not_know(self, to: str) -> None:
        assert (note(report(to)), Refusal.objects.count()) == (None, 0)

    def test_the_mailbox_of_another_portal_is_not_ours(self, sender: str) -> None:
        assert note(report(sender.replace("guild.example", "other.example"))) is None

    def test_addresses_may_come_back_in_capitals(self, sender: str) -> None:
        assert note(report(sender.upper())) is True

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"To: bounces@guild.example\n\nI am on holiday.",
            b"\xff\xfe\x00 no mail",
            b"Content-Type: message/delivery-status\n\nnot: a report",
            b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n",
            b"Content-Type: multipart/mixed; boundary=" + b"x" * 10_000 + b"\n\n" + b"--" * 10_000,
        ],
    )
    def test_other_messages_are_no_reports(self, content: bytes) -> None:
        assert returned.reports(content) == []

    @pytest.mark.parametrize("depth", [990, 3000])
    @pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed; boundary=B{}"])
    def test_letters_packed_hundreds_deep_are_no_report(self, depth: int, kind: str) -> None:
        opened = [f"Content-Type: {kind.format(level)}\n\n" + f"--B{level}\n" * ("B{}" in kind) for level in range(depth)]
        content = (f"To: bounces+{'0' * 32}@guild.example\n" + "".join(opened)).encode()
        assert returned.reports(content) == []
        assert returned.recipients(content) == f"bounces+{'0' * 32}@guild.example"

    def test_a_letter_is_found_behind_others_that_nobody_knows(self, sender: str) -> None:
        known = envelopes.letter_of(sender)
        others = [f"bounces+{uuid.UUID(int=number).hex}@guild.example" for number in range(49)]
        assert envelopes.letter_of(" ".join([*others, sender])) == known != None  # noqa: E711 - one chain
        assert envelopes.letter_of(" ".join([*others, others[0], sender])) is None

    def test_words_of_a_stranger_stay_one_short_line(self) -> None:
        (told,) = returned.reports(report("a@b", said="550 \x1b[2J" + "x" * 2000))
        assert ("\x1b" in told.words, len(told.words)) == (False, 500)

    def test_a_report_without_a_status_is_read_by_what_was_said(self) -> None:
        (told,) = returned.reports(report("a@b", status="", said="550 5.7.1 Not wanted"))
        assert (told.status, told.code) == ("5.7.1", "550")


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(person_with("support"))
    return client


@pytest.fixture
def written() -> Iterator[list[str]]:
    """What was asked to be written afresh."""
    before, asked = dict(rewriting._writers), list[str]()
    rewriting.writer("result")(asked.append)
    yield asked
    rewriting._writers.clear()
    rewriting._writers.update(before)


class TestDesk:
    def test_staff_see_it_and_have_it_written_afresh(self, desk: Client, sender: str, written: list[str]) -> None:
        note(report(sender))
        page = desk.get(PAGE).content.decode()
        assert "Sent back: the address takes no mail." in page
        assert "550 5.1.1 &lt;ada&gt; unknown" in page
        answer = desk.post(PAGE, {"resend": Refusal.objects.get().pk}, follow=True).content.decode()
        assert ("The letter is on its way again." in answer, written) == (True, ["7"])
        assert list(refusals.waiting()) == []

    def test_a_letter_that_nobody_can_write_again_is_only_given_up(self, desk: Client, sender: str) -> None:
        Job.objects.update(key="code:7")
        note(report(sender))
        assert "Send it again" not in desk.get(PAGE).content.decode()
        desk.post(PAGE, {"resend": Refusal.objects.get().pk})
        assert refusals.waiting().count() == 1
        desk.post(PAGE, {"give_up": Refusal.objects.get().pk})
        assert refusals.waiting().count() == 0

    def test_a_row_says_which_letter_it_is_and_whose(self, desk: Client, sender: str, running: Sitting) -> None:
        Job.objects.filter(kind="mail").update(key=f"result:{running.id}")
        note(report(sender))
        page = desk.get(PAGE).content.decode()
        for part in ("Tiny exam", "Ada Candidate", f'<a href="/desk/attempts/{running.id}/">Result</a>'):
            assert part in page
        owner = Client()
        owner.force_login(person_with("owner"))
        page = owner.get(PAGE).content.decode()
        assert ("Tiny exam" in page, "/desk/attempts/" in page) == (True, False)  # owners open no attempt

    @pytest.mark.parametrize("key", ["result:no-id", "result:", "credit:x", "credit:77", "0af3"])
    def test_a_letter_about_nothing_that_is_there_is_shown(self, desk: Client, sender: str, key: str) -> None:
        Job.objects.filter(kind="mail").update(key=key)
        note(report(sender))
        assert "550 5.1.1" in desk.get(PAGE).content.decode()

    def test_giving_up_asks_once_more(self, desk: Client, sender: str) -> None:
        note(report(sender))
        page = desk.get(PAGE).content.decode()
        assert page.index("<summary>Give it up</summary>") < page.index('name="give_up"') < page.index("</details>")


class TestDeleted:
    def test_the_goodbye_of_a_deleted_account_leaves_no_address(
        self, smtp: LoopbackSmtp, candidate: User, stopped_clock: StoppedClock
    ) -> None:
        address = candidate.email
        deletion.delete(user=candidate)
        Runner().run_due()
        goodbye = smtp.letter_to(address, timeout_s=1)
        assert Posted.objects.count() == 1
        stopped_clock.advance(61)
        Runner().run_due()
        assert (Posted.objects.count(), note(report(goodbye.sender)), mail.held_addresses()) == (0, None, set())

    def test_nor_does_one_that_is_refused_or_comes_back_at_once(
        self, smtp: LoopbackSmtp, candidate: User, stopped_clock: StoppedClock
    ) -> None:
        smtp.refuse[candidate.email] = "550 5.1.1 unknown"
        deletion.delete(user=candidate)
        Runner().run_due()
        assert Refusal.objects.count() == 1
        stopped_clock.advance(61)
        Runner().run_due()
        assert (Refusal.objects.count(), mail.held_addresses()) == (0, set())

    def test_nor_one_that_was_on_its_way_when_the_account_went(self, candidate: User) -> None:
        job = mail.send(to=candidate.email, subject="s", body="b")
        mail.forget(candidate.email)
        refusals.note(job=job, code="550", words="unknown")
        assert Refusal.objects.count() == 0


class TestAccount:
    def shown(self, user: User) -> bool:
        client = Client()
        client.force_login(user)
        return "did not take our letter" in client.get("/account/").content.decode()

    def test_the_person_is_told_for_thirty_days(self, sender: str, candidate: User, stranger: User) -> None:
        assert self.shown(candidate) is False
        note(report(sender))
        assert (self.shown(candidate), self.shown(stranger)) == (True, False)
        Refusal.objects.update(refused_at=clock.now() - timedelta(days=30, seconds=1))
        assert self.shown(candidate) is False

    @pytest.mark.usefixtures("written")
    def test_not_once_the_letter_was_sent_again(self, sender: str, candidate: User, desk: Client) -> None:
        note(report(sender))
        desk.post(PAGE, {"resend": Refusal.objects.get().pk})
        assert self.shown(candidate) is False

    def test_nor_after_a_new_address(self, sender: str, candidate: User) -> None:
        note(report(sender))
        candidate.email = "new@example.org"
        candidate.save()
        assert self.shown(candidate) is False


def test_the_command_reads_what_a_mail_server_pipes_in(initialised: Path, portal_env: dict[str, str]) -> None:
    config = initialised / "portal.toml"
    config.write_text(config.read_text().replace('bounces = ""', f'bounces = "{MAILBOX}"'))
    letter = uuid.uuid4()
    with sqlite3.connect(initialised / "db.sqlite3") as database:
        values = ("mail", "result:7", "{}", "2030-01-15 12:00:00", "2030-01-15 12:00:00", "2030-01-15 12:00:00")
        (job,) = database.execute(
            "insert into jobs_job (kind, key, payload, run_at, created_at, finished_at, priority, requests, attempts, claim,"
            " last_error) values (?, ?, ?, ?, ?, ?, 0, 1, 1, '', '') returning id",
            values,
        ).fetchone()
        database.execute(
            "insert into mail_posted (id, job_id, address, posted_at) values (?, ?, 'ada@example.org', '2030-01-15 12:00:00')",
            (letter.hex, job),
        )
    assert piped(initialised, portal_env, letter) == (0, b'{\n  "noted": true\n}\n', b"")
    with sqlite3.connect(initialised / "db.sqlite3") as database:
        found = database.execute("select address, status, told_by from mail_refusal").fetchall()
        database.execute("drop table mail_posted")
    assert found == [("ada@example.org", "5.1.1", "returned")]
    asks_again = 75  # what a mail server takes for "try later"
    assert piped(initialised, portal_env, letter) == (asks_again, b"", b"The portal's database cannot be used now.\n")


def piped(data: Path, env: dict[str, str], letter: uuid.UUID) -> tuple[int, bytes, bytes]:
    """Status and streams of the command, as a mail server runs it."""
    answer = subprocess.run(
        [sys.executable, "-c", "from guildmark_portal.cli import main; main()", "returned", "--json", "--data", str(data)],
        env=env,
        input=report(f"bounces+{letter.hex}@guild.example"),
        capture_output=True,
        check=False,
    )
    return answer.returncode, answer.stdout, answer.stderr
