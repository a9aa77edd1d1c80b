"""The result of an exam arrives at a mail server, in the language of who sat it."""

from email.utils import parseaddr

import pytest
from portal.tests.exams.conftest import MakeBank, Sitting, WorkOff
from tests.loopback_smtp import LoopbackSmtp

from guildmark.protocol import ExamKind
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service", "stopped_clock")]


def test_c2_the_result_arrives_by_mail_in_korean(make_bank: MakeBank, candidate: User, work_off: WorkOff, settings) -> None:
    User.objects.filter(pk=candidate.pk).update(language="ko")
    candidate.refresh_from_db()
    bank = make_bank(title={"en": "Tiny exam", "ko": "작은 시험"})
    services.publish(bank.folder, ExamKind.DEMO, "tests")
    sitting = Sitting(candidate, "tiny-demo").prepare().begin()
    for number in (1, 2, 3):
        sitting.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    with LoopbackSmtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", smtp.port, False
        sitting.finish()
        work_off()
        smtp.letter_to(candidate.email, timeout_s=1)
    arrived, with_files = smtp.letters
    letter = arrived.message
    assert (letter["Subject"], letter["To"]) == ("합격: 작은 시험", candidate.email)
    assert parseaddr(letter["From"])[1] == parseaddr(settings.DEFAULT_FROM_EMAIL)[1] == arrived.sender
    text = letter.get_body(("plain",)).get_content()
    assert "작은 시험" in text
    assert text.count("◆◆◆◆◆  5/5") == 3
    assert f"{settings.PORTAL_URL}/exam/{sitting.id}/result/" in text
    html = letter.get_body(("html",)).get_content()
    assert (letter.get_content_type(), html.count("◆◆◆◆◆"), "100 %" in html) == ("multipart/alternative", 4, True)
    assert with_files.message["Subject"] == "인증서: 작은 시험"
