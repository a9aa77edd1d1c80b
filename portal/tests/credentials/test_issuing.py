"""From a pass to the badge, the papers and the letter: once, whatever happens on the way."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from portal.tests.credentials.conftest import pass_exam
from portal.tests.exams.conftest import Sit, Sitting, WorkOff

from guildmark.badges import jwt, keys
from guildmark.badges.verdict import Standing as Verdict
from guildmark.badges.verification import verify
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials import badge, batches, completing, files, issuer, letters, published
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.refusals import SentOftenEnough
from guildmark_portal.exams.models import Attempt, Entitlement
from guildmark_portal.portal_secrets import IssuerKey, IssuerKeyKind, issuer_keys

pytestmark = pytest.mark.django_db


def standing_of(content: bytes, *, now: datetime | None = None) -> Verdict:
    """What a verifier says who has nothing but the published file of the issuer."""
    at = now or clock.now()
    return verify(content, published.issuer_file(now=at), now=at).standing


def test_x13_all_files_of_a_certificate_verify_without_the_portal(passed: Certificate) -> None:
    now = clock.now()
    made = {
        "json": badge.document_of(passed, now=now),
        "jwt": badge.jwt_of(passed, now=now).encode(),
        "pdf": files.pdf_of(passed, now=now),
        "png": files.badge_png(passed, now=now),
        "svg": files.badge_svg(passed, now=now).encode(),
    }
    assert {name: standing_of(content) for name, content in made.items()} == dict.fromkeys(made, Verdict.VALID)
    assert standing_of(json.dumps(passed.document).encode()) is Verdict.STATUS_UNKNOWN  # it stands on no list
    forged = made["json"].replace(b"Ada Candidate", b"Eva Candidate")
    assert (standing_of(forged), standing_of(forged[:-2])) == (Verdict.ALTERED, Verdict.UNREADABLE)


def test_c6_it_is_valid_to_the_last_second_of_its_last_day(passed: Certificate) -> None:
    assert (passed.issued_on, passed.expires_on) == (date(2030, 1, 15), date(2033, 1, 15))
    content, end = badge.document_of(passed, now=clock.now()), datetime(2033, 1, 15, 23, 59, 59, tzinfo=UTC)
    assert (standing_of(content, now=end), standing_of(content, now=end + timedelta(seconds=1))) == (
        Verdict.VALID,
        Verdict.EXPIRED,
    )


def test_the_jwt_says_the_same_and_is_signed_by_the_other_key(passed: Certificate) -> None:
    published_keys = keys.keys_in(issuer.did_document())
    said = jwt.decode(badge.jwt_of(passed, now=clock.now()), published_keys)
    assert said == {name: value for name, value in badge.credential_of(passed, now=clock.now()).items() if name != "proof"}


def letters_about(certificate: Certificate) -> list[Any]:
    return [letter for letter in mail.outbox if certificate.identifier in letter.body and letter.attachments]


def test_c3_the_letter_with_its_files_goes_to_the_address_of_the_purchase(
    running: Sitting, grading_service, work_off: WorkOff
) -> None:
    Entitlement.objects.filter(attempt=running.id).update(email="purchase@example.org")
    User.objects.filter(pk=running.user.pk).update(email="newer@example.org")
    certificate = pass_exam(running, work_off)
    (letter,) = letters_about(certificate)
    assert letter.to == ["purchase@example.org"]
    enclosed = {name: (content[:4], kind) for name, content, kind in letter.attachments}
    name = certificate.identifier
    assert enclosed == {
        f"{name}.pdf": (b"%PDF", "application/pdf"),
        f"{name}.png": (b"\x89PNG", "image/png"),
        f"{name}.json": (b"{\n  ", "application/json"),
    }
    assert f"/certificates/{name}/mine/" in letter.body


def test_c3_it_is_made_and_sent_once_however_often_the_job_runs(passed: Certificate, work_off: WorkOff) -> None:
    passed.refresh_from_db()
    before = (passed.credential, passed.jwt, files.pdf_of(passed, now=clock.now()))
    for _again in range(3):
        completing.complete_certificate(passed.identifier, now=clock.now())
    work_off()
    passed.refresh_from_db()
    assert (passed.credential, passed.jwt, files.pdf_of(passed, now=clock.now())) == before
    assert len(letters_about(passed)) == 1


def test_c3_it_is_sent_again_on_request_a_few_times_a_day(passed: Certificate, work_off: WorkOff, stopped_clock) -> None:
    for _again in range(3):
        assert letters.send_again(certificate=passed, actor=passed.attempt.user, now=clock.now()) == "candidate@example.org"
    with pytest.raises(SentOftenEnough):
        letters.send_again(certificate=passed, actor=passed.attempt.user, now=clock.now())
    work_off()
    assert len(letters_about(passed)) == 4
    stopped_clock.advance(86_401)
    letters.send_again(certificate=passed, actor=passed.attempt.user, now=clock.now())


def test_a_batch_issues_what_was_earned_and_finishes_what_was_begun(passed: Certificate, work_off: WorkOff) -> None:
    now, old = clock.now(), passed.identifier
    assert (batches.earned(), batches.unfinished()) == ([], [])
    Certificate.objects.filter(pk=passed.pk).update(credential=None, jwt="")
    (begun,) = batches.unfinished()
    batches.complete_one(begun, now=now)
    assert batches.unfinished() == []
    Certificate.objects.filter(pk=passed.pk).delete()
    (attempt,) = batches.earned()
    batches.issue_one(attempt, now=now)
    batches.issue_one(attempt, now=now)
    assert Certificate.objects.exclude(identifier=old).count() == 1
    assert batches.earned(program="another") == batches.unfinished(program="another") == []


def test_a_failed_attempt_is_in_no_batch(running: Sitting, grading_service, work_off: WorkOff) -> None:
    running.submit("category1", b"score 1")
    work_off()
    running.finish()
    work_off()
    assert (Attempt.objects.filter(decision__isnull=False).count(), batches.earned()) == (1, [])


def test_x13_after_a_rotation_old_and_new_files_verify(
    passed: Certificate, settings, sit: Sit, staff: User, work_off: WorkOff
) -> None:
    now = clock.now()
    old = badge.document_of(passed, now=now)
    new = issuer_keys(organisation="Guildmark", now=now)
    settings.ISSUER_KEYS = (*new, *(replace(key, retired_at=now) for key in settings.ISSUER_KEYS))
    second = pass_exam(sit(staff).prepare().begin(), work_off)
    assert (standing_of(old), standing_of(badge.document_of(second, now=now))) == (Verdict.VALID, Verdict.VALID)


def test_x13_what_compromised_keys_signed_counts_no_more_until_it_is_signed_anew(passed: Certificate, settings) -> None:
    now = clock.now()
    stolen = {"json": badge.document_of(passed, now=now), "pdf": files.pdf_of(passed, now=now)}
    lost = (replace(key, retired_at=now, compromised_at=now) for key in settings.ISSUER_KEYS)
    settings.ISSUER_KEYS = (*issuer_keys(organisation="Guildmark", now=now), *lost)
    assert all(standing_of(content) is not Verdict.VALID for content in stolen.values())
    (found,) = batches.unvouched()
    batches.sign_again(found, now=now)
    fresh = Certificate.objects.get()
    assert batches.unvouched() == []
    assert standing_of(badge.document_of(fresh, now=now)) is standing_of(files.pdf_of(fresh, now=now)) is Verdict.VALID


def test_a_name_that_no_font_can_write_has_a_badge_and_a_letter_but_no_pdf(
    running: Sitting, grading_service, work_off: WorkOff, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(pk=running.user.pk).update(name="𓀀𓂀 𓃀")
    certificate = pass_exam(running, work_off)
    (letter,) = letters_about(certificate)
    assert sorted(kind for _name, _content, kind in letter.attachments) == ["application/json", "image/png"]
    assert certificate.identifier in caplog.text
    assert standing_of(badge.document_of(certificate, now=clock.now())) is Verdict.VALID


@pytest.mark.parametrize("kind", list(IssuerKeyKind))
def test_x13_whichever_key_was_compromised_all_files_are_signed_anew(
    passed: Certificate, settings, kind: IssuerKeyKind
) -> None:
    now = clock.now()
    files.pdf_of(passed, now=now)
    new = IssuerKey.generate(kind, organisation="Guildmark", now=now)
    gone = (replace(key, retired_at=now, compromised_at=now) if key.kind is kind else key for key in settings.ISSUER_KEYS)
    settings.ISSUER_KEYS = (new, *gone)
    (found,) = batches.unvouched()
    batches.sign_again(found, now=now)
    fresh = Certificate.objects.get()
    signed = (badge.document_of(fresh, now=now), badge.jwt_of(fresh, now=now).encode(), files.pdf_of(fresh, now=now))
    assert [standing_of(content) for content in signed] == [Verdict.VALID] * 3
