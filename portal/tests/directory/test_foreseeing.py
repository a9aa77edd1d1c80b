"""What an examiner is told before an act, held against what comes of it."""

from datetime import timedelta

import pytest
from portal.tests.directory.holding import happened, listed, person

from guildmark.rules.credential import Happening
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.credentials.models import Handover
from guildmark_portal.directory.foreseeing import foreseen
from guildmark_portal.directory.models import ListedCertificate
from guildmark_portal.web import certificate_consequences


def shown():
    rows = ListedCertificate.objects.filter(counts=True, listing__newest_on__isnull=False)
    return set(rows.values_list("certificate", flat=True))


def done(certificate, act):
    """What was foreseen, then done; whether what is shown became what was said."""
    today, before = clock.now().date(), shown()
    change = foreseen(certificate, act, today=today)
    happened(certificate, act)
    after = shown()
    assert change.is_shown == (certificate.pk in before)
    assert change.is_shown_then == (certificate.pk in after)
    assert change.others_stay == bool(after - {certificate.pk})
    return change


def told(certificate, act):
    return certificate_consequences.of(certificate, act, today=clock.now().date())


def test_x18_what_becomes_of_an_only_certificate_is_foreseen(exam, candidate):
    certificate = exam.certificate(candidate)
    listed(candidate, certificate)
    assert "they show no other certificate" in told(certificate, Happening.SUSPENDED)[-1]
    assert done(certificate, Happening.SUSPENDED).is_shown
    assert "not shown in the network at present" in told(certificate, Happening.REVOKED)[-1]
    assert "shown in the network again" in told(certificate, Happening.REINSTATED)[-1]
    assert done(certificate, Happening.REINSTATED).is_shown_then


def test_x18_others_stay_only_if_the_name_stands_on_them(exam, candidate):
    first = exam.certificate(candidate, holder="Ada Lovelace")
    second = exam.certificate(candidate, holder="Ada King")
    listed(candidate, first, second)
    assert "Their other certificates stay" in told(second, Happening.SUSPENDED)[-1]
    assert done(second, Happening.SUSPENDED).others_stay
    assert done(second, Happening.REINSTATED).is_shown_then
    assert "stands on none of their other certificates" in told(first, Happening.SUSPENDED)[-1]
    assert not done(first, Happening.SUSPENDED).others_stay


def test_x18_nothing_is_promised_to_an_account_that_is_suspended_or_deleted(exam):
    user = person("ada@example.org", "Ada Lovelace")
    certificate = exam.certificate(user)
    listed(user, certificate)
    user.is_active = False
    user.save()
    done(certificate, Happening.SUSPENDED)
    certificate.attempt.user.refresh_from_db()
    assert "until they choose" in told(certificate, Happening.REINSTATED)[-1]
    assert not done(certificate, Happening.REINSTATED).is_shown_then
    assert "ada@example.org" in told(certificate, Happening.REVOKED)[2]
    user.is_active = True
    user.save()
    deletion.delete(user=user)
    certificate.attempt.user.refresh_from_db()
    assert "nobody is written" in told(certificate, Happening.REVOKED)[2]


def test_x18_a_certificate_whose_last_day_is_over_does_not_count_again(exam, candidate):
    certificate = exam.certificate(candidate, issued_on=clock.now().date() - timedelta(days=1200))
    happened(certificate, Happening.SUSPENDED)
    assert "stands there as expired" in told(certificate, Happening.REINSTATED)[0]


@pytest.mark.parametrize(
    ("facts", "act", "sentence"),
    [
        ({}, Happening.REVOKED, "not handed over any more"),
        ({"sent_at": 1}, Happening.REVOKED, "is asked to remove"),
        ({"sent_at": 1, "delivered_at": 1}, Happening.SUSPENDED, "told nothing"),
        ({"withdrawn_at": 1}, Happening.REVOKED, "No badge provider has it"),
        ({"sent_at": 1, "withdrawn_at": 1}, Happening.REVOKED, "has not done so yet"),
        ({"sent_at": 1, "withdrawn_at": 1, "retracted_at": 1}, Happening.REVOKED, "has removed what it got"),
        ({"sent_at": 1, "dead_at": 1}, Happening.REINSTATED, "not tried again"),
        ({"sent_at": 1}, Happening.REINSTATED, "It is handed over"),
    ],
)
def test_x18_what_the_badge_provider_has_is_told_as_it_is(exam, candidate, facts, act, sentence):
    now, certificate = clock.now(), exam.certificate(candidate)
    Handover.objects.create(certificate=certificate, provider="fake", consented_at=now, **dict.fromkeys(facts, now))
    assert sentence in told(certificate, act)[3]
