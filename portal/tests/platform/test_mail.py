"""Letters: written in the caller's transaction, sent by a job."""

import contextlib

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMessage
from django.db import transaction

from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.mail import services as mail
from guildmark_portal.mail.console import RULE, ConsoleBackend


def test_a_letter_is_sent_by_its_job(db):
    mail.send(to="ada@example.org", subject="Your\nresult", body="You passed.", html="<p>You passed.</p>")
    assert outgoing.outbox == []
    assert Runner().run_due() == 1
    sent = outgoing.outbox[0]
    assert (sent.to, sent.subject, sent.body) == (["ada@example.org"], "Your result", "You passed.\n")
    assert [(part.content, part.mimetype) for part in sent.alternatives] == [("<p>You passed.</p>", "text/html")]


def test_a_template_is_rendered_when_the_letter_is_written(db, settings, tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "hello_subject.txt").write_text("Hello {{ name }}")
    (tmp_path / "mail" / "hello_message.txt").write_text(
        "{% load i18n %}{% get_current_language as l %}{{ l }}: good day, {{ name }}."
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    mail.send(to="ada@example.org", template="mail/hello", context={"name": "Ada"}, language="ko")
    Runner().run_due()
    assert (outgoing.outbox[0].subject, outgoing.outbox[0].body) == ("Hello Ada", "ko: good day, Ada.\n")
    ((html, kind),) = outgoing.outbox[0].alternatives
    assert (kind, '<html lang="ko">' in html, "ko: good day, Ada." in html) == ("text/html", True, True)


def test_a_letter_of_what_was_rolled_back_is_never_sent(db):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        mail.send(to="ada@example.org", subject="s", body="b")
        raise ZeroDivisionError
    assert (Runner().run_due(), outgoing.outbox) == (0, [])


def test_the_same_key_is_one_letter_while_it_waits(db):
    for _time in range(2):
        mail.send(to="ada@example.org", subject="s", body="b", key="result:7")
    assert (Runner().run_due(), len(outgoing.outbox)) == (1, 1)


def test_a_mail_server_that_is_down_delays_the_letter_and_loses_nothing(db, settings, stopped_clock):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    mail.send(to="ada@example.org", subject="s", body="b")
    assert Runner().run_due() == 1
    job = Job.objects.get()
    assert (job.finished_at, job.attempts, job.last_error.split(":")[0]) == (None, 1, "ConnectionRefusedError")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    stopped_clock.advance(1)
    Runner().run_due()
    assert len(outgoing.outbox) == 1


def test_an_empty_letter_is_refused(db):
    with pytest.raises(ValueError, match="subject and a body"):
        mail.send(to="ada@example.org", subject="s")


def test_on_the_console_a_letter_reads_as_a_letter(capsys):
    letter = EmailMessage("Your code: 코드", "ABCD-EFGH\n\nIt is good for 15 minutes.\n", to=["ada@example.org"])
    assert ConsoleBackend().send_messages([letter]) == 1
    assert capsys.readouterr().out == (
        f"{RULE}\nTo: ada@example.org\nSubject: Your code: 코드\n\nABCD-EFGH\n\nIt is good for 15 minutes.\n{RULE}\n"
    )
