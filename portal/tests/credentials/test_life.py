"""What happens to a certificate after it was issued, and what a verifier says who knows the status lists alone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from portal.tests.credentials.conftest import pass_exam
from portal.tests.credentials.test_issuing import standing_of
from portal.tests.exams.conftest import Sit, Sitting, WorkOff

from guildmark.badges.verdict import Standing as Verdict
from guildmark.protocol import ExamKind
from guildmark.rules.credential import Happening, Standing, StatusPurpose
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials import badge, life, names, services, status
from guildmark_portal.credentials.models import Certificate, CertificateEvent, StatusList
from guildmark_portal.credentials.refusals import (
    AlreadySuspended,
    CertificateEnded,
    LevelMissing,
    NameRefused,
    NothingToRenew,
    NotSuspended,
    ReasonMissing,
)
from guildmark_portal.exams.models import ExamVersion, Program
from guildmark_portal.exams.programs import amend_policy
from guildmark_portal.exams.publishing import publish
from guildmark_portal.mail import enclosures
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName

pytestmark = pytest.mark.django_db


def said_of(certificate: Certificate) -> tuple[Standing, Verdict]:
    """What the portal says, and what the file alone does."""
    now = clock.now()
    fresh = Certificate.objects.get(pk=certificate.pk)
    return fresh.standing(today=now.date()), standing_of(badge.document_of(fresh, now=now))


def test_x13_revoked_for_good_with_a_reason_and_a_letter(passed: Certificate, staff: User, work_off: WorkOff) -> None:
    assert said_of(passed) == (Standing.VALID, Verdict.VALID)
    life.revoke(certificate=passed, reason="Somebody else sat the exam.", actor=staff, now=clock.now())
    assert said_of(passed) == (Standing.REVOKED, Verdict.REVOKED)
    work_off()
    letter = mail.outbox[-1]
    assert (letter.to, letter.attachments) == (["candidate@example.org"], [])
    assert "Somebody else sat the exam." in letter.body
    entry = Entry.objects.get(action="certificate.revoked")
    assert (entry.actor, entry.detail) == (f"user:{staff.pk}", {"identifier": passed.identifier})
    for act in (life.revoke, life.suspend):
        with pytest.raises(CertificateEnded):
            act(certificate=passed, reason="Again.", actor=staff, now=clock.now())


def test_suspended_and_reinstated_as_often_as_needed(passed: Certificate, staff: User) -> None:
    for _time in range(2):
        life.suspend(certificate=passed, reason="A question is open.", actor=staff, now=clock.now())
        assert said_of(passed) == (Standing.SUSPENDED, Verdict.SUSPENDED)
        with pytest.raises(AlreadySuspended):
            life.suspend(certificate=passed, reason="A question is open.", actor=staff, now=clock.now())
        life.reinstate(certificate=passed, reason="It was answered.", actor=staff, now=clock.now())
        assert said_of(passed) == (Standing.VALID, Verdict.VALID)
    with pytest.raises(NotSuspended):
        life.reinstate(certificate=passed, reason="Again.", actor=staff, now=clock.now())


@pytest.mark.parametrize("act", [life.revoke, life.suspend])
def test_nothing_happens_without_a_reason(passed: Certificate, staff: User, act) -> None:
    with pytest.raises(ReasonMissing):
        act(certificate=passed, reason="  ", actor=staff, now=clock.now())
    assert CertificateEvent.objects.count() == 0


def test_c3_a_holder_declines(passed: Certificate) -> None:
    life.decline(certificate=passed, actor=passed.attempt.user, now=clock.now())
    assert said_of(passed) == (Standing.DECLINED, Verdict.REVOKED)


def test_c3_a_certificate_is_replaced_by_one_with_the_name_that_its_holder_chose(
    sit: Sit, candidate: User, grading_service, work_off: WorkOff, stopped_clock
) -> None:
    profiles.record_name(user=candidate, full_name=FullName("김민준", "Kim Minjun"))
    first = pass_exam(sit(candidate).prepare().begin(), work_off)
    assert (first.holder, [form.text for form in names.forms_of(first.attempt)]) == (
        "김민준",
        ["김민준", "Kim Minjun", "김민준 (Kim Minjun)"],
    )
    stopped_clock.advance(40 * 86_400)
    second = life.replace(certificate=first, key="both", actor=candidate, now=clock.now())
    work_off()
    assert (second.holder, second.expires_on, second.replaces) == ("김민준 (Kim Minjun)", first.expires_on, first)
    assert second.identifier != first.identifier
    assert f"It takes the place of {first.identifier}," in mail.outbox[-1].body
    assert (said_of(first), said_of(second)) == ((Standing.REPLACED, Verdict.REVOKED), (Standing.VALID, Verdict.VALID))
    with pytest.raises(CertificateEnded):
        life.replace(certificate=first, key="latin", actor=candidate, now=clock.now())
    with pytest.raises(NameRefused):
        life.replace(certificate=second, key="nickname", actor=candidate, now=clock.now())
    assert services.issue(attempt=second.attempt, now=clock.now()) == second


def test_x19_a_renewal_supersedes_and_the_older_one_stays_valid_to_its_end(
    passed: Certificate, sit: Sit, work_off: WorkOff, stopped_clock
) -> None:
    stopped_clock.advance(900 * 86_400)
    newer = pass_exam(sit(passed.attempt.user).prepare().begin(), work_off)
    assert newer.renews == passed
    assert f"It renews {passed.identifier}, which stays valid until " in mail.outbox[-1].body
    assert said_of(passed) == (Standing.SUPERSEDED, Verdict.SUPERSEDED)
    assert (newer.expires_on - passed.expires_on) == timedelta(days=899)  # issued on the same day of a month
    stopped_clock.advance(300 * 86_400)
    assert said_of(passed) == (Standing.EXPIRED, Verdict.EXPIRED)
    assert said_of(newer) == (Standing.VALID, Verdict.VALID)


def test_a_status_list_is_signed_anew_after_a_change_and_once_a_day(passed: Certificate, staff: User, stopped_clock) -> None:
    def signed() -> object:
        found = status.signed_list(1, StatusPurpose.REVOCATION, now=clock.now())
        assert found is not None
        return found["proof"]

    first = signed()
    stopped_clock.advance(3600)
    assert signed() == first
    life.suspend(certificate=passed, reason="A question is open.", actor=staff, now=clock.now())
    second = signed()
    assert second != first
    stopped_clock.advance(86_400)
    assert signed() != second
    assert status.signed_list(2, StatusPurpose.REVOCATION, now=clock.now()) is None
    assert StatusList.objects.count() == 1


def test_two_certificates_never_share_a_place(
    passed: Certificate, sit: Sit, staff: User, work_off: WorkOff, monkeypatch
) -> None:
    taken, free = passed.status_index, (passed.status_index or 0) ^ 1
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(status.secrets, "randbelow", lambda _below: next(drawn))
    second = pass_exam(sit(staff).prepare().begin(), work_off)
    assert (second.status_list, second.status_index) == (1, free)


def test_x19_reminders_come_90_30_and_7_days_before_the_end(
    passed: Certificate, work_off: WorkOff, stopped_clock, mailoutbox
) -> None:
    Certificate.objects.update(demonstration=False)
    reminded = []
    for day in range(1090, 0, -1):
        if day not in {91, 90, 89, 31, 28, 27, 8, 7, 6, 1}:
            continue
        stopped_clock.at = datetime.combine(passed.expires_on, time(9), tzinfo=UTC) - timedelta(days=day)
        mailoutbox.clear()
        work_off()
        reminded += [day for letter in mailoutbox if "/register/?program=tiny-demo" in letter.body]
    assert reminded == [90, 28, 7]


def test_x19_a_shorter_exam_renews_and_only_for_who_holds_a_certificate(
    passed: Certificate, sit: Sit, bank, staff: User, work_off: WorkOff, stopped_clock
) -> None:
    holder = passed.attempt.user
    sit(staff)
    Program.objects.create(
        slug="tiny-renewal",
        title="Tiny renewal",
        level="Practitioner",
        framework="TensorFlow",
        kind="demo",
        created_at=clock.now(),
    )
    shorter = Program.objects.get(slug="tiny-renewal")
    ExamVersion.objects.filter(program__slug="tiny-demo").update(program=shorter)
    amend_policy(slug="tiny-renewal", assignments=["renews=tiny-demo"], actor="tests", now=clock.now())
    with pytest.raises(NothingToRenew):
        Sitting(staff, "tiny-renewal")
    stopped_clock.advance(1000 * 86_400)
    newer = pass_exam(Sitting(holder, "tiny-renewal").prepare().begin(), work_off)
    assert (newer.renews, newer.document["program"]) == (passed, "tiny-demo")
    assert said_of(passed) == (Standing.SUPERSEDED, Verdict.SUPERSEDED)
    stopped_clock.at = datetime.combine(newer.expires_on, time(12), tzinfo=UTC) + timedelta(days=91)
    with pytest.raises(NothingToRenew):
        Sitting(holder, "tiny-renewal")
    stopped_clock.advance(-86_400)
    Sitting(holder, "tiny-renewal")


def test_p9_a_level_is_for_holders_of_the_one_before_to_the_last_day(
    passed: Certificate, staff: User, make_bank, stopped_clock
) -> None:
    holder, other = passed.attempt.user, make_bank(id="expert", version="2030.7")
    publish(other.folder, ExamKind.DEMO, "tests")
    amend_policy(slug="expert-demo", assignments=["requires=tiny-demo"], actor="tests", now=clock.now())
    with pytest.raises(LevelMissing, match="holders of a valid certificate: Tiny exam"):
        Sitting(staff, "expert-demo")
    stopped_clock.at = datetime.combine(passed.expires_on, time(23, 59), tzinfo=UTC) + timedelta(minutes=1)
    with pytest.raises(LevelMissing):
        Sitting(holder, "expert-demo")
    stopped_clock.advance(-60)
    life.suspend(certificate=passed, reason="Looked into.", actor=staff, now=clock.now())
    with pytest.raises(LevelMissing):
        Sitting(holder, "expert-demo")
    life.reinstate(certificate=passed, reason="All is well.", actor=staff, now=clock.now())
    Sitting(holder, "expert-demo")


def test_x19_no_page_offers_a_renewal_to_who_has_nothing_to_renew(
    passed: Certificate, sit: Sit, bank, staff: User, browser
) -> None:
    holder, programs = passed.attempt.user, Program.objects.filter(slug="tiny-demo")
    programs.update(slug="tiny-renewal")
    whole = Program.objects.create(slug="whole", title="Whole", level="", framework="", kind="demo", created_at=clock.now())
    passed.attempt.__class__.objects.filter(pk=passed.attempt_id).update(program=whole)
    amend_policy(slug="tiny-renewal", assignments=["renews=whole"], actor="tests", now=clock.now())
    for page in ("/exam/", "/"):
        refused, offered = (browser(user).get(page).content.decode() for user in (staff, holder))
        assert "Register for the whole exam instead." in refused
        assert ("Register for the whole exam instead." in offered, 'value="tiny-renewal"' in offered) == (False, True)
        assert 'value="tiny-renewal"' not in refused


def test_who_passed_cannot_become_somebody_else_afterwards(passed: Certificate, stopped_clock) -> None:
    stopped_clock.advance(60)
    profiles.record_name(user=passed.attempt.user, full_name=FullName("Eve Buyer"))
    assert [form.text for form in names.forms_of(passed.attempt)] == ["Ada Candidate"]
    with pytest.raises(NameRefused):
        life.replace(certificate=passed, key="own", actor=passed.attempt.user, now=clock.now())
    assert Certificate.objects.get().holder == "Ada Candidate"


def test_it_is_issued_anew_a_few_times_and_an_act_of_staff_reaches_the_newest(
    sit: Sit, candidate: User, staff: User, grading_service, work_off: WorkOff
) -> None:
    profiles.record_name(user=candidate, full_name=FullName("김민준", "Kim Minjun"))
    first = newest = pass_exam(sit(candidate).prepare().begin(), work_off)
    for key in ("latin", "both", "own"):
        newest = life.replace(certificate=newest, key=key, actor=candidate, now=clock.now())
    with pytest.raises(NameRefused):
        life.replace(certificate=newest, key="latin", actor=candidate, now=clock.now())
    life.revoke(certificate=first, reason="Somebody else sat the exam.", actor=staff, now=clock.now())
    assert [said_of(one)[0] for one in (first, newest)] == [Standing.REPLACED, Standing.REVOKED]


def test_what_is_suspended_is_neither_declined_nor_replaced(passed: Certificate, staff: User) -> None:
    life.suspend(certificate=passed, reason="A question is open.", actor=staff, now=clock.now())
    with pytest.raises(AlreadySuspended):
        life.decline(certificate=passed, actor=passed.attempt.user, now=clock.now())
    with pytest.raises(AlreadySuspended):
        life.replace(certificate=passed, key="own", actor=passed.attempt.user, now=clock.now())
    assert said_of(passed)[0] is Standing.SUSPENDED


def test_c3_a_letter_that_waits_encloses_nothing_of_what_was_declined(passed: Certificate) -> None:
    assert len(list(enclosures.made([f"certificate:{passed.identifier}"]))) == 3
    life.decline(certificate=passed, actor=passed.attempt.user, now=clock.now())
    assert list(enclosures.made([f"certificate:{passed.identifier}"])) == []


def test_an_event_that_is_written_late_with_an_earlier_number_is_not_missed(passed: Certificate) -> None:
    last = CertificateEvent.objects.create(
        pk=7, certificate=passed, kind=Happening.SUSPENDED.value, happened_at=clock.now(), actor="tests"
    )
    assert said_of(passed) == (Standing.SUSPENDED, Verdict.SUSPENDED)
    CertificateEvent.objects.create(
        pk=last.pk - 1, certificate=passed, kind=Happening.REVOKED.value, happened_at=clock.now(), actor="tests"
    )
    assert said_of(passed) == (Standing.REVOKED, Verdict.REVOKED)
