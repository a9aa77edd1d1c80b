"""`/desk/mail/`: what staff see of letters that did not arrive, and what becomes of them."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from portal.tests.conftest import StoppedClock, person_with
from tests.loopback_smtp import LoopbackSmtp

from guildmark_portal.accounts import own_data
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.mail import refusals
from guildmark_portal.mail import services as mail
from guildmark_portal.mail.models import Refusal

pytestmark = pytest.mark.django_db
PAGE = "/desk/mail/"
CODE = "BCDF-GHJK"


@pytest.fixture
def smtp(settings) -> Iterator[LoopbackSmtp]:
    with LoopbackSmtp() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        yield server


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(person_with("support"))
    return client


@pytest.fixture
def refused(smtp: LoopbackSmtp, candidate: User) -> Refusal:
    """A code that the candidate's mail server would not take."""
    smtp.refuse[candidate.email] = f"550 5.1.1 <{candidate.email}> no such <mailbox>"
    mail.send(to=candidate.email, subject="Sign in", body=f"Enter this code:\n\n{CODE}", priority=mail.URGENT)
    Runner().run_due()
    return Refusal.objects.get()


def page(desk: Client) -> str:
    return desk.get(PAGE).content.decode()


def test_staff_see_the_address_and_the_servers_words_and_nothing_of_the_letter(desk: Client, refused: Refusal) -> None:
    shown = page(desk)
    assert refused.address in shown
    assert "550 5.1.1 &lt;candidate@example.org&gt; no such &lt;mailbox&gt;" in shown
    assert [word in shown for word in (CODE, "Enter this code", "Sign in")] == [False, False, False]


@pytest.mark.parametrize("role", ["reviewer", "examiner", "author", "auditor"])
def test_others_are_refused(role: str, refused: Refusal) -> None:
    client = Client()
    client.force_login(person_with(role))
    found = [client.get(PAGE).status_code, client.post(PAGE, {"resend": refused.pk}).status_code]
    assert (found, refusals.waiting().count()) == ([403, 403], 1)


def test_a_letter_is_sent_again_once(desk: Client, refused: Refusal, smtp: LoopbackSmtp) -> None:
    smtp.refuse.clear()
    for _time in range(2):
        assert desk.post(PAGE, {"resend": refused.pk}).status_code == 302
        Runner().run_due()
    assert [CODE in one.message.get_body(("plain",)).get_content() for one in smtp.letters] == [True]
    assert (list(refusals.waiting()), Job.objects.exclude(payload={}).count()) == ([], 0)
    (entry,) = Entry.objects.filter(action="letter.resent")
    assert (entry.subject, entry.detail) == (f"refusal:{refused.pk}", {"code": "550"})


def test_a_letter_that_is_refused_once_more_is_shown_once_more(desk: Client, refused: Refusal) -> None:
    desk.post(PAGE, {"resend": refused.pk})
    Runner().run_due()
    assert [one.pk == refused.pk for one in refusals.waiting()] == [False]


def test_a_letter_that_is_given_up_leaves_no_text(desk: Client, refused: Refusal, smtp: LoopbackSmtp) -> None:
    desk.post(PAGE, {"give_up": refused.pk})
    assert (Runner().run_due(), smtp.letters, Job.objects.get().payload) == (0, [], {})
    assert "The mail server took every letter." in page(desk)


@pytest.mark.parametrize("number", ["", "x", "0", "²", "9" * 30])
def test_a_letter_that_there_is_not_is_said(number: str, desk: Client, refused: Refusal) -> None:
    assert "Somebody has dealt with this letter already." in desk.post(PAGE, {"resend": number}, follow=True).content.decode()
    assert refusals.waiting().count() == 1


def test_a_server_that_cannot_be_reached_for_hours_is_a_refusal_too(
    db, settings, stopped_clock: StoppedClock, work_until_dead: Callable[[], int]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail.send(to="ada@example.org", subject="s", body="b")
    assert work_until_dead() == 12
    (refusal,) = Refusal.objects.all()
    assert (refusal.code, refusal.words, refusal.refused_at) == ("", "ConnectionRefusedError", stopped_clock.at)


@pytest.fixture
def work_until_dead(stopped_clock: StoppedClock) -> Callable[[], int]:
    """Let every wait pass until the one job is given up; how often it was tried."""

    def work() -> int:
        attempts = 0
        while Job.objects.get().dead_at is None:
            attempts += Runner().run_due()
            assert (Job.objects.get().dead_at is None) == (Refusal.objects.count() == 0)
            stopped_clock.advance(0 if Job.objects.get().dead_at else 1800)
        return attempts

    return work


def test_the_person_reads_it_in_their_data_and_it_goes_with_them(refused: Refusal, candidate: User, stranger: User) -> None:
    (told,) = own_data.export(candidate)["letters_refused"]
    assert (told["code"], told["address"]) == ("550", candidate.email)
    assert own_data.export(stranger)["letters_refused"] == []
    mail.forget(stranger.email)
    assert Refusal.objects.count() == 1
    mail.forget(candidate.email)
    assert (Refusal.objects.count(), Job.objects.exclude(payload={}).count()) == (0, 0)
